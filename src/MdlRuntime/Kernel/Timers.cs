namespace MdlRuntime;

internal static class Timers
{
    public static bool Set(KTimer timer, long dueTime, KDpc? dpc)
    {
        Processor processor = Processor.Current;
        TimerExpiry expiry = timer.Expiry ??= new(processor);
        bool wasSet = Scheduler.Cancel(expiry);
        expiry.Dpc = dpc;
        processor.System.Scheduler.Schedule(expiry, Waits.DelayOf(processor, dueTime));
        return wasSet;
    }
}
