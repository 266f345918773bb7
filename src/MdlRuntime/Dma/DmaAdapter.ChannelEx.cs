using MdlRuntime.Annotations;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.IoManager;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>
    /// Asks for the channel and map registers of a version 3 transfer at once, with a place for the handle: the driver goes on inline, or in the routine
    /// if it gives one.
    /// </summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="transferContext">Prepared by <see cref="InitializeDmaTransferContext"/>; that of no other outstanding request.</param>
    /// <param name="numberOfMapRegisters">At most the number from IoGetDmaAdapter; <see cref="GetDmaTransferInfo"/> tells how many a transfer uses.</param>
    /// <param name="flags"><see cref="IoManager.DMA_SYNCHRONOUS_CALLBACK"/>; without it this form fails.</param>
    /// <param name="executionRoutine">AdapterControl, which runs inside this call, or null to go on inline and call <see cref="FreeAdapterObject"/> later.</param>
    /// <param name="executionContext">Passed to the routine.</param>
    /// <param name="mapRegisterBase">Handle of the registers; null is legal.</param>
    /// <returns>
    /// STATUS_SUCCESS; STATUS_INVALID_PARAMETER: flags, or a context that is not initialized or in use; STATUS_INSUFFICIENT_RESOURCES: more registers than the
    /// adapter has, or channel or registers are not free now; STATUS_CANCELLED: <see cref="CancelAdapterChannel"/> came before.
    /// </returns>
    /// <remarks>
    /// IRQL DISPATCH_LEVEL. A routine together with a place for the handle is accepted, though only one of two pages allows it (DMA-383). WDK: AllocateAdapterChannelEx.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannelEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        uint flags,
        DriverControl? executionRoutine,
        object? executionContext,
        out MapRegisters? mapRegisterBase)
    {
        mapRegisterBase = null;
        return flags == DMA_SYNCHRONOUS_CALLBACK
            ? AllocateChannel(device, transferContext, numberOfMapRegisters, isSynchronous: true, executionRoutine, executionContext, out mapRegisterBase)
            : RefuseChannel();
    }

    /// <summary>
    /// Asks for the channel and map registers of a version 3 transfer and runs the AdapterControl routine once they are there. Several requests may be
    /// outstanding, each with its own context.
    /// </summary>
    /// <param name="device">Target device; its CurrentIrp is passed on.</param>
    /// <param name="transferContext">Prepared by <see cref="InitializeDmaTransferContext"/>; that of no other outstanding request.</param>
    /// <param name="numberOfMapRegisters">At most the number from IoGetDmaAdapter; <see cref="GetDmaTransferInfo"/> tells how many a transfer uses.</param>
    /// <param name="flags">0 to wait for what is not free, or <see cref="IoManager.DMA_SYNCHRONOUS_CALLBACK"/> to fail then.</param>
    /// <param name="executionRoutine">AdapterControl; runs at DISPATCH_LEVEL in any thread, or with the flag inside this call.</param>
    /// <param name="executionContext">Passed to the routine.</param>
    /// <returns>
    /// STATUS_SUCCESS: the routine has run or, without the flag, will run unless <see cref="CancelAdapterChannel"/> came before or comes in time.
    /// STATUS_INVALID_PARAMETER: flags, no routine, or a context that is not initialized or in use; STATUS_INSUFFICIENT_RESOURCES: more registers than
    /// the adapter has, or with the flag: not free now; STATUS_CANCELLED: with the flag, CancelAdapterChannel came before.
    /// </returns>
    /// <remarks>IRQL DISPATCH_LEVEL. WDK: AllocateAdapterChannelEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannelEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        uint flags,
        DriverControl executionRoutine,
        object? executionContext) =>
        flags is 0 or DMA_SYNCHRONOUS_CALLBACK && executionRoutine is not null
            ? AllocateChannel(device, transferContext, numberOfMapRegisters, isSynchronous: flags != 0, executionRoutine, executionContext, out _)
            : RefuseChannel();

    /// <summary>Withdraws a request that still waits, or that is still to be made with the context.</summary>
    /// <param name="device">The device object that the request was made for.</param>
    /// <param name="transferContext">The context of the request.</param>
    /// <returns>True: the routine of the request will not run. False: it ran, runs, or is about to.</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. A withdrawn context is initialized again before its next use. WDK: CancelAdapterChannel.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public bool CancelAdapterChannel(
        DeviceObject device,
        [MdlEffect(MdlEffect.CancelsTransfer)] DmaTransferContext transferContext)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(transferContext);
        Processor processor = Enter(DmaSlot.CancelAdapterChannel, Kirql.DISPATCH_LEVEL, exact: false);
        bool isCancelled = transferContext.Adapter == this && TryCancel(device, transferContext);
        System.Trace(nameof(CancelAdapterChannel), this, isCancelled ? 1u : 0u);
        // What waited behind the request may have its turn now.
        if (isCancelled)
            _dma.GrantWaiting(processor, released: this);
        return isCancelled;
    }

    /// <summary>Calls a function of the system DMA controller's own extension.</summary>
    /// <param name="functionNumber">The function.</param>
    /// <param name="context">Its argument.</param>
    /// <returns>STATUS_NOT_IMPLEMENTED: neither bus masters nor the controllers of this machine have such functions.</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: ConfigureAdapterChannel.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus ConfigureAdapterChannel(uint functionNumber, object? context)
    {
        Enter(DmaSlot.ConfigureAdapterChannel, Kirql.DISPATCH_LEVEL, exact: false);
        System.Trace(nameof(ConfigureAdapterChannel), this, functionNumber);
        return NtStatus.STATUS_NOT_IMPLEMENTED;
    }

    /// <summary>Releases what a routine kept with KeepObject, or what an allocation without a routine got; runs the next request waiting.</summary>
    /// <param name="action">
    /// DeallocateObject releases channel and map registers, and puts a list that was allocated without a routine; DeallocateObjectKeepRegisters
    /// releases the channel only; KeepObject does nothing.
    /// </param>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. When nothing is kept: 0xE6/0x04. One page wants KeepObject after an allocation without a routine; the
    /// routine's own page is followed, by which that does nothing (DMA-383). WDK: FreeAdapterObject.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.ReleasesChannel)]
    public void FreeAdapterObject(IoAllocationAction action)
    {
        Processor processor = Enter(DmaSlot.FreeAdapterObject, Kirql.DISPATCH_LEVEL, exact: false);
        System.Trace(nameof(FreeAdapterObject), this, (ulong)action);
        if (action is not (KeepObject or DeallocateObject or DeallocateObjectKeepRegisters))
            throw new ArgumentOutOfRangeException(nameof(action), action, "allowed: KeepObject, DeallocateObject, DeallocateObjectKeepRegisters");
        if (action != KeepObject)
            ReleaseOwner(processor, action == DeallocateObject, DmaSlot.FreeAdapterObject);
    }

    private NtStatus AllocateChannel(
        DeviceObject device,
        DmaTransferContext context,
        uint registers,
        bool isSynchronous,
        DriverControl? control,
        object? controlContext,
        out MapRegisters? mapRegisterBase)
    {
        ArgumentNullException.ThrowIfNull(device);
        Processor processor = Enter(DmaSlot.AllocateAdapterChannelEx, Kirql.DISPATCH_LEVEL, exact: true);
        System.Trace(nameof(AllocateAdapterChannelEx), this, registers, isSynchronous ? DMA_SYNCHRONOUS_CALLBACK : 0, control is null ? 0u : 1u);
        mapRegisterBase = null;
        if (!IsReady(context))
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (registers > MaximumRegisters)
        {
            Report(0x0C, registers, MaximumRegisters, 0, "MDL4005",
                $"AllocateAdapterChannelEx was asked for {registers} map registers; IoGetDmaAdapter granted {MaximumRegisters}.");
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        }

        if (System.Faults.Strikes(nameof(AllocateAdapterChannelEx)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        if (IsWithdrawn(context, isSynchronous, out NtStatus withdrawn))
            return withdrawn;

        ChannelRequest request = TakeRequest(device, context, registers, controlContext);
        request.Control = control;
        if (!isSynchronous)
        {
            Submit(processor, request);
            return NtStatus.STATUS_SUCCESS;
        }

        if (!TryTakeNow(request))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        mapRegisterBase = request.Registers;
        Execute(processor, request);
        GrantChannel(processor);
        return NtStatus.STATUS_SUCCESS;
    }

    private NtStatus RefuseChannel()
    {
        Enter(DmaSlot.AllocateAdapterChannelEx, Kirql.DISPATCH_LEVEL, exact: true);
        return NtStatus.STATUS_INVALID_PARAMETER;
    }

    /// <summary>Whether a new request may use the context: initialized for this adapter, and in no other use (DMA-272).</summary>
    private bool IsReady(DmaTransferContext? context) => context is { IsOutstanding: false } && context.Adapter == this;

    /// <summary>
    /// Whether CancelAdapterChannel named the context already (DMA-278). As with a request that is withdrawn while it waits, the one who asked is told
    /// of success, and the one who withdrew it finishes; only a driver that would go on at once has to know.
    /// </summary>
    private static bool IsWithdrawn(DmaTransferContext context, bool isSynchronous, out NtStatus status)
    {
        context.IsUsed = true;
        status = isSynchronous ? NtStatus.STATUS_CANCELLED : NtStatus.STATUS_SUCCESS;
        return context.IsRequestCancelled;
    }

    private ChannelRequest TakeRequest(DeviceObject device, DmaTransferContext context, uint registers, object? routineContext)
    {
        ChannelRequest request = _dma.TakeRequest(this, device, registers, routineContext);
        (request.TransferContext, context.Request) = (context, request);
        return request;
    }

    /// <summary>Gives a request channel and registers if both are free now; otherwise forgets it.</summary>
    private bool TryTakeNow(ChannelRequest request)
    {
        if (_owner is null && (!_needsRegisters || request.RegisterCount == 0 || _dma.TryGiveRegistersNow(request)))
        {
            _owner = request;
            return true;
        }

        // No request came of it: the context is as before.
        request.TransferContext!.IsUsed = false;
        _dma.Recycle(request);
        return false;
    }

    private bool TryCancel(DeviceObject device, DmaTransferContext context)
    {
        if (context.Request is not { } request)
        {
            bool isEarly = !context.IsUsed && !context.IsRequestCancelled;
            context.IsRequestCancelled |= isEarly;
            return isEarly;
        }

        if (request.Device != device || request.Adapter != this)
            return false;
        if (request.IsWaiting)
        {
            _dma.StopWaiting(request);
            _owner = null;
        }
        else if (!_channelQueue.Remove(request))
        {
            return false;
        }

        context.IsRequestCancelled = true;
        _dma.Recycle(request);
        return true;
    }

    /// <summary>Ends the ownership of the channel and runs what waits for it.</summary>
    private void ReleaseOwner(Processor processor, bool withRegisters, DmaSlot slot)
    {
        if (_owner is not { IsWaiting: false } request)
        {
            Report(0x04, 1, 0, 0, "MDL4010", $"{DmaOperations.NameOf(slot)} was called although no AdapterControl routine had kept the channel.");
            return;
        }

        if (withRegisters && request.List is { } list && list.Registers is { } mapped && mapped == request.Registers)
            EndList(list, mapped, request.WriteToDevice);
        else if (withRegisters)
            ReleaseRegisters(request, "MDL4003", DmaOperations.NameOf(slot));
        _owner = null;
        if (!request.IsExecuting)
            _dma.Recycle(request);
        _dma.GrantWaiting(processor, released: this);
    }
}
