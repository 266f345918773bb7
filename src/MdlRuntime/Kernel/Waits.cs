namespace MdlRuntime;

/// <summary>Events and waits.</summary>
internal static class Waits
{
    public static NtStatus For(KEvent @event, long? timeout)
    {
        Processor processor = Processor.Current;
        if (timeout != 0)
            RequireBlockable(processor);
        NtStatus status = processor.System.Scheduler.Wait(@event, timeout is { } time ? DelayOf(processor, time) : null);
        processor.System.Trace("KeWaitForSingleObject", @event, (ulong)status);
        return status;
    }

    public static int Set(KEvent @event)
    {
        KernelSystem system = Processor.Current.System;
        int previous = @event.IsSet ? 1 : 0;
        system.Trace("KeSetEvent", @event);
        system.Scheduler.Signal(@event);
        return previous;
    }

    public static NtStatus Delay(long interval)
    {
        Processor processor = Processor.Current;
        RequireBlockable(processor);
        // Even the shortest delay lets others run and time pass: who polls does not stop the world.
        processor.System.Scheduler.Wait(new(), Math.Max(1, DelayOf(processor, interval)));
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Units of 100 ns from now, for a relative (negative) or absolute time.</summary>
    public static long DelayOf(Processor processor, long time) =>
        time > 0 ? Math.Max(0, time - processor.System.Scheduler.Now) : time == long.MinValue ? long.MaxValue : -time;

    private static void RequireBlockable(Processor processor)
    {
        if (processor.Irql < Kirql.DISPATCH_LEVEL)
            return;

        if (processor.IsDpcActive)
        {
            processor.System.BugCheck(BugCheckCode.ATTEMPTED_SWITCH_FROM_DPC, 0, 0, 0, 0,
                "A DPC routine tried to wait.", "MDL6004");
        }

        processor.System.BugCheck(BugCheckCode.IRQL_NOT_LESS_OR_EQUAL, 0, (ulong)processor.Irql, 0, 0,
            $"A wait was attempted at IRQL {processor.Irql}.", "MDL6004");
    }
}
