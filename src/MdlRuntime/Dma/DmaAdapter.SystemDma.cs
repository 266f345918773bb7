using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>What MapTransfer returns for a subordinate device: the controller has the address, and this one means nothing (DMA-203).</summary>
    private const long MeaninglessAddress = 0x5A5A_5A5A_5A5A_5A5A;

    /// <summary>The channel of a subordinate device; null for bus masters.</summary>
    private readonly SystemDmaChannel? _channel;

    private bool _demandMode, _autoInitialize, _ignoresCount;

    /// <summary>How often IoGetDmaAdapter has handed out the object of the channel and PutDmaAdapter has not taken it back (DMA-066).</summary>
    private uint _holders = 1;

    /// <summary>The channel of a subordinate device: programmed by MapTransfer, masked by FlushAdapterBuffers.</summary>
    internal SystemDmaChannel? Channel => _channel;

    /// <summary>Returns the bytes that a system DMA transfer has not moved yet, from the controller's count register.</summary>
    /// <returns>
    /// Bytes; 0 when the transfer is over, but also before the first byte of one as long as the register counts (65536 bytes, or words),
    /// and for bus masters, which have no counter.
    /// </returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. Mostly for auto-initialize mode, where it tells the place in the buffer. WDK: ReadDmaCounter.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.TransferLength)]
    public uint ReadDmaCounter()
    {
        Enter(DmaSlot.ReadDmaCounter, Kirql.DISPATCH_LEVEL, exact: false);
        uint left = _channel?.Counter ?? 0;
        System.Trace(nameof(ReadDmaCounter), this, left);
        return left;
    }

    /// <summary>Hands the object out once more, or for the first time; the last description says how the channel works.</summary>
    internal void Share(DeviceDescription description, uint registers, bool isFirst)
    {
        (_demandMode, _autoInitialize) = (description.DemandMode, description.AutoInitialize);
        _ignoresCount = description is { IgnoreCount: true, Version: > 0 };
        MaximumRegisters = Math.Max(MaximumRegisters, registers);
        var operations = DmaOperations.ForDescription(description.Version);
        if (operations.Last > DmaOperations.Last)
            DmaOperations = operations;
        if (!isFirst)
            _holders++;
    }

    /// <summary>A device asked the channel for the direction that it is not programmed for.</summary>
    internal void ReportWrongDirection(ulong address, bool writesMemory) =>
        Report(0x26, PhysicalDevice.Address, address, writesMemory ? WriteFault : ReadFault, "MDL4008",
            $"A device asked channel {_channel!.Number} to {(writesMemory ? "write" : "read")} memory; MapTransfer programmed it for the other direction.");

    /// <summary>Starts the controller on what has just been mapped.</summary>
    private PhysicalAddress StartChannel(SystemDmaChannel channel, in MappedRun run)
    {
        if (channel.IsWord && run.Va % sizeof(ushort) != 0)
        {
            Report(0x1F, 4, run.Va, run.Mdl.Address, "MDL4015",
                $"MapTransfer was given {run.Va:X16}; channel {channel.Number} moves words, which start at even addresses.");
        }
        else if (channel.IsWord && run.Length % sizeof(ushort) != 0)
        {
            Report(0x1F, 5, run.Length, run.Mdl.Address, "MDL4015",
                $"MapTransfer was asked for {run.Length} bytes; channel {channel.Number} moves words: the last byte stays behind.");
        }

        channel.TryStart(new(in run), run.WriteToDevice, _demandMode, _autoInitialize, default);
        return new(MeaninglessAddress);
    }

    /// <summary>What a flush copies back: not the bytes that the counter says never came, unless it cannot be trusted (DMA-104).</summary>
    private uint Arrived(in MappedRun run, nuint start, uint count)
    {
        if (_channel is null || _ignoresCount)
            return count;
        uint moved = run.Length - Math.Min(run.Length, _channel.Counter);
        return (uint)Math.Clamp((long)(run.Va + moved) - (long)start, 0, count);
    }

    /// <summary>Whoever lets the channel go while it is programmed lets the next driver reprogram it under the transfer (DMA-146, DMA-202).</summary>
    private void CheckKeepsChannel(ChannelRequest request, IoAllocationAction action)
    {
        if (action != IoAllocationAction.KeepObject && _channel is { IsRunning: true } && request.Registers?.Map.MappedPages is > 0 and var mapped)
        {
            Report(0x10, mapped, 0, 0, "MDL4013",
                $"AdapterControl returned {action} while {mapped} map registers of the system DMA transfer were mapped: a subordinate device needs KeepObject.");
        }
    }
}
