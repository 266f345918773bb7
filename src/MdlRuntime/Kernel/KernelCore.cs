using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The Ke routines: IRQL, locks, DPCs, events, waits and stops.</summary>
public static partial class KernelCore
{
    /// <summary>Returns the current IRQL. WDK: KeGetCurrentIrql.</summary>
    /// <returns>0 (PASSIVE_LEVEL) to 15 (HIGH_LEVEL).</returns>
    public static Kirql KeGetCurrentIrql() => Processor.Current.Irql;

    /// <summary>Raises the IRQL. WDK: KeRaiseIrql.</summary>
    /// <param name="newIrql">The level to raise to; a lower one than the current stops the machine with 0x09.</param>
    /// <param name="oldIrql">The level to give to <see cref="KeLowerIrql"/>.</param>
    [Irql(Kirql.HIGH_LEVEL, Raises = true)]
    public static void KeRaiseIrql(Kirql newIrql, out Kirql oldIrql) => Processor.Current.RaiseIrql(newIrql, out oldIrql);

    /// <summary>Lowers the IRQL; interrupts, DPCs and APCs that were held back run before it returns. WDK: KeLowerIrql.</summary>
    /// <param name="newIrql">The level that <see cref="KeRaiseIrql"/> reported; a higher one than the current stops the machine with 0x0A.</param>
    [Irql(Kirql.HIGH_LEVEL, Restores = true)]
    public static void KeLowerIrql(Kirql newIrql) => Processor.Current.LowerIrql(newIrql);

    /// <summary>Initializes a spin lock as free. Any IRQL. WDK: KeInitializeSpinLock.</summary>
    /// <param name="spinLock">The lock.</param>
    public static void KeInitializeSpinLock(KSpinLock spinLock) => Require(spinLock, nameof(spinLock)).IsHeld = false;

    /// <summary>Raises to DISPATCH_LEVEL and takes a spin lock. IRQL at most DISPATCH_LEVEL. WDK: KeAcquireSpinLock.</summary>
    /// <param name="spinLock">A free lock; a held one stops the machine with 0x0F, as the only processor would spin for ever.</param>
    /// <param name="oldIrql">The level to give to <see cref="KeReleaseSpinLock"/>.</param>
    [Irql(Kirql.DISPATCH_LEVEL, Raises = true)]
    public static void KeAcquireSpinLock(
        [MdlEffect(MdlEffect.AcquiresLock)] KSpinLock spinLock,
        out Kirql oldIrql) =>
        SpinLocks.Acquire(Require(spinLock, nameof(spinLock)), Kirql.DISPATCH_LEVEL, out oldIrql);

    /// <summary>Releases a spin lock and lowers the IRQL. IRQL DISPATCH_LEVEL. WDK: KeReleaseSpinLock.</summary>
    /// <param name="spinLock">A held lock; a free one stops the machine with 0x10.</param>
    /// <param name="newIrql">The level that <see cref="KeAcquireSpinLock"/> reported.</param>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL, Restores = true)]
    public static void KeReleaseSpinLock(
        [MdlEffect(MdlEffect.ReleasesLock)] KSpinLock spinLock,
        Kirql newIrql) =>
        SpinLocks.Release(Require(spinLock, nameof(spinLock)), newIrql);

    /// <summary>Initializes a DPC object. Any IRQL. WDK: KeInitializeDpc.</summary>
    /// <param name="dpc">The object; it must not be queued.</param>
    /// <param name="routine">Runs at DISPATCH_LEVEL in an arbitrary context.</param>
    /// <param name="context">Handed to the routine.</param>
    public static void KeInitializeDpc(KDpc dpc, KDeferredRoutine routine, object? context) =>
        (Require(dpc, nameof(dpc)).Routine, dpc.Context, dpc.Owner) = (Require(routine, nameof(routine)), context, Processor.Ambient?.Thread.Owner);

    /// <summary>Takes a DPC out of the queue. Any IRQL. WDK: KeRemoveQueueDpc.</summary>
    /// <param name="dpc">An initialized DPC.</param>
    /// <returns>Whether it was queued.</returns>
    public static bool KeRemoveQueueDpc(KDpc dpc) => Processor.Current.RemoveDpc(Require(dpc, nameof(dpc)));

    /// <summary>Returns after every queued DPC has run. IRQL PASSIVE_LEVEL. WDK: KeFlushQueuedDpcs.</summary>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static void KeFlushQueuedDpcs() => Processor.Current.DeliverPending();

    /// <summary>Initializes a timer that is not set. Any IRQL. WDK: KeInitializeTimer.</summary>
    /// <param name="timer">The timer.</param>
    public static void KeInitializeTimer(KTimer timer) => Require(timer, nameof(timer)).Expiry = null;

    /// <summary>Sets a one-shot timer in virtual time. IRQL at most DISPATCH_LEVEL. WDK: KeSetTimer.</summary>
    /// <param name="timer">An initialized timer; setting it again moves its due time.</param>
    /// <param name="dueTime100ns">Negative: units of 100 ns from now. Otherwise a moment of virtual time.</param>
    /// <param name="dpc">Queued when the timer expires.</param>
    /// <returns>Whether the timer was already set.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool KeSetTimer(KTimer timer, long dueTime100ns, KDpc? dpc) =>
        Timers.Set(Require(timer, nameof(timer)), dueTime100ns, dpc);

    /// <summary>Cancels a timer. IRQL at most DISPATCH_LEVEL. WDK: KeCancelTimer.</summary>
    /// <param name="timer">An initialized timer.</param>
    /// <returns>Whether the timer was set.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool KeCancelTimer(KTimer timer) => Timers.Cancel(Require(timer, nameof(timer)));

