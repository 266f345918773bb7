namespace MdlRuntime;

public delegate NtStatus DriverInitialize(DriverObject driver, string registryPath);

public delegate void DriverUnload(DriverObject driver);

public delegate NtStatus DriverAddDevice(DriverObject driver, DeviceObject physicalDevice);

public delegate void IoWorkItemRoutine(DeviceObject device, object? context);

public delegate NtStatus DriverDispatch(DeviceObject device, Irp irp);

public delegate void DriverStartIo(DeviceObject device, Irp irp);

public delegate void DriverCancel(DeviceObject device, Irp irp);

public delegate NtStatus IoCompletionRoutine(DeviceObject? device, Irp irp, object? context);

public delegate void IoDpcRoutine(KDpc dpc, DeviceObject device, Irp? irp, object? context);
