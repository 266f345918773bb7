using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    [Irql(Kirql.APC_LEVEL)]
    public static NtStatus IoCreateDevice(DriverObject driver, object? deviceExtension, string? deviceName, uint deviceType, uint characteristics, bool exclusive, out DeviceObject? device) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    public static void IoDeleteDevice(DeviceObject device) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static DeviceObject? IoAttachDeviceToDeviceStack(DeviceObject sourceDevice, DeviceObject targetDevice) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static void IoDetachDevice(DeviceObject targetDevice) => throw null!;

    [return: BelongsTo("irp")]
    public static IoStackLocation IoGetCurrentIrpStackLocation(
        [MdlEffect(MdlEffect.Reads)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static IoStackLocation IoGetNextIrpStackLocation(
        [MdlEffect(MdlEffect.Reads)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoSkipCurrentIrpStackLocation(
        [MdlEffect(MdlEffect.SkipsStack)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoCopyCurrentIrpStackLocationToNext(
        [MdlEffect(MdlEffect.CopiesStack)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoSetCompletionRoutine(
        [MdlEffect(MdlEffect.SetsCompletionRoutine)] Irp irp,
        IoCompletionRoutine? routine,
        object? context,
        bool invokeOnSuccess,
        bool invokeOnError,
        bool invokeOnCancel) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus IoCallDriver(
        DeviceObject device,
        [MdlEffect(MdlEffect.Forwards)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoCompleteRequest(
        [MdlEffect(MdlEffect.Completes)] Irp irp,
        sbyte priorityBoost) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoMarkIrpPending(
        [MdlEffect(MdlEffect.MarksPending)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoStartPacket(
        DeviceObject device,
        [MdlEffect(MdlEffect.Queues)] Irp irp,
        uint? key = null,
        DriverCancel? cancelFunction = null) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public static void IoStartNextPacket(
        [MdlEffect(MdlEffect.StartsNext)] DeviceObject device,
        bool cancelable) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static DriverCancel? IoSetCancelRoutine(
        [MdlEffect(MdlEffect.SetsCancelRoutine)] Irp irp,
        DriverCancel? cancelRoutine) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool IoCancelIrp(
        [MdlEffect(MdlEffect.Cancels)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Raises = true)]
    [MdlEffect(MdlEffect.AcquiresLock)]
    public static void IoAcquireCancelSpinLock(out Kirql irql) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL, Restores = true)]
    [MdlEffect(MdlEffect.ReleasesLock)]
    public static void IoReleaseCancelSpinLock(Kirql irql) => throw null!;

    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoAllocateIrp(sbyte stackSize, bool chargeQuota) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoFreeIrp(
        [MdlEffect(MdlEffect.FreesIrp)] Irp irp) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoReuseIrp(
        [MdlEffect(MdlEffect.ReusesIrp)] Irp irp,
        NtStatus iostatus) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoMakeAssociatedIrp(
        [MdlEffect(MdlEffect.Reads)] Irp irp,
        sbyte stackSize) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildSynchronousFsdRequest(
        MajorFunction majorFunction,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint buffer,
        [MdlValue(MdlValueKind.Length)] [GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)] uint length,
        long? startingOffset,
        KEvent @event,
        out IoStatusHolder ioStatus) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildAsynchronousFsdRequest(
        MajorFunction majorFunction,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint buffer,
        [MdlValue(MdlValueKind.Length)] [GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)] uint length,
        long? startingOffset) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildDeviceIoControlRequest(
        [MdlValue(MdlValueKind.ControlCode)] uint ioControlCode,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint inputBuffer,
        [MdlValue(MdlValueKind.InputLength)] uint inputBufferLength,
        [MdlValue(MdlValueKind.BufferAddress)] nuint outputBuffer,
        [MdlValue(MdlValueKind.Length)] [GovernsMdl(MdlTransfer.DeviceControl)] uint outputBufferLength,
        bool internalDeviceIoControl,
        KEvent @event,
        out IoStatusHolder ioStatus) => throw null!;

    [Irql(Kirql.PASSIVE_LEVEL)]
    public static NtStatus IoConnectInterrupt(out KInterrupt? interrupt, KServiceRoutine serviceRoutine, object? context, uint vector, Kirql irql) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static void IoDisconnectInterrupt(KInterrupt interrupt) => throw null!;
    public static void IoInitializeDpcRequest(DeviceObject device, IoDpcRoutine dpcRoutine) => throw null!;
    public static void IoRequestDpc(DeviceObject device, Irp? irp, object? context) => throw null!;

    [Irql(Kirql.DISPATCH_LEVEL)]
    public static IoWorkItem? IoAllocateWorkItem(DeviceObject device) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoQueueWorkItem(IoWorkItem workItem, IoWorkItemRoutine routine, object? context) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoFreeWorkItem(IoWorkItem workItem) => throw null!;
}
