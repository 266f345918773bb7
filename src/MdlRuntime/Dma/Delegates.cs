using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Called at DISPATCH_LEVEL when an adapter channel and its map registers are granted. WDK: DRIVER_CONTROL, AdapterControl.</summary>
/// <param name="device">The device that asked.</param>
/// <param name="irp">The device's current IRP, which means something only to a driver with a StartIo routine.</param>
/// <param name="mapRegisterBase">Handle of the granted registers; null is legal.</param>
/// <param name="context">What the driver gave to the allocation.</param>
/// <returns>What becomes of channel and registers; a bus master returns DeallocateObjectKeepRegisters.</returns>
[DriverRole(DriverRole.AdapterControl)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate IoAllocationAction DriverControl(DeviceObject device, Irp? irp, MapRegisters? mapRegisterBase, object? context);

/// <summary>Called at DISPATCH_LEVEL with the scatter/gather list of a buffer. WDK: DRIVER_LIST_CONTROL, AdapterListControl.</summary>
/// <param name="device">The device that asked.</param>
/// <param name="irp">The device's current IRP, which means something only to a driver with a StartIo routine.</param>
/// <param name="scatterGather">The list; the driver gives it back with PutScatterGatherList.</param>
/// <param name="context">What the driver gave to the request for the list.</param>
[DriverRole(DriverRole.AdapterListControl)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DriverListControl(DeviceObject device, Irp? irp, ScatterGatherList scatterGather, object? context);

/// <summary>Called at DISPATCH_LEVEL when a system DMA transfer ends. WDK: DMA_COMPLETION_ROUTINE.</summary>
/// <param name="adapter">The adapter that transferred.</param>
/// <param name="device">The device that asked.</param>
/// <param name="context">What the driver gave to MapTransferEx.</param>
/// <param name="status">How the transfer ended.</param>
[DriverRole(DriverRole.DmaCompletion)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void DmaCompletionRoutine(DmaAdapter adapter, DeviceObject device, object? context, DmaCompletionStatus status);
