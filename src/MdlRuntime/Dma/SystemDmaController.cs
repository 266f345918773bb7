namespace MdlRuntime;

/// <summary>
/// The machine's system DMA controller: two 8237-style controllers in a row. Channels 0 to 3 move bytes, 5 to 7 move words, and 4
/// carries the requests of the first controller to the second (DMA-208).
/// </summary>
internal sealed class SystemDmaController : ILayerState<SystemDmaController>
{
    /// <summary>The channel that cascades: no device can use it.</summary>
    public const uint CascadeChannel = 4;

    private const uint ChannelCount = 8;

    private readonly SystemDmaChannel?[] _channels = new SystemDmaChannel?[ChannelCount];
    private readonly SystemDmaCompletions _completions;

    private SystemDmaController(KernelSystem system)
    {
        _completions = new(system);
        for (uint number = 0; number < ChannelCount; number++)
            _channels[number] = number == CascadeChannel ? null : new(system, number, _completions);
    }

    public static SystemDmaController Create(KernelSystem system) => new(system);

    /// <summary>The channel with a number; null for the cascade and for numbers that no channel has.</summary>
    public SystemDmaChannel? this[uint number] => number < ChannelCount ? _channels[number] : null;

    /// <summary>The channel that a subordinate device can use, or null where the controller cannot do what the description says (DMA-067, DMA-068).</summary>
    public SystemDmaChannel? Find(DeviceDescription description)
    {
        // Request line n is wired to channel n; a line that ends elsewhere is served by no controller.
        bool isServed = description.Version < 3 || description.DmaRequestLine == description.DmaChannel;
        if (!isServed || this[description.DmaChannel] is not { } channel)
            return null;

        // No firmware of this machine supports TypeF (DMA-054); version 3 descriptions name no speed.
        bool hasSpeed = description.Version >= 3 || description.DmaSpeed is >= DmaSpeed.Compatible and < DmaSpeed.TypeF;
        return hasSpeed && description.DmaWidth == (channel.IsWord ? DmaWidth.Width16Bits : DmaWidth.Width8Bits) ? channel : null;
    }

    /// <summary>Lets a bus master behind a channel take the bus: the controller only passes its requests on (DMA-208).</summary>
    public void Cascade(DeviceDescription description)
    {
        if (description.InterfaceType is InterfaceType.Isa or InterfaceType.Eisa && this[description.DmaChannel] is { Adapter: null } channel)
            channel.Cascade();
    }
}
