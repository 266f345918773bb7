using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The Ps routines: processes and threads.</summary>
public static class ProcessStructure
{
    /// <summary>Returns the process whose user half is visible. Any IRQL; arbitrary in a DPC or service routine. WDK: PsGetCurrentProcess.</summary>
    /// <returns>The current process.</returns>
    public static EProcess PsGetCurrentProcess() => Processor.Current.Process;

    /// <summary>Returns the current thread. Any IRQL; arbitrary in a DPC or service routine. WDK: PsGetCurrentThread.</summary>
    /// <returns>The current thread.</returns>
    public static EThread PsGetCurrentThread() => Processor.Current.Thread;

    /// <summary>Starts a thread in the system process. IRQL PASSIVE_LEVEL. WDK: PsCreateSystemThread.</summary>
    /// <param name="thread">The new thread.</param>
    /// <param name="startRoutine">Runs at PASSIVE_LEVEL when the scheduler first chooses the thread; the thread ends with it.</param>
    /// <param name="context">Handed to the routine.</param>
    /// <returns>STATUS_SUCCESS.</returns>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static NtStatus PsCreateSystemThread(out EThread? thread, KStartRoutine startRoutine, object? context) =>
        Threads.CreateSystemThread(out thread, startRoutine, context);
}
