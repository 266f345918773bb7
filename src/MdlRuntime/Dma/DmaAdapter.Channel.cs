using MdlRuntime.Annotations;
using static MdlRuntime.IoAllocationAction;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    private ChannelQueue _channelQueue;

    /// <summary>Who has the channel: waits for registers, runs its routine, or kept it.</summary>
    private ChannelRequest? _owner;

    /// <summary>Map registers of the machine's pool that allocations of this adapter hold.</summary>
    private uint _registers;

    /// <summary>Asks for the channel and map registers, and runs the AdapterControl routine once they are there: inside this call if they are free.</summary>
    /// <param name="device">Target device; its CurrentIrp is passed on. One request per device object at a time.</param>
    /// <param name="numberOfMapRegisters">Pages that the transfer spans, at most the number from IoGetDmaAdapter.</param>
    /// <param name="executionRoutine">AdapterControl; runs at DISPATCH_LEVEL in any thread.</param>
    /// <param name="context">Passed to the routine.</param>
    /// <returns>STATUS_SUCCESS: the routine has run or will run. STATUS_INSUFFICIENT_RESOURCES: more registers than the adapter was granted.</returns>
    /// <remarks>
    /// IRQL DISPATCH_LEVEL. A routine that waited runs in the call that released what it waited for. DeallocateObjectKeepRegisters gives up the channel and
    /// keeps the registers only; KeepObject is good for bus masters too (DMA-392, DMA-393). WDK: AllocateAdapterChannel.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannel(
        DeviceObject device,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        DriverControl executionRoutine,
        object? context)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(executionRoutine);
        Processor processor = Enter(DmaSlot.AllocateAdapterChannel, Kirql.DISPATCH_LEVEL, exact: true);
        System.Trace(nameof(AllocateAdapterChannel), this, numberOfMapRegisters);
        if (numberOfMapRegisters > MaximumRegisters)
        {
            Report(0x0C, numberOfMapRegisters, MaximumRegisters, 0, "MDL4005",
                $"AllocateAdapterChannel was asked for {numberOfMapRegisters} map registers; IoGetDmaAdapter granted {MaximumRegisters}.");
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        }

        if (_dma.FindRequest(device) is { } earlier)
        {
            Report(0x0B, 2, 0, 0, "MDL4014",
                "AllocateAdapterChannel was called for a device object whose earlier request has not finished its AdapterControl routine.");
            if (!earlier.IsExecuting)
            {
                // The wait block lives in the device object: the second request overwrites the first, which is never heard of again.
                (earlier.Control, earlier.Context, earlier.Irp, earlier.RegisterCount) = (executionRoutine, context, device.CurrentIrp, numberOfMapRegisters);
                return NtStatus.STATUS_SUCCESS;
            }
        }

        ChannelRequest request = _dma.TakeRequest(this, device, numberOfMapRegisters, context);
        request.Control = executionRoutine;
        _dma.AddDeviceRequest(request);
        Submit(processor, request);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Releases the channel and the map registers of an AdapterControl routine that returned KeepObject; runs the next one waiting.</summary>
    /// <remarks>IRQL DISPATCH_LEVEL. Not after another action: 0xE6/0x04. WDK: FreeAdapterChannel.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.ReleasesChannel)]
    public void FreeAdapterChannel()
    {
        Processor processor = Enter(DmaSlot.FreeAdapterChannel, Kirql.DISPATCH_LEVEL, exact: true);
        System.Trace(nameof(FreeAdapterChannel), this);
        ReleaseOwner(processor, withRegisters: true, DmaSlot.FreeAdapterChannel);
    }

    /// <summary>Frees map registers that an AdapterControl routine kept with DeallocateObjectKeepRegisters; runs the requests that waited for them.</summary>
    /// <param name="mapRegisterBase">The base that the routine was given; null is accepted and does nothing.</param>
    /// <param name="numberOfMapRegisters">The number that was allocated, not the number used.</param>
    /// <remarks>IRQL DISPATCH_LEVEL. After the last flush: else 0xE6/0x10. Twice or too many: 0xE6/0x05. WDK: FreeMapRegisters.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public void FreeMapRegisters(
        [MdlEffect(MdlEffect.ReleasesMapRegisters)] MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters)
    {
        Processor processor = Enter(DmaSlot.FreeMapRegisters, Kirql.DISPATCH_LEVEL, exact: true);
        System.Trace(nameof(FreeMapRegisters), mapRegisterBase, numberOfMapRegisters);
        if (mapRegisterBase is null)
            return;

        if (!mapRegisterBase.IsAllocated || mapRegisterBase.Adapter != this)
        {
            Report(0x05, numberOfMapRegisters, 0, 0, "MDL4010", "FreeMapRegisters was called for map registers that this adapter does not hold.", mapRegisterBase);
            return;
        }

        if (numberOfMapRegisters != mapRegisterBase.Count)
            ReportCount(mapRegisterBase, numberOfMapRegisters);
        Free(mapRegisterBase, "MDL4003", nameof(FreeMapRegisters));
        _dma.GrantWaiting(processor);
    }

    /// <summary>Whether a request could have the channel once it is free.</summary>
    internal bool IsAwaited => _channelQueue.First is not null;

    /// <summary>Runs a request whose map registers have come.</summary>
    internal void Resume(Processor processor, ChannelRequest request)
    {
        Execute(processor, request);
        GrantChannel(processor);
    }

    /// <summary>Runs what waits for the channel until a request keeps it or waits for registers (DMA-145).</summary>
    internal void GrantChannel(Processor processor)
    {
        while (_owner is null && _channelQueue.First is not null)
        {
            ChannelRequest request = _channelQueue.Dequeue();
            _owner = request;
            if (_needsRegisters && request.RegisterCount > 0)
            {
                request.IsWaiting = true;
                if (!_dma.TryGiveRegisters(request))
                    return;
            }

            Execute(processor, request);
        }
    }

    private void Submit(Processor processor, ChannelRequest request)
    {
        _channelQueue.Enqueue(request);
        GrantChannel(processor);
    }

    private void Execute(Processor processor, ChannelRequest request)
    {
        if (request.Registers is { First: >= 0 } registers)
            (_registers, _registersAllocated) = (_registers + registers.Count, _registersAllocated + registers.Count);
        _channelsAllocated++;
        request.LinkRegisters();
        (request.IsWaiting, request.IsExecuting) = (false, true);
        Kirql caller = processor.Irql;
        if (caller < Kirql.DISPATCH_LEVEL)
            processor.RaiseIrql(Kirql.DISPATCH_LEVEL, out _);
        IoAllocationAction action = request.Control is { } control ? RunControl(request, control)
            : request.ListControl is null ? KeepObject
            : RunListControl(request);
        if (caller < Kirql.DISPATCH_LEVEL)
            processor.LowerIrql(caller);

        request.IsExecuting = false;
        if (_owner != request)
        {
            // The routine freed the channel itself before it returned.
            _dma.Recycle(request);
            return;
        }

        if (action == KeepObject)
            return;
        if (action == DeallocateObject)
            ReleaseRegisters(request, "MDL4013", "AdapterControl returned DeallocateObject and");
        _owner = null;
        _dma.Recycle(request);
        if (action == DeallocateObject)
            _dma.GrantWaiting(processor);
    }

    private IoAllocationAction RunControl(ChannelRequest request, DriverControl control)
    {
        using OwnerScope code = System.Processor.RunAs(request.Device.DriverObject.Owner);
        // Version 3 allows several allocations at a time (DMA-277).
        if (System.Verifier.IsOn && _registers > MaximumRegisters && request is { Registers: not null, TransferContext: null })
            ReportSumOfRegisters(request);
        System.Trace("AdapterControl", this, request.RegisterCount, request.Registers?.Handle ?? 0);
        IoAllocationAction action = control(request.Device, request.Irp, request.Registers, request.Context);
        _dma.RemoveDeviceRequest(request);
        if (_channel is not null)
            CheckKeepsChannel(request, action);
        return action is KeepObject or DeallocateObject or DeallocateObjectKeepRegisters
            ? action
            : throw new ArgumentOutOfRangeException(nameof(control), action, "an AdapterControl routine returns KeepObject, DeallocateObject or DeallocateObjectKeepRegisters");
    }

    private void ReleaseRegisters(ChannelRequest request, string ruleId, string what)
    {
        if (request.Registers is { IsAllocated: true } registers && registers.Adapter == this)
            Free(registers, ruleId, what);
    }

    private void Free(MapRegisters registers, string ruleId, string what)
    {
        if (registers.Map.MappedPages is > 0 and var mapped)
            ReportFreedWhileMapped(registers, mapped, ruleId, what);
        if (registers.First >= 0)
            _registers -= registers.Count;
        _dma.Free(registers);
    }
}
