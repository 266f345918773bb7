using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Makes a range of a chain of MDLs reachable for the device, as much of it as map registers and the list have room for.</summary>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="mapRegisterBase">The base that the allocation gave, null included.</param>
    /// <param name="offset">First byte, counted from the first of the chain: no address.</param>
    /// <param name="deviceOffset">Of the device's data register, for the system; 0 for bus masters.</param>
    /// <param name="length">Bytes wanted; returns the bytes mapped, and 0 on failure leaves it alone. Drivers must expect fewer than they asked for.</param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <param name="scatterGatherBuffer">Receives the elements, in order. For system DMA null will do: then one element is mapped at a time.</param>
    /// <param name="scatterGatherBufferLength">Bytes of the list that may be used: 16, and 24 for each element; never more than its capacity.</param>
    /// <param name="completionRoutine">Called when a system DMA transfer has ended, perhaps before this call returns; null for bus masters.</param>
    /// <param name="completionContext">Passed to the routine.</param>
    /// <returns>
    /// STATUS_SUCCESS: some bytes or all are mapped. STATUS_INVALID_PARAMETER: a range that is not in the chain, no list or one without room for an
    /// element, what bus masters must not give, a channel that is not allocated, or what the controller cannot express;
    /// STATUS_INSUFFICIENT_RESOURCES: no map register is left; STATUS_CANCELLED: <see cref="CancelMappedTransfer"/> came before.
    /// </returns>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. Each success is followed by one <see cref="FlushAdapterBuffersEx"/> before the next call (0xE6/0x0D). A length of 0
    /// maps nothing and succeeds, except under the verifier (0xE6/0x21, DMA-384). For system DMA success starts the transfer. WDK: MapTransferEx.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus MapTransferEx(
        [MdlEffect(MdlEffect.MapsTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.DeviceOffset)] uint deviceOffset,
        [MdlValue(MdlValueKind.TransferLength)] ref uint length,
        bool writeToDevice,
        ScatterGatherList? scatterGatherBuffer,
        [MdlValue(MdlValueKind.Length)] uint scatterGatherBufferLength,
        DmaCompletionRoutine? completionRoutine,
        object? completionContext)
    {
        Processor processor = Enter(DmaSlot.MapTransferEx, Kirql.DISPATCH_LEVEL, exact: false);
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        TransferMap map = MapOf(mapRegisterBase);
        if (_channel is null ? deviceOffset != 0 || completionRoutine is not null : _owner is not { IsWaiting: false })
            return NtStatus.STATUS_INVALID_PARAMETER;
        uint elements = ElementsFor(scatterGatherBuffer, scatterGatherBufferLength);
        if (elements == 0)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (_channel is not null && _owner!.TransferContext is { IsTransferCancelled: true })
            return NtStatus.STATUS_CANCELLED;
        if (!TryFindRange(mdl, offset, length, nameof(MapTransferEx), out ChainPosition start))
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (System.Verifier.IsOn)
            CheckMapping(mapRegisterBase, map, start, length);

        MappingRoom room = RoomFor(mapRegisterBase, map, elements);
        int first = map.Count;
        uint mapped = length == 0 ? 0
            : TakesRuns ? MapRuns(map, mapRegisterBase, start, length, writeToDevice, room)
            : MapPieces(map, mapRegisterBase, start, length, writeToDevice, room);
        System.Trace(nameof(MapTransferEx), mdl, offset, length, mapped);
        if (mapped == 0 && length > 0)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        length = mapped;
        scatterGatherBuffer?.Fill(map.Runs[first..], isOneElement: false);
        return _channel is null || mapped == 0 ? NtStatus.STATUS_SUCCESS
            : StartTransfer(_channel, map, first, writeToDevice, completionRoutine, completionContext);
    }

    /// <summary>Ends a transfer that MapTransferEx began: what the device wrote into bounce pages reaches the chain's pages now, and nothing of it is mapped any more.</summary>
    /// <param name="mdl">First MDL of the chain mapped.</param>
    /// <param name="mapRegisterBase">The base mapped with.</param>
    /// <param name="offset">The offset mapped.</param>
    /// <param name="length">The bytes mapped, or those that the device really moved; the rest stays as it is.</param>
    /// <param name="writeToDevice">The direction mapped.</param>
    /// <returns>STATUS_SUCCESS, or STATUS_INVALID_PARAMETER when the range, or all of it, was not mapped.</returns>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. One call for the whole list of one MapTransferEx. A system DMA transfer that has neither ended nor been cancelled is
    /// cancelled (0xE6/0x23). WDK: FlushAdapterBuffersEx.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus FlushAdapterBuffersEx(
        [MdlEffect(MdlEffect.FlushesTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        bool writeToDevice)
    {
        Processor processor = Enter(DmaSlot.FlushAdapterBuffersEx, Kirql.DISPATCH_LEVEL, exact: false);
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        System.Trace(nameof(FlushAdapterBuffersEx), mdl, offset, length, writeToDevice ? 1u : 0u);
        TransferMap map = MapOf(mapRegisterBase);
        if (!ChainPosition.TryFind(mdl, offset, out ChainPosition start, out ulong available) || !map.TryFindOperation(start, out int first, out int count))
        {
            Report(mapRegisterBase is not null && map.Count == 0 ? 0x20u : 0x16u, mapRegisterBase?.Handle ?? Address, start.Va, mdl.Address, "MDL4003",
                $"FlushAdapterBuffersEx was called for {length} bytes at offset {offset}, where no MapTransferEx began.");
            return NtStatus.STATUS_INVALID_PARAMETER;
        }

        if (_channel is not null)
            StopTransfer(_channel);
        uint rest = length, arrived = ArrivedOf(map.Runs.Slice(first, count));
        foreach (ref readonly MappedRun run in map.Runs.Slice(first, count))
        {
            uint part = Math.Min(rest, run.Length);
            FlushRun(run, run.Va, part, Math.Min(arrived, part), writeToDevice);
            rest -= part;
            arrived -= Math.Min(arrived, run.Length);
        }

        map.EndOperation(first, count);
        if (rest == 0)
            return NtStatus.STATUS_SUCCESS;

        Report(0x00, 1, available - (length - rest), rest, "MDL4005", $"FlushAdapterBuffersEx was called for {length} bytes at offset {offset}; {length - rest} of them are mapped.");
        return NtStatus.STATUS_INVALID_PARAMETER;
    }

    /// <summary>Elements that a caller's list has room for; 0 where it has none, or is still in use.</summary>
    private uint ElementsFor(ScatterGatherList? list, uint bytes)
    {
        if (list is null)
            return _channel is not null && bytes == 0 ? 1u : 0;
        return list.Registers is null ? Math.Min(list.Capacity, ListImage.RoomIn(bytes)) : 0;
    }

    /// <summary>The place of an offset, if the whole range from there on is in the chain; the verifier is told what is wrong with one that is not.</summary>
    private bool TryFindRange(Mdl chain, ulong offset, uint length, string routine, out ChainPosition start)
    {
        if (length == 0)
            Report(0x21, Address, 0, 0, "MDL4016", $"{routine} was asked to map 0 bytes.");
        if (ChainPosition.TryFind(chain, offset, out start, out ulong available))
        {
            CheckPosition(start.Mdl, start.Va, length, available, routine);
            return length <= available;
        }

        Report(0x1F, 2, unchecked(chain.VirtualAddress + (nuint)offset), chain.Address, "MDL4002",
            $"{routine} was given offset {offset}, which is not in the chain of MDLs.");
        return false;
    }

    /// <summary>What one MapTransferEx call may use: no more pages than IoGetDmaAdapter allows one transfer, and the registers that are left.</summary>
    private MappingRoom RoomFor(MapRegisters? registers, TransferMap map, uint elements) => new()
    {
        Elements = elements,
        Pages = MaximumRegisters,
        Registers = registers is { IsAllocated: true } && registers.Count > map.RegistersUsed ? registers.Count - map.RegistersUsed : 0,
        IsExact = true,
    };

    private void CheckMapping(MapRegisters? registers, TransferMap map, ChainPosition start, uint length)
    {
        if (registers is not null && map.MappedBytes is > 0 and var bytes)
        {
            Report(0x0D, bytes, registers.Count * PAGE_SIZE, 0, "MDL4003",
                $"MapTransferEx was called while {bytes} bytes were mapped and not flushed: FlushAdapterBuffersEx comes first.");
        }
        else if (map.IsMapped(start.Mdl, start.Va, start.PartOf(length)))
        {
            Report(0x1D, start.Va, start.Va + length, map.FirstMapped(start.Mdl, start.Va, start.PartOf(length)), "MDL4007",
                $"MapTransferEx was asked for {length} bytes at {start.Va:X16} of which some are mapped already: the offset advances by the length returned.");
        }
    }
}
