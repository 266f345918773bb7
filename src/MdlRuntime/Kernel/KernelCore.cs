namespace MdlRuntime;

public static class KernelCore
{
    public static Kirql KeGetCurrentIrql() => throw null!;
    public static void KeRaiseIrql(Kirql newIrql, out Kirql oldIrql) => throw null!;
    public static void KeLowerIrql(Kirql newIrql) => throw null!;
    public static void KeInitializeSpinLock(KSpinLock spinLock) => throw null!;
    public static void KeAcquireSpinLock(KSpinLock spinLock, out Kirql oldIrql) => throw null!;
    public static void KeReleaseSpinLock(KSpinLock spinLock, Kirql newIrql) => throw null!;
    public static void KeInitializeDpc(KDpc dpc, KDeferredRoutine routine, object? context) => throw null!;
    public static bool KeRemoveQueueDpc(KDpc dpc) => throw null!;
    public static void KeFlushQueuedDpcs() => throw null!;
    public static void KeInitializeTimer(KTimer timer) => throw null!;
    public static bool KeSetTimer(KTimer timer, long dueTime100ns, KDpc? dpc) => throw null!;
    public static bool KeCancelTimer(KTimer timer) => throw null!;
    public static NtStatus KeDelayExecutionThread(KProcessorMode waitMode, bool alertable, long interval100ns) => throw null!;
    public static bool KeInsertQueueDpc(KDpc dpc, object? argument1, object? argument2) => throw null!;
    public static bool KeSynchronizeExecution(KInterrupt interrupt, KSynchronizeRoutine routine, object? context) => throw null!;
    public static void KeInitializeEvent(KEvent @event, bool notification, bool state) => throw null!;
    public static void KeClearEvent(KEvent @event) => throw null!;
    public static int KeSetEvent(KEvent @event, int increment, bool wait) => throw null!;
    public static NtStatus KeWaitForSingleObject(KEvent @event, long? timeout100ns = null) => throw null!;
    public static void KeFlushIoBuffers(Mdl mdl, bool readOperation, bool dmaOperation) => throw null!;
    public static void KeStackAttachProcess(EProcess process) => throw null!;
    public static void KeUnstackDetachProcess() => throw null!;
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void KeBugCheckEx(uint code, ulong parameter1, ulong parameter2, ulong parameter3, ulong parameter4) => throw null!;
}
