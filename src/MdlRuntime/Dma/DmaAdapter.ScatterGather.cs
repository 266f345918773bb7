using MdlRuntime.Annotations;
using static MdlRuntime.IoAllocationAction;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
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
        Processor processor = Enter(DmaSlot.GetScatterGatherList, Kirql.DISPATCH_LEVEL, exact: true);
        return RequestList(
            processor, DmaSlot.GetScatterGatherList, device, mdl, currentVa, length, executionRoutine, context, writeToDevice, scatterGatherBuffer: 0, uint.MaxValue);
    }

    /// <summary>As <see cref="GetScatterGatherList"/>, with the list in memory of the caller: it never fails for lack of memory.</summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="currentVa">Position in the first MDL: MmGetMdlVirtualAddress, plus what was transferred before. An index, not a pointer.</param>
    /// <param name="length">Bytes; above 0, and within the chain.</param>
    /// <param name="executionRoutine">AdapterListControl; runs at DISPATCH_LEVEL in any thread. May call this routine again.</param>
    /// <param name="context">Passed to the routine.</param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <param name="scatterGatherBuffer">Address of non-paged memory; left alone until <see cref="PutScatterGatherList"/>, which does not free it.</param>
    /// <param name="scatterGatherLength">Its bytes: as many as <see cref="CalculateScatterGatherList"/> returns.</param>
    /// <returns>
    /// STATUS_SUCCESS: the routine has run or will run. Otherwise it will not: STATUS_INSUFFICIENT_RESOURCES: more pages than the adapter
    /// has map registers; STATUS_BUFFER_TOO_SMALL: the chain holds fewer bytes, or the memory is too small for the list.
    /// </returns>
    /// <remarks>IRQL DISPATCH_LEVEL. WDK: BuildScatterGatherList.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildScatterGatherList(
        DeviceObject device,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice,
        [MdlValue(MdlValueKind.MemoryAddress)] nuint scatterGatherBuffer,
        [MdlValue(MdlValueKind.Length)] uint scatterGatherLength)
    {
        Processor processor = Enter(DmaSlot.BuildScatterGatherList, Kirql.DISPATCH_LEVEL, exact: true);
        return RequestList(
            processor, DmaSlot.BuildScatterGatherList, device, mdl, currentVa, length, executionRoutine, context, writeToDevice, scatterGatherBuffer, scatterGatherLength);
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

        if (!scatterGather.IsIntact)
        {
            Report(0x06, _listsAllocated, _listsAllocated - _lists + 1, 0, "MDL4010",
                "PutScatterGatherList does not find its part of the list: the memory it lies in was overwritten before the list was put.");
            return;
        }

        EndList(scatterGather, registers, writeToDevice);
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
        ChainPosition start = mdl is null ? default : new(mdl, currentVa);
        if (mdl is not null && length > start.BytesInChain)
            return NtStatus.STATUS_BUFFER_TOO_SMALL;
        uint registers = mdl is null ? ADDRESS_AND_SIZE_TO_SPAN_PAGES(currentVa, length) : start.CountPages(length);
        if (registers > MaximumRegisters)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        scatterGatherListSize = ListImage.SizeOf(mdl is not null ? ElementsOfList(start, length) : _scatterGather ? registers : 1);
        numberOfMapRegisters = registers;
        return NtStatus.STATUS_SUCCESS;
    }

    private NtStatus RequestList(
        Processor processor,
        DmaSlot slot,
        DeviceObject device,
        Mdl mdl,
        nuint currentVa,
        uint length,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice,
        nuint scatterGatherBuffer,
        uint scatterGatherLength)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(executionRoutine);
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        string routine = DmaOperations.NameOf(slot);
        System.Trace(routine, mdl, currentVa, length, writeToDevice ? 1u : 0u);
        ChainPosition start = new(mdl, currentVa);
        ulong available = start.BytesInChain;
        if (System.Verifier.IsOn)
            CheckList(mdl, currentVa, length, available, routine);
        if (_channel is not null)
            return NtStatus.STATUS_NOT_SUPPORTED;
        bool isWild = new MdlPages(mdl, System.Memory.Frames).At(currentVa) == Pfn.None;
        if (length > available && !isWild)
            return NtStatus.STATUS_BUFFER_TOO_SMALL;
        uint registers = start.CountPages(length);
        if (registers > MaximumRegisters)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        if (slot == DmaSlot.BuildScatterGatherList && scatterGatherLength < ListImage.SizeOf(ElementsOfList(start, length)))
            return NtStatus.STATUS_BUFFER_TOO_SMALL;
        if (System.Faults.Strikes(routine))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        // The wait block lies in the memory of the caller, which is touched at once.
        if (slot == DmaSlot.BuildScatterGatherList)
            ListImage.WriteHeader(processor, scatterGatherBuffer, elements: 0, Address);
        ChannelRequest request = _dma.TakeRequest(this, device, registers, context);
        (request.ListControl, request.Start, request.Length, request.WriteToDevice) = (executionRoutine, start, length, writeToDevice);
        (request.ListBuffer, request.ListBufferLength) = (scatterGatherBuffer, scatterGatherLength);
        Submit(processor, request);
        return NtStatus.STATUS_SUCCESS;
    }

    private IoAllocationAction RunListControl(ChannelRequest request)
    {
        ScatterGatherList list = request.List ?? BuildList(request);
        System.Trace("AdapterListControl", list, list.NumberOfElements, request.RegisterCount);
        using OwnerScope code = System.Processor.RunAs(request.Device.DriverObject.Owner);
        request.ListControl!(request.Device, request.Irp, list, request.Context);
        return DeallocateObjectKeepRegisters;
    }

    /// <summary>Maps the range of a request and makes the list of what is mapped.</summary>
    private ScatterGatherList BuildList(ChannelRequest request)
    {
        MapRegisters registers = request.Registers ??= _dma.TakeHandle(this, first: -1, request.RegisterCount);
        request.LinkRegisters();
        ScatterGatherList list = _dma.TakeList();
        (list.Registers, _lists, _listsAllocated) = (registers, _lists + 1, _listsAllocated + 1);
        MapWhole(registers, request.Start, request.Length, request.WriteToDevice, request.IsExact);
        list.Fill(registers.Map.Runs, isOneElement: !_scatterGather);
        if (request.ListBuffer != 0)
            list.MoveTo(System.Processor, request.ListBuffer, ListImage.RoomIn(request.ListBufferLength), Address);
        request.List = list;
        return list;
    }

    /// <summary>Ends the transfer of a list: what is mapped, the registers, and the list itself.</summary>
    private void EndList(ScatterGatherList list, MapRegisters registers, bool writeToDevice)
    {
        // What is mapped where it lies is whole already, and only the verifier asks for its direction.
        if (!_isPlain || registers.First >= 0 || System.Verifier.IsOn)
            FlushRuns(registers.Map, writeToDevice);
        registers.Map.Clear();
        if (list.Target is { } target)
            FreeTarget(target);
        Free(registers, "MDL4003", nameof(PutScatterGatherList));
        list.End();
        _lists--;
        _dma.Recycle(list);
    }

    private void FlushRuns(TransferMap map, bool writeToDevice)
    {
        foreach (ref readonly MappedRun run in map.Runs)
            FlushRun(run, run.Va, run.Length, writeToDevice);
    }

    private uint ElementsOfList(ChainPosition start, uint length) => _scatterGather ? Count(start, length).Elements : 1;
}
