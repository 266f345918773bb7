using MdlRuntime.Annotations;
using static MdlRuntime.IoManager;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Maps a range of a chain of MDLs at once, with a place for the list: the driver goes on inline, or in the routine if it gives one.</summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="transferContext">Prepared by <see cref="InitializeDmaTransferContext"/>; that of no other outstanding request.</param>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="offset">First byte, counted from the first of the chain: no address.</param>
    /// <param name="length">Bytes; above 0, and within the chain.</param>
    /// <param name="flags">0, or <see cref="IoManager.DMA_SYNCHRONOUS_CALLBACK"/> to fail rather than wait.</param>
    /// <param name="executionRoutine">
    /// AdapterListControl, or with the flag null to go on inline: then <see cref="FreeAdapterObject"/> releases the adapter, and the list with it unless
    /// <see cref="PutScatterGatherList"/> has put it.
    /// </param>
    /// <param name="context">Passed to the routine.</param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <param name="scatterGatherList">With the flag, the list; otherwise null, since it may not exist yet.</param>
    /// <returns>
    /// STATUS_SUCCESS; STATUS_INVALID_PARAMETER: flags, a subordinate device, no routine without the flag, a range that is not in the chain, or a context that is not
    /// initialized or in use; STATUS_INSUFFICIENT_RESOURCES: more pages than the adapter has map registers, or with the flag: not free now;
    /// STATUS_CANCELLED: with the flag, <see cref="CancelAdapterChannel"/> came before.
    /// </returns>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL by its page; a survey records calls below (DMA-390). Pages that say the resources are freed when the routine returns
    /// are not followed: every list is put (DMA-385). WDK: GetScatterGatherListEx.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus GetScatterGatherListEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        uint flags,
        DriverListControl? executionRoutine,
        object? context,
        bool writeToDevice,
        out ScatterGatherList? scatterGatherList)
    {
        Processor processor = EnterGetList();
        return RequestListEx(
            processor, DmaSlot.GetScatterGatherListEx, device, transferContext, mdl, offset, length, flags, executionRoutine, context, writeToDevice,
            buffer: 0, uint.MaxValue, isInlineAllowed: true, out scatterGatherList);
    }

    /// <summary>Maps a range of a chain of MDLs and hands the list of its fragments to the AdapterListControl routine, at once or when there are map registers.</summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="transferContext">Prepared by <see cref="InitializeDmaTransferContext"/>; that of no other outstanding request.</param>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="offset">First byte, counted from the first of the chain: no address.</param>
    /// <param name="length">Bytes; above 0, and within the chain.</param>
    /// <param name="flags">0, or <see cref="IoManager.DMA_SYNCHRONOUS_CALLBACK"/> to fail rather than wait.</param>
    /// <param name="executionRoutine">AdapterListControl; runs at DISPATCH_LEVEL in any thread, or with the flag inside this call.</param>
    /// <param name="context">Passed to the routine.</param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <returns>
    /// STATUS_SUCCESS: the routine has run or, without the flag, will run unless <see cref="CancelAdapterChannel"/> came before or comes in time.
    /// Otherwise as the form with a place for the list.
    /// </returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL by its page; a survey records calls below (DMA-390). WDK: GetScatterGatherListEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus GetScatterGatherListEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        uint flags,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice)
    {
        Processor processor = EnterGetList();
        return RequestListEx(
            processor, DmaSlot.GetScatterGatherListEx, device, transferContext, mdl, offset, length, flags, executionRoutine, context, writeToDevice,
            buffer: 0, uint.MaxValue, isInlineAllowed: false, out _);
    }

    /// <summary>As <see cref="GetScatterGatherListEx(DeviceObject, DmaTransferContext, Mdl, ulong, uint, uint, DriverListControl, object, bool, out ScatterGatherList)"/>, with the list in memory of the caller.</summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="transferContext">Prepared by <see cref="InitializeDmaTransferContext"/>; that of no other outstanding request.</param>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="offset">First byte, counted from the first of the chain: no address.</param>
    /// <param name="length">Bytes; above 0, and within the chain.</param>
    /// <param name="flags">0, or <see cref="IoManager.DMA_SYNCHRONOUS_CALLBACK"/> to fail rather than wait.</param>
    /// <param name="executionRoutine">AdapterListControl, or with the flag null to go on inline.</param>
    /// <param name="context">Passed to the routine.</param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <param name="scatterGatherBuffer">Address of non-paged memory; left alone until the list is put, which does not free it.</param>
    /// <param name="scatterGatherLength">Its bytes: as many as <see cref="GetDmaTransferInfo"/> returns.</param>
    /// <param name="scatterGatherList">With the flag, the list in that memory; otherwise null.</param>
    /// <returns>As GetScatterGatherListEx; also STATUS_BUFFER_TOO_SMALL: the memory cannot hold the list.</returns>
    /// <remarks>IRQL DISPATCH_LEVEL. WDK: BuildScatterGatherListEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildScatterGatherListEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        uint flags,
        DriverListControl? executionRoutine,
        object? context,
        bool writeToDevice,
        [MdlValue(MdlValueKind.MemoryAddress)] nuint scatterGatherBuffer,
        [MdlValue(MdlValueKind.Length)] uint scatterGatherLength,
        out ScatterGatherList? scatterGatherList)
    {
        Processor processor = Enter(DmaSlot.BuildScatterGatherListEx, Kirql.DISPATCH_LEVEL, exact: true);
        return RequestListEx(
            processor, DmaSlot.BuildScatterGatherListEx, device, transferContext, mdl, offset, length, flags, executionRoutine, context, writeToDevice,
            scatterGatherBuffer, scatterGatherLength, isInlineAllowed: true, out scatterGatherList);
    }

    /// <summary>As the form with a place for the list, for a driver that takes the list in its routine.</summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="transferContext">Prepared by <see cref="InitializeDmaTransferContext"/>; that of no other outstanding request.</param>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="offset">First byte, counted from the first of the chain: no address.</param>
    /// <param name="length">Bytes; above 0, and within the chain.</param>
    /// <param name="flags">0, or <see cref="IoManager.DMA_SYNCHRONOUS_CALLBACK"/> to fail rather than wait.</param>
    /// <param name="executionRoutine">AdapterListControl; runs at DISPATCH_LEVEL in any thread, or with the flag inside this call.</param>
    /// <param name="context">Passed to the routine.</param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <param name="scatterGatherBuffer">Address of non-paged memory; left alone until the list is put, which does not free it.</param>
    /// <param name="scatterGatherLength">Its bytes: as many as <see cref="GetDmaTransferInfo"/> returns.</param>
    /// <returns>As GetScatterGatherListEx; also STATUS_BUFFER_TOO_SMALL: the memory cannot hold the list.</returns>
    /// <remarks>IRQL DISPATCH_LEVEL. WDK: BuildScatterGatherListEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildScatterGatherListEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        uint flags,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice,
        [MdlValue(MdlValueKind.MemoryAddress)] nuint scatterGatherBuffer,
        [MdlValue(MdlValueKind.Length)] uint scatterGatherLength)
    {
        Processor processor = Enter(DmaSlot.BuildScatterGatherListEx, Kirql.DISPATCH_LEVEL, exact: true);
        return RequestListEx(
            processor, DmaSlot.BuildScatterGatherListEx, device, transferContext, mdl, offset, length, flags, executionRoutine, context, writeToDevice,
            scatterGatherBuffer, scatterGatherLength, isInlineAllowed: false, out _);
    }

    /// <summary>Below DISPATCH_LEVEL the page allows the call; what callers always do is recommended, so a survey notes it, with the code for levels that has no parameters (DMA-389), and nothing stops.</summary>
    private Processor EnterGetList()
    {
        Processor processor = Enter(DmaSlot.GetScatterGatherListEx, Kirql.DISPATCH_LEVEL, exact: false);
        if (processor.Irql < Kirql.DISPATCH_LEVEL && System.Verifier.Mode == Verification.VerifierMode.Survey)
        {
            Report(0x14, 0, 0, 0, "MDL6004",
                $"GetScatterGatherListEx was called at {processor.Irql}; the related routines need DISPATCH_LEVEL, and callers raise to it.");
        }

        return processor;
    }

    private NtStatus RequestListEx(
        Processor processor,
        DmaSlot slot,
        DeviceObject device,
        DmaTransferContext transferContext,
        Mdl mdl,
        ulong offset,
        uint length,
        uint flags,
        DriverListControl? control,
        object? controlContext,
        bool writeToDevice,
        nuint buffer,
        uint bufferLength,
        bool isInlineAllowed,
        out ScatterGatherList? list)
    {
        ArgumentNullException.ThrowIfNull(device);
        list = null;
        string routine = DmaOperations.NameOf(slot);
        bool isSynchronous = flags == DMA_SYNCHRONOUS_CALLBACK;
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        System.Trace(routine, mdl, offset, length, flags);
        if (flags is not (0 or DMA_SYNCHRONOUS_CALLBACK) || control is null && !(isSynchronous && isInlineAllowed) || !IsReady(transferContext)
            || _channel is not null)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (!TryFindRange(mdl, offset, length, routine, out ChainPosition start) || length == 0)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (start.CountPages(length) > MaximumRegisters)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        if (slot == DmaSlot.BuildScatterGatherListEx && bufferLength < ListImage.SizeOf(ElementsOfList(start, length)))
            return NtStatus.STATUS_BUFFER_TOO_SMALL;
        if (System.Faults.Strikes(routine))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        if (IsWithdrawn(transferContext, isSynchronous, out NtStatus withdrawn))
            return withdrawn;

        if (slot == DmaSlot.BuildScatterGatherListEx)
            ListImage.WriteHeader(processor, buffer, elements: 0, Address);
        ChannelRequest request = TakeRequest(device, transferContext, ExactRegisters(start, length), controlContext);
        (request.ListControl, request.Start, request.Length, request.WriteToDevice) = (control, start, length, writeToDevice);
        (request.ListBuffer, request.ListBufferLength) = (buffer, bufferLength);
        if (!isSynchronous)
        {
            Submit(processor, request);
            return NtStatus.STATUS_SUCCESS;
        }

        if (!TryTakeNow(request))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        list = BuildList(request);
        Execute(processor, request);
        GrantChannel(processor);
        return NtStatus.STATUS_SUCCESS;
    }
}
