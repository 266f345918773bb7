using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>DriverEntry: fills in the dispatch table and creates what the driver needs. IRQL PASSIVE_LEVEL. WDK: DRIVER_INITIALIZE.</summary>
/// <param name="driver">The driver's own object.</param>
/// <param name="registryPath">The driver's service key.</param>
/// <returns>An error unloads the driver again.</returns>
[DriverRole(DriverRole.Entry)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate NtStatus DriverInitialize(DriverObject driver, string registryPath);

/// <summary>Frees what the driver holds before it goes away. IRQL PASSIVE_LEVEL. WDK: DRIVER_UNLOAD.</summary>
/// <param name="driver">The driver's own object.</param>
[DriverRole(DriverRole.Unload)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate void DriverUnload(DriverObject driver);

/// <summary>Creates a device object for a physical device and attaches it. IRQL PASSIVE_LEVEL. WDK: DRIVER_ADD_DEVICE.</summary>
/// <param name="driver">The driver's own object.</param>
/// <param name="physicalDevice">The bottom of the stack.</param>
/// <returns>An error means that the device stays without this driver.</returns>
[DriverRole(DriverRole.AddDevice)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate NtStatus DriverAddDevice(DriverObject driver, DeviceObject physicalDevice);

/// <summary>Work that a system worker thread does for a driver. IRQL PASSIVE_LEVEL. WDK: IO_WORKITEM_ROUTINE.</summary>
/// <param name="device">The device that the work item was allocated for.</param>
/// <param name="context">What was given to IoQueueWorkItem.</param>
[DriverRole(DriverRole.WorkItem)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate void IoWorkItemRoutine(DeviceObject device, object? context);

/// <summary>Takes a request: completes it, passes it on, or pends it. IRQL at most DISPATCH_LEVEL. WDK: DRIVER_DISPATCH.</summary>
/// <param name="device">The target device.</param>
/// <param name="irp">The request; its current stack location is this driver's.</param>
/// <returns>STATUS_PENDING exactly if the request was marked pending, otherwise its final status.</returns>
[DriverRole(DriverRole.Dispatch)]
[Irql(Kirql.DISPATCH_LEVEL)]
public delegate NtStatus DriverDispatch(DeviceObject device, Irp irp);

/// <summary>Starts one request on the device. IRQL DISPATCH_LEVEL, in an arbitrary context. WDK: DRIVER_STARTIO.</summary>
/// <param name="device">The device.</param>
/// <param name="irp">The request, which is also the device's CurrentIrp.</param>
[DriverRole(DriverRole.StartIo)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DriverStartIo(DeviceObject device, Irp irp);

/// <summary>Ends a request that is cancelled; must release the cancel spin lock. IRQL DISPATCH_LEVEL. WDK: DRIVER_CANCEL.</summary>
/// <param name="device">The device of the current stack location.</param>
/// <param name="irp">The request; its CancelIrql is for IoReleaseCancelSpinLock.</param>
[DriverRole(DriverRole.Cancel)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DriverCancel(DeviceObject device, Irp irp);

/// <summary>Sees a request on its way back up. IRQL at most DISPATCH_LEVEL, in an arbitrary context. WDK: IO_COMPLETION_ROUTINE.</summary>
/// <param name="device">The device of the driver that set the routine; null for the originator of the request.</param>
/// <param name="irp">The request; pages of its MDL are still locked.</param>
/// <param name="context">What was given to IoSetCompletionRoutine.</param>
/// <returns>STATUS_MORE_PROCESSING_REQUIRED to keep the request, anything else to let it go on.</returns>
[DriverRole(DriverRole.Completion)]
[Irql(Kirql.DISPATCH_LEVEL)]
public delegate NtStatus IoCompletionRoutine(DeviceObject? device, Irp irp, object? context);

/// <summary>Finishes an interrupt-driven operation. IRQL DISPATCH_LEVEL, in an arbitrary context. WDK: IO_DPC_ROUTINE.</summary>
/// <param name="dpc">The DPC of the device.</param>
/// <param name="device">The device.</param>
/// <param name="irp">What was given to IoRequestDpc.</param>
/// <param name="context">What was given to IoRequestDpc.</param>
[DriverRole(DriverRole.Dpc)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void IoDpcRoutine(KDpc dpc, DeviceObject device, Irp? irp, object? context);
