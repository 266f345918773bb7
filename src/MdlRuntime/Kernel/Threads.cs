namespace MdlRuntime;

/// <summary>System threads.</summary>
internal static class Threads
{
    public static NtStatus CreateSystemThread(out EThread? thread, KStartRoutine startRoutine, object? context)
    {
        ArgumentNullException.ThrowIfNull(startRoutine);
        Processor processor = Processor.Current;
        KernelSystem system = processor.System;
        thread = new(system.SystemProcess, startRoutine.Method.Name) { Owner = processor.Thread.Owner };
        system.Scheduler.Start(thread, startRoutine, context);
        return NtStatus.STATUS_SUCCESS;
    }

    public static void Attach(EProcess process)
    {
        Processor processor = Processor.Current;
        processor.RequireHere(process);
        if (process.HasExited)
            throw new InvalidOperationException($"process {process} has exited");
        processor.Attach(process);
    }

    public static void Detach()
    {
        Processor processor = Processor.Current;
        if (!processor.Thread.IsAttached)
        {
            processor.System.BugCheck(BugCheckCode.INVALID_PROCESS_DETACH_ATTEMPT, 0, 0, 0, 0,
                $"KeUnstackDetachProcess was called on thread {processor.Thread}, which is attached to no process.");
        }

        processor.Detach();
    }
}
