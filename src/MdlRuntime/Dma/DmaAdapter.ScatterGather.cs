using MdlRuntime.Annotations;
using static MdlRuntime.IoAllocationAction;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    private const uint ListHeaderSize = 0x10, ListElementSize = 0x18, ListPrivateSize = 0x40;

    private uint _lists;
    private uint _listsAllocated;

    /// <summary>Maps a range of an MDL chain and hands the list of its fragments to the AdapterListControl routine, at once or when there are map registers.</summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="currentVa">Position in the first MDL: MmGetMdlVirtualAddress, plus what was transferred before. An index, not a pointer.</param>
    /// <param name="length">Bytes; above 0, and within the chain.</param>
    /// <param name="executionRoutine">AdapterListControl; runs at DISPATCH_LEVEL in any thread. May call this routine again.</param>
    /// <param name="context">Passed to the routine.</param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <returns>
    /// STATUS_SUCCESS: the routine has run or will run. Otherwise it will not: STATUS_INSUFFICIENT_RESOURCES: more pages than the adapter
    /// has map registers; STATUS_BUFFER_TOO_SMALL: the chain holds fewer bytes; STATUS_NOT_SUPPORTED: the device is subordinate.
    /// </returns>
    /// <remarks>IRQL DISPATCH_LEVEL. Every list is given back with <see cref="PutScatterGatherList"/>. WDK: GetScatterGatherList.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public NtStatus GetScatterGatherList(
        DeviceObject device,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(executionRoutine);
        Processor processor = Enter(DmaSlot.GetScatterGatherList, Kirql.DISPATCH_LEVEL, exact: true);
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        System.Trace(nameof(GetScatterGatherList), mdl, currentVa, length, writeToDevice ? 1u : 0u);
        if (length == 0)
            Report(0x21, Address, 0, 0, "MDL4016", "GetScatterGatherList was asked to map 0 bytes.");
        ulong available = BytesInChain(mdl, currentVa);
        CheckPosition(mdl, currentVa, length, available, nameof(GetScatterGatherList));
        if (_channel is not null)
            return NtStatus.STATUS_NOT_SUPPORTED;
        bool isWild = new MdlPages(mdl, System.Memory.Frames).At(currentVa) == Pfn.None;
        if (length > available && !isWild)
            return NtStatus.STATUS_BUFFER_TOO_SMALL;
        uint registers = RegistersFor(mdl, currentVa, length);
        if (registers > MaximumRegisters)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        if (System.Faults.Strikes(nameof(GetScatterGatherList)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        ChannelRequest request = _dma.TakeRequest(this, device, registers, context);
        (request.ListControl, request.Mdl, request.CurrentVa, request.Length, request.WriteToDevice) = (executionRoutine, mdl, currentVa, length, writeToDevice);
        Submit(processor, request);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Ends the transfer of a list: what the device wrote becomes visible now, and list and map registers are freed.</summary>
    /// <param name="scatterGather">The list that the AdapterListControl routine was given.</param>
    /// <param name="writeToDevice">The direction it was made for.</param>
    /// <remarks>IRQL DISPATCH_LEVEL. On success and on failure, once (0xE6/0x06). WDK: PutScatterGatherList.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public void PutScatterGatherList(
        [MdlEffect(MdlEffect.PutsList)] ScatterGatherList scatterGather,
        bool writeToDevice)
    {
        ArgumentNullException.ThrowIfNull(scatterGather);
        Processor processor = Enter(DmaSlot.PutScatterGatherList, Kirql.DISPATCH_LEVEL, exact: true);
        System.Trace(nameof(PutScatterGatherList), scatterGather, scatterGather.NumberOfElements, writeToDevice ? 1u : 0u);
        if (scatterGather.Registers is not { } registers || registers.Adapter != this)
        {
            Report(0x06, _listsAllocated, _listsAllocated - _lists + 1, 0, "MDL4010", "PutScatterGatherList was called for a list that this adapter has not handed out.");
            return;
        }

        foreach (ref readonly MappedRun run in registers.Map.Runs)
            FlushRun(run, run.Va, run.Length, writeToDevice);
        registers.Map.Clear();
        Free(registers, "MDL4003", nameof(PutScatterGatherList));
        scatterGather.Registers = null;
        _lists--;
        _dma.Recycle(scatterGather);
        _dma.GrantWaiting(processor);
    }

    /// <summary>Returns what a list for a transfer takes.</summary>
    /// <param name="mdl">First MDL of the chain for the actual size, or null for the largest of any buffer at that address.</param>
    /// <param name="currentVa">Position of the first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="scatterGatherListSize">Bytes of list and private data; 0 on failure.</param>
    /// <param name="numberOfMapRegisters">Map registers; 0 on failure.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES (more registers than the adapter has), STATUS_BUFFER_TOO_SMALL (the chain holds fewer bytes).</returns>
    /// <remarks>Any IRQL. WDK: CalculateScatterGatherList.</remarks>
    public NtStatus CalculateScatterGatherList(
        Mdl? mdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        [MdlValue(MdlValueKind.Length)] out uint scatterGatherListSize,
        [MdlValue(MdlValueKind.MapRegisterCount)] out uint numberOfMapRegisters)
    {
        Enter(DmaSlot.CalculateScatterGatherList, Kirql.HIGH_LEVEL, exact: false);
        (scatterGatherListSize, numberOfMapRegisters) = (0, 0);
        if (mdl is not null && length > BytesInChain(mdl, currentVa))
            return NtStatus.STATUS_BUFFER_TOO_SMALL;
        uint registers = mdl is null ? ADDRESS_AND_SIZE_TO_SPAN_PAGES(currentVa, length) : RegistersFor(mdl, currentVa, length);
        if (registers > MaximumRegisters)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        uint elements = !_scatterGather ? 1 : mdl is null ? registers : CountRuns(mdl, currentVa, length);
        scatterGatherListSize = ListHeaderSize + ListPrivateSize + elements * ListElementSize;
        numberOfMapRegisters = registers;
        return NtStatus.STATUS_SUCCESS;
    }

    private IoAllocationAction RunListControl(ChannelRequest request)
    {
        MapRegisters registers = request.Registers ??= _dma.TakeHandle(this, first: -1, request.RegisterCount);
        ScatterGatherList list = _dma.TakeList();
        (list.Registers, _lists, _listsAllocated) = (registers, _lists + 1, _listsAllocated + 1);
        MapChain(request, registers);
        list.Fill(registers.Map.Runs, isOneElement: !_scatterGather);
        System.Trace("AdapterListControl", list, list.NumberOfElements, request.RegisterCount);
        using OwnerScope code = System.Processor.RunAs(request.Device.DriverObject.Owner);
        request.ListControl!(request.Device, request.Irp, list, request.Context);
        return DeallocateObjectKeepRegisters;
    }

    /// <summary>Maps the whole range of a list request, MDL by MDL.</summary>
    private void MapChain(ChannelRequest request, MapRegisters registers)
    {
        Mdl mdl = request.Mdl!;
        nuint va = request.CurrentVa;
        bool isOneBounce = !_scatterGather && !IsContiguous(mdl, va, request.Length);
        ulong bounce = registers.First >= 0 ? _dma.Registers.Address(registers.First) + BYTE_OFFSET(va) : 0;
        for (uint rest = request.Length; rest > 0;)
        {
            MdlPages pages = new(mdl, System.Memory.Frames);
            uint inMdl = (uint)Math.Min(rest, Math.Max(BytesFrom(mdl, va), 1));
            PhysicalRun found = FindRun(pages, va, inMdl);
            var run = new MappedRun
            {
                Mdl = mdl,
                Va = va,
                WriteToDevice = request.WriteToDevice,
                Length = isOneBounce ? inMdl : found.Length,
            };
            if (registers.First >= 0 && (isOneBounce || !found.IsReachable && found.First != Pfn.None))
            {
                // A single element keeps the offset of its first byte only; otherwise every byte keeps its offset in its page (DMA-105).
                if (isOneBounce && registers.Map.Count > 0)
                    MapBehind(ref run, registers.Map.Runs[^1]);
                else
                    MapBounced(ref run, isOneBounce ? bounce : (bounce & ~(ulong)(PAGE_SIZE - 1)) + BYTE_OFFSET(va), isOneBounce ? rest : run.Length);
                FillBounce(pages, run);
            }
            else
            {
                MapInPlace(ref run, pages, found.First);
            }

            registers.Map.Add(run);
            bounce += isOneBounce ? run.Length : ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, run.Length) * PAGE_SIZE;
            (va, rest) = (unchecked(va + run.Length), rest - run.Length);
            if (rest > 0 && va == mdl.VirtualAddress + mdl.Length && mdl.Next is { } next)
                (mdl, va) = (next, next.VirtualAddress);
        }
    }

    /// <summary>Whether the device can take the range as it is, in one piece.</summary>
    private bool IsContiguous(Mdl mdl, nuint va, uint length)
    {
        PhysicalRun run = FindRun(new(mdl, System.Memory.Frames), va, (uint)Math.Min(length, Math.Max(BytesFrom(mdl, va), 1)));
        return run.Length == length && run.IsReachable;
    }

    private uint CountRuns(Mdl mdl, nuint va, uint length)
    {
        uint runs = 0;
        for (Mdl? at = mdl; at is not null && length > 0; at = at.Next)
        {
            if (at != mdl)
                va = at.VirtualAddress;
            MdlPages pages = new(at, System.Memory.Frames);
            for (uint rest = (uint)Math.Min(length, BytesFrom(at, va)); rest > 0; runs++)
            {
                uint run = FindRun(pages, va, rest).Length;
                (va, rest, length) = (va + run, rest - run, length - run);
            }
        }

        return runs;
    }

    /// <summary>Pages that a range touches, counted MDL by MDL (DMA-090).</summary>
    private static uint RegistersFor(Mdl mdl, nuint va, uint length)
    {
        uint count = 0;
        for (Mdl? at = mdl; at is not null && length > 0; at = at.Next)
        {
            if (at != mdl)
                va = at.VirtualAddress;
            uint part = at.Next is null ? length : (uint)Math.Min(length, BytesFrom(at, va));
            count += ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, part);
            length -= part;
        }

        return count;
    }

    private static ulong BytesInChain(Mdl mdl, nuint currentVa)
    {
        ulong bytes = BytesFrom(mdl, currentVa);
        foreach (Mdl at in new ChainWalk(mdl.Next))
            bytes += at.Length;
        return bytes;
    }
}
