namespace MdlRuntime;

public delegate IoAllocationAction DriverControl(DeviceObject device, Irp? irp, MapRegisters? mapRegisterBase, object? context);

public delegate void DriverListControl(DeviceObject device, Irp? irp, ScatterGatherList scatterGather, object? context);

public delegate void DmaCompletionRoutine(DmaAdapter adapter, DeviceObject device, object? context, DmaCompletionStatus status);
