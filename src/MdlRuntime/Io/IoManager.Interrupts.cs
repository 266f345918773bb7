using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Connects a service routine to an interrupt vector. IRQL PASSIVE_LEVEL. WDK: IoConnectInterrupt.</summary>
    /// <param name="interrupt">The interrupt object, or null.</param>
    /// <param name="serviceRoutine">Runs at <paramref name="irql"/> for each interrupt.</param>
    /// <param name="context">Handed to the routine.</param>
    /// <param name="vector">The vector; it may be shared.</param>
    /// <param name="irql">Device IRQL, above DISPATCH_LEVEL.</param>
    /// <returns>STATUS_SUCCESS, or STATUS_INVALID_PARAMETER for a level that is no device IRQL.</returns>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static NtStatus IoConnectInterrupt(out KInterrupt? interrupt, KServiceRoutine serviceRoutine, object? context, uint vector, Kirql irql)
    {
        ArgumentNullException.ThrowIfNull(serviceRoutine);
        Processor processor = Processor.Current;
        interrupt = null;
        if (irql is <= Kirql.DISPATCH_LEVEL or > Kirql.HIGH_LEVEL)
            return NtStatus.STATUS_INVALID_PARAMETER;

        interrupt = new(vector, irql, serviceRoutine, context);
        processor.System.Interrupts.Connect(interrupt);
        // A request that came before the routine was there is taken now.
        processor.DeliverPending();
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Disconnects a service routine. IRQL PASSIVE_LEVEL. WDK: IoDisconnectInterrupt.</summary>
    /// <param name="interrupt">What <see cref="IoConnectInterrupt"/> returned.</param>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static void IoDisconnectInterrupt(KInterrupt interrupt)
    {
        ArgumentNullException.ThrowIfNull(interrupt);
        if (!Processor.Current.System.Interrupts.Disconnect(interrupt))
            throw new ArgumentException("the interrupt is not connected", nameof(interrupt));
    }

    /// <summary>Registers the DPC routine of a device. IRQL PASSIVE_LEVEL. WDK: IoInitializeDpcRequest.</summary>
    /// <param name="device">The device.</param>
    /// <param name="dpcRoutine">Runs at DISPATCH_LEVEL after each <see cref="IoRequestDpc"/>.</param>
    public static void IoInitializeDpcRequest(DeviceObject device, IoDpcRoutine dpcRoutine)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(dpcRoutine);
        device.DpcRoutine = dpcRoutine;
        KernelCore.KeInitializeDpc(device.Dpc, s_runDeviceDpc, device);
        device.Dpc.Owner = device.DriverObject.Owner;
    }

    /// <summary>Queues the DPC of a device; while it is queued, further calls do nothing. Any IRQL. WDK: IoRequestDpc.</summary>
    /// <param name="device">A device with a DPC routine.</param>
    /// <param name="irp">Handed to the routine.</param>
    /// <param name="context">Handed to the routine.</param>
    public static void IoRequestDpc(DeviceObject device, Irp? irp, object? context)
    {
        ArgumentNullException.ThrowIfNull(device);
        Dpcs.Insert(device.Dpc, irp, context);
    }

    private static readonly KDeferredRoutine s_runDeviceDpc = (dpc, context, irp, driverContext) =>
    {
        var device = (DeviceObject)context!;
        device.DpcRoutine!(dpc, device, (Irp?)irp, driverContext);
    };
}
