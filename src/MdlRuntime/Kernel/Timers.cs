namespace MdlRuntime;

/// <summary>Timers in virtual time.</summary>
internal static class Timers
{
    public static bool Set(KTimer timer, long dueTime, KDpc? dpc)
    {
        Processor processor = Processor.Current;
        if (dpc is { Routine: null })
            throw new ArgumentException("the DPC has not been initialized with KeInitializeDpc", nameof(dpc));
        TimerExpiry expiry = timer.Expiry ??= new(processor);
        bool wasSet = Scheduler.Cancel(expiry);
        expiry.Dpc = dpc;
        processor.System.Trace("KeSetTimer", timer, (ulong)dueTime);
        processor.System.Scheduler.Schedule(expiry, Waits.DelayOf(processor, dueTime));
        return wasSet;
    }

    public static bool Cancel(KTimer timer)
    {
        _ = Processor.Current;
        return timer.Expiry is { } expiry && Scheduler.Cancel(expiry);
    }
}
