using MdlRuntime.Annotations;

namespace MdlRuntime;

[DriverRole(DriverRole.Entry)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate NtStatus DriverInitialize(DriverObject driver, string registryPath);

[DriverRole(DriverRole.Unload)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate void DriverUnload(DriverObject driver);

[DriverRole(DriverRole.AddDevice)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate NtStatus DriverAddDevice(DriverObject driver, DeviceObject physicalDevice);

[DriverRole(DriverRole.WorkItem)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate void IoWorkItemRoutine(DeviceObject device, object? context);

[DriverRole(DriverRole.Dispatch)]
[Irql(Kirql.DISPATCH_LEVEL)]
public delegate NtStatus DriverDispatch(DeviceObject device, Irp irp);

[DriverRole(DriverRole.StartIo)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DriverStartIo(DeviceObject device, Irp irp);

[DriverRole(DriverRole.Cancel)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DriverCancel(DeviceObject device, Irp irp);

[DriverRole(DriverRole.Completion)]
[Irql(Kirql.DISPATCH_LEVEL)]
public delegate NtStatus IoCompletionRoutine(DeviceObject? device, Irp irp, object? context);

[DriverRole(DriverRole.Dpc)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void IoDpcRoutine(KDpc dpc, DeviceObject device, Irp? irp, object? context);
