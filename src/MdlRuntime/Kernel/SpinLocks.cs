namespace MdlRuntime;

/// <summary>Mutual exclusion by IRQL and spin locks on one processor.</summary>
internal static class SpinLocks
{
    public static void Acquire(KSpinLock spinLock, Kirql level, out Kirql oldIrql)
    {
        Processor processor = Processor.Current;
        if (spinLock.IsHeld)
        {
            processor.System.BugCheck(BugCheckCode.SPIN_LOCK_ALREADY_OWNED, 0, 0, 0, 0,
                "A spin lock that is already held was acquired: the processor would spin for ever.");
        }

        processor.RaiseIrql(level, out oldIrql);
        spinLock.IsHeld = true;
        processor.HeldSpinLocks++;
    }

    public static void Release(KSpinLock spinLock, Kirql newIrql)
    {
        Processor processor = Processor.Current;
        if (!spinLock.IsHeld)
            processor.System.BugCheck(BugCheckCode.SPIN_LOCK_NOT_OWNED, 0, 0, 0, 0, "A spin lock that nobody holds was released.");

        spinLock.IsHeld = false;
        processor.HeldSpinLocks--;
        processor.LowerIrql(newIrql);
    }

    public static bool Synchronize(KInterrupt interrupt, KSynchronizeRoutine routine, object? context)
    {
        Processor processor = Processor.Current;
        processor.RaiseIrql(interrupt.Irql, out Kirql oldIrql);
        bool result = routine(context);
        processor.LowerIrql(oldIrql);
        return result;
    }
}
