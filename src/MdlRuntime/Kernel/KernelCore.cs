using MdlRuntime.Annotations;

namespace MdlRuntime;

public static class KernelCore
{
    public static Kirql KeGetCurrentIrql() => throw null!;
    [Irql(Kirql.HIGH_LEVEL, Raises = true)]
    public static void KeRaiseIrql(Kirql newIrql, out Kirql oldIrql) => throw null!;
    [Irql(Kirql.HIGH_LEVEL, Restores = true)]
    public static void KeLowerIrql(Kirql newIrql) => throw null!;
    public static void KeInitializeSpinLock(KSpinLock spinLock) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Raises = true)]
    public static void KeAcquireSpinLock(
        [MdlEffect(MdlEffect.AcquiresLock)] KSpinLock spinLock,
        out Kirql oldIrql) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL, Restores = true)]
    public static void KeReleaseSpinLock(
        [MdlEffect(MdlEffect.ReleasesLock)] KSpinLock spinLock,
        Kirql newIrql) => throw null!;
    public static void KeInitializeDpc(KDpc dpc, KDeferredRoutine routine, object? context) => throw null!;
    public static bool KeRemoveQueueDpc(KDpc dpc) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static void KeFlushQueuedDpcs() => throw null!;
    public static void KeInitializeTimer(KTimer timer) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool KeSetTimer(KTimer timer, long dueTime100ns, KDpc? dpc) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool KeCancelTimer(KTimer timer) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    public static NtStatus KeDelayExecutionThread(KProcessorMode waitMode, bool alertable, long interval100ns) => throw null!;
    public static bool KeInsertQueueDpc(KDpc dpc, object? argument1, object? argument2) => throw null!;
    public static bool KeSynchronizeExecution(KInterrupt interrupt, KSynchronizeRoutine routine, object? context) => throw null!;
    public static void KeInitializeEvent(KEvent @event, bool notification, bool state) => throw null!;
    public static void KeClearEvent(KEvent @event) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static int KeSetEvent(KEvent @event, int increment, bool wait) => throw null!;
    public static NtStatus KeWaitForSingleObject(KEvent @event, long? timeout100ns = null) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void KeFlushIoBuffers(
        [MdlEffect(MdlEffect.FlushesCache)] Mdl mdl,
        bool readOperation,
        bool dmaOperation) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    public static void KeStackAttachProcess(
        [MdlEffect(MdlEffect.AttachesProcess)] EProcess process) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    [MdlEffect(MdlEffect.DetachesProcess)]
    public static void KeUnstackDetachProcess() => throw null!;
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void KeBugCheckEx(uint code, ulong parameter1, ulong parameter2, ulong parameter3, ulong parameter4) => throw null!;
}
