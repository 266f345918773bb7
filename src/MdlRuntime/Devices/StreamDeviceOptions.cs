namespace MdlRuntime.Devices;

/// <summary>What the hardware of a <see cref="StreamDevice"/> can do: the data sheet its driver is written against.</summary>
public sealed record StreamDeviceOptions
{
    /// <summary>The interrupt vector that the device is wired to.</summary>
    public uint InterruptVector { get; init; } = 0x32;

    /// <summary>The channel of the system DMA controller that the device is wired to: 0 to 3 for bytes, 5 to 7 for words.</summary>
    public uint DmaChannel { get; init; } = 1;

    /// <summary>Bytes between medium and channel, an even number from 2 to 65536: what may be late without a loss.</summary>
    public uint FifoSize { get; init; } = 512;

    /// <summary>Virtual time in which the medium fills or empties the FIFO once, in units of 100 ns, at least 1.</summary>
    public long FifoTime { get; init; } = 100;

    /// <summary>Whether the device moves words.</summary>
    public bool IsWordDevice => DmaChannel > SystemDmaController.CascadeChannel;

    /// <summary>Throws for a value that no device can be made with.</summary>
    internal void Validate()
    {
        if (DmaChannel is SystemDmaController.CascadeChannel or > 7)
            throw new ArgumentOutOfRangeException(nameof(DmaChannel), DmaChannel, "allowed: 0 to 3, 5 to 7");
        if (FifoSize is < 2 or > 65536 || FifoSize % sizeof(ushort) != 0)
            throw new ArgumentOutOfRangeException(nameof(FifoSize), FifoSize, "allowed: even numbers from 2 to 65536");
        if (FifoTime < 1)
            throw new ArgumentOutOfRangeException(nameof(FifoTime), FifoTime, "allowed: 1 and above");
    }
}