    /// <summary>Lets virtual time pass for the current thread. IRQL at most APC_LEVEL. WDK: KeDelayExecutionThread.</summary>
    /// <param name="waitMode">Recorded only: nothing alerts a simulated thread.</param>
    /// <param name="alertable">Recorded only.</param>
    /// <param name="interval100ns">Negative: units of 100 ns from now. Otherwise a moment of virtual time.</param>
    /// <returns>STATUS_SUCCESS.</returns>
    [Irql(Kirql.APC_LEVEL)]
    public static NtStatus KeDelayExecutionThread(KProcessorMode waitMode, bool alertable, long interval100ns) =>
        Waits.Delay(interval100ns);

    /// <summary>Queues a DPC; it runs as soon as the IRQL is below DISPATCH_LEVEL. Any IRQL. WDK: KeInsertQueueDpc.</summary>
    /// <param name="dpc">An initialized DPC.</param>
    /// <param name="argument1">Handed to the routine.</param>
    /// <param name="argument2">Handed to the routine.</param>
    /// <returns>False, with nothing changed, when it is already queued.</returns>
    public static bool KeInsertQueueDpc(KDpc dpc, object? argument1, object? argument2) =>
        Dpcs.Insert(Require(dpc, nameof(dpc)), argument1, argument2);

    /// <summary>Runs a routine at the device IRQL of an interrupt, so that its service routine cannot interfere. WDK: KeSynchronizeExecution.</summary>
    /// <param name="interrupt">A connected interrupt; the current IRQL must not be above its level.</param>
    /// <param name="routine">The critical section.</param>
    /// <param name="context">Handed to the routine.</param>
    /// <returns>What the routine returns.</returns>
    public static bool KeSynchronizeExecution(KInterrupt interrupt, KSynchronizeRoutine routine, object? context) =>
        SpinLocks.Synchronize(Require(interrupt, nameof(interrupt)), Require(routine, nameof(routine)), context);

    /// <summary>Initializes an event. Any IRQL. WDK: KeInitializeEvent.</summary>
    /// <param name="event">The event; nobody may be waiting for it.</param>
    /// <param name="notification">True: stays set and wakes all. False: wakes one and resets.</param>
    /// <param name="state">Whether it is set at first.</param>
    public static void KeInitializeEvent(KEvent @event, bool notification, bool state) =>
        (Require(@event, nameof(@event)).IsNotification, @event.IsSet) = (notification, state);

    /// <summary>Resets an event. IRQL at most DISPATCH_LEVEL. WDK: KeClearEvent.</summary>
    /// <param name="event">An initialized event.</param>
    public static void KeClearEvent(KEvent @event) => Require(@event, nameof(@event)).IsSet = false;

    /// <summary>Sets an event and makes its waiters ready. IRQL at most DISPATCH_LEVEL. WDK: KeSetEvent.</summary>
    /// <param name="event">An initialized event.</param>
    /// <param name="increment">Priority boost; recorded only.</param>
    /// <param name="wait">Whether a wait follows at once; recorded only.</param>
    /// <returns>Nonzero when the event was already set.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static int KeSetEvent(KEvent @event, int increment, bool wait) => Waits.Set(Require(@event, nameof(@event)));

    /// <summary>Blocks the current thread until an event is set. IRQL at most APC_LEVEL; with a timeout of 0, DISPATCH_LEVEL. WDK: KeWaitForSingleObject.</summary>
    /// <param name="event">An initialized event.</param>
    /// <param name="timeout100ns">Null: no limit. Negative: units of 100 ns from now. 0: only look.</param>
    /// <returns>STATUS_SUCCESS or STATUS_TIMEOUT.</returns>
    /// <exception cref="InvalidOperationException">Nothing that could set the event is left to happen.</exception>
    public static NtStatus KeWaitForSingleObject(KEvent @event, long? timeout100ns = null) =>
        Waits.For(Require(@event, nameof(@event)), timeout100ns);

    /// <summary>Makes the user half of another process visible to the current thread; attachments nest. IRQL at most APC_LEVEL. WDK: KeStackAttachProcess.</summary>
    /// <param name="process">A process that has not exited.</param>
    [Irql(Kirql.APC_LEVEL)]
    public static void KeStackAttachProcess(
        [MdlEffect(MdlEffect.AttachesProcess)] EProcess process) =>
        Threads.Attach(Require(process, nameof(process)));

    /// <summary>Undoes the last <see cref="KeStackAttachProcess"/>. IRQL at most APC_LEVEL. WDK: KeUnstackDetachProcess.</summary>
    /// <exception cref="BugCheckException">0x06: the thread is not attached.</exception>
    [Irql(Kirql.APC_LEVEL)]
    [MdlEffect(MdlEffect.DetachesProcess)]
    public static void KeUnstackDetachProcess() => Threads.Detach();

    /// <summary>Stops the machine. Any IRQL. WDK: KeBugCheckEx.</summary>
    /// <param name="code">Bug check code.</param>
    /// <param name="parameter1">First parameter.</param>
    /// <param name="parameter2">Second parameter.</param>
    /// <param name="parameter3">Third parameter.</param>
    /// <param name="parameter4">Fourth parameter.</param>
    /// <exception cref="BugCheckException">Always.</exception>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void KeBugCheckEx(uint code, ulong parameter1, ulong parameter2, ulong parameter3, ulong parameter4) =>
        Processor.Current.System.BugCheck(code, parameter1, parameter2, parameter3, parameter4, "The driver called KeBugCheckEx.");

    private static T Require<T>(T argument, string name) where T : class => argument ?? throw new ArgumentNullException(name);
}
