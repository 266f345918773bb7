namespace MdlRuntime;

public static partial class IoManager
{
    public static Mdl? IoAllocateMdl(nuint virtualAddress, uint length, bool secondaryBuffer, bool chargeQuota, Irp? irp) => throw null!;
    public static void IoFreeMdl(Mdl mdl) => throw null!;
    public static void IoBuildPartialMdl(Mdl sourceMdl, Mdl targetMdl, nuint virtualAddress, uint length) => throw null!;

    public static NtStatus IoCreateDevice(DriverObject driver, object? deviceExtension, string? deviceName, uint deviceType, uint characteristics, bool exclusive, out DeviceObject? device) => throw null!;
    public static void IoDeleteDevice(DeviceObject device) => throw null!;
    public static DeviceObject? IoAttachDeviceToDeviceStack(DeviceObject sourceDevice, DeviceObject targetDevice) => throw null!;
    public static void IoDetachDevice(DeviceObject targetDevice) => throw null!;

    public static IoStackLocation IoGetCurrentIrpStackLocation(Irp irp) => throw null!;
    public static IoStackLocation IoGetNextIrpStackLocation(Irp irp) => throw null!;
    public static void IoSkipCurrentIrpStackLocation(Irp irp) => throw null!;
    public static void IoCopyCurrentIrpStackLocationToNext(Irp irp) => throw null!;
    public static void IoSetCompletionRoutine(Irp irp, IoCompletionRoutine? routine, object? context, bool invokeOnSuccess, bool invokeOnError, bool invokeOnCancel) => throw null!;
    public static NtStatus IoCallDriver(DeviceObject device, Irp irp) => throw null!;
    public static void IoCompleteRequest(Irp irp, sbyte priorityBoost) => throw null!;
    public static void IoMarkIrpPending(Irp irp) => throw null!;
    public static void IoStartPacket(DeviceObject device, Irp irp, uint? key = null, DriverCancel? cancelFunction = null) => throw null!;
    public static void IoStartNextPacket(DeviceObject device, bool cancelable) => throw null!;
    public static DriverCancel? IoSetCancelRoutine(Irp irp, DriverCancel? cancelRoutine) => throw null!;
    public static bool IoCancelIrp(Irp irp) => throw null!;
    public static void IoAcquireCancelSpinLock(out Kirql irql) => throw null!;
    public static void IoReleaseCancelSpinLock(Kirql irql) => throw null!;

    public static Irp? IoAllocateIrp(sbyte stackSize, bool chargeQuota) => throw null!;
    public static void IoFreeIrp(Irp irp) => throw null!;
    public static void IoReuseIrp(Irp irp, NtStatus iostatus) => throw null!;
    public static Irp? IoMakeAssociatedIrp(Irp irp, sbyte stackSize) => throw null!;
    public static Irp? IoBuildSynchronousFsdRequest(MajorFunction majorFunction, DeviceObject device, nuint buffer, uint length, long? startingOffset, KEvent @event, out IoStatusHolder ioStatus) => throw null!;
    public static Irp? IoBuildAsynchronousFsdRequest(MajorFunction majorFunction, DeviceObject device, nuint buffer, uint length, long? startingOffset) => throw null!;
    public static Irp? IoBuildDeviceIoControlRequest(uint ioControlCode, DeviceObject device, nuint inputBuffer, uint inputBufferLength, nuint outputBuffer, uint outputBufferLength, bool internalDeviceIoControl, KEvent @event, out IoStatusHolder ioStatus) => throw null!;

    public static NtStatus IoConnectInterrupt(out KInterrupt? interrupt, KServiceRoutine serviceRoutine, object? context, uint vector, Kirql irql) => throw null!;
    public static void IoDisconnectInterrupt(KInterrupt interrupt) => throw null!;
    public static void IoInitializeDpcRequest(DeviceObject device, IoDpcRoutine dpcRoutine) => throw null!;
    public static void IoRequestDpc(DeviceObject device, Irp? irp, object? context) => throw null!;

    public static IoWorkItem? IoAllocateWorkItem(DeviceObject device) => throw null!;
    public static void IoQueueWorkItem(IoWorkItem workItem, IoWorkItemRoutine routine, object? context) => throw null!;
    public static void IoFreeWorkItem(IoWorkItem workItem) => throw null!;

    public static DmaAdapter? IoGetDmaAdapter(DeviceObject? physicalDeviceObject, DeviceDescription description, out uint numberOfMapRegisters) => throw null!;
}
