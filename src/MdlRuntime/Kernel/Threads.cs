namespace MdlRuntime;

internal static class Threads
{
    public static NtStatus CreateSystemThread(out EThread? thread, KStartRoutine startRoutine, object? context)
    {
        ArgumentNullException.ThrowIfNull(startRoutine);
        KernelSystem system = Processor.Current.System;
        thread = new(system.SystemProcess, startRoutine.Method.Name);
        system.Scheduler.Start(thread, startRoutine, context);
        return NtStatus.STATUS_SUCCESS;
    }
}
