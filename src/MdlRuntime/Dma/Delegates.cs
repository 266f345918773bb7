using MdlRuntime.Annotations;

namespace MdlRuntime;

[DriverRole(DriverRole.AdapterControl)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate IoAllocationAction DriverControl(DeviceObject device, Irp? irp, MapRegisters? mapRegisterBase, object? context);

[DriverRole(DriverRole.AdapterListControl)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DriverListControl(DeviceObject device, Irp? irp, ScatterGatherList scatterGather, object? context);

[DriverRole(DriverRole.DmaCompletion)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DmaCompletionRoutine(DmaAdapter adapter, DeviceObject device, object? context, DmaCompletionStatus status);
