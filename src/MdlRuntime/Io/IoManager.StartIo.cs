using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Starts a request on the device, or queues it while another one is on it. IRQL at most DISPATCH_LEVEL. WDK: IoStartPacket.</summary>
    /// <param name="device">A device whose driver has a StartIo routine.</param>
    /// <param name="irp">A request that is marked pending.</param>
    /// <param name="key">Position in the queue, ascending; null for its end.</param>
    /// <param name="cancelFunction">Called if the request is cancelled while it waits.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoStartPacket(
        DeviceObject device,
        [MdlEffect(MdlEffect.Queues)] Irp irp,
        uint? key = null,
        DriverCancel? cancelFunction = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        StartIo.StartPacket(Processor.Current, device, IrpChecks.Require(irp), key, cancelFunction);
    }

    /// <summary>Starts the next queued request, if there is one. IRQL DISPATCH_LEVEL. WDK: IoStartNextPacket.</summary>
    /// <param name="device">A device that is done with its current request.</param>
    /// <param name="cancelable">Whether queued requests have cancel functions.</param>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public static void IoStartNextPacket(
        [MdlEffect(MdlEffect.StartsNext)] DeviceObject device,
        bool cancelable)
    {
        ArgumentNullException.ThrowIfNull(device);
        StartIo.StartNextPacket(Processor.Current, device, cancelable);
    }

    /// <summary>Chooses how StartIo is called. IRQL at most DISPATCH_LEVEL. WDK: IoSetStartIoAttributes.</summary>
    /// <param name="device">The device.</param>
    /// <param name="deferredStartIo">Whether IoStartNextPacket inside StartIo waits until StartIo returns.</param>
    /// <param name="nonCancelable">Whether a started request loses its cancel function.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoSetStartIoAttributes(DeviceObject device, bool deferredStartIo, bool nonCancelable)
    {
        ArgumentNullException.ThrowIfNull(device);
        (device.Queue.DefersStartIo, device.Queue.IsNonCancelable) = (deferredStartIo, nonCancelable);
    }
}
