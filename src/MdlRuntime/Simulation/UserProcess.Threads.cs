namespace MdlRuntime.Simulation;

public sealed partial class UserProcess
{
    private int _threadCount;

    /// <summary>Starts a thread of this process that runs user-mode code beside everything else on the machine.</summary>
    /// <remarks>
    /// The thread first runs when another one waits or the machine runs idle, by the machine's seed. Its calls on this process and on handles
    /// are its own, and it blocks in them as a thread does; <see cref="VirtualMemory"/> is its pointer operator, at user mode. What the code throws
    /// comes out of the host call that runs the machine then. The thread ends with its code, or at its next call after <see cref="Exit"/>.
    /// </remarks>
    /// <param name="userCode">The code.</param>
    /// <returns>The thread object.</returns>
    /// <exception cref="BugCheckException">The machine stopped earlier.</exception>
    public EThread StartThread(Action userCode)
    {
        ArgumentNullException.ThrowIfNull(userCode);
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.KernelMode);
        var thread = new EThread(Object, $"Thread{++_threadCount}") { IsUser = true };
        System.Scheduler.Start(thread, _ => userCode(), context: null);
        return thread;
    }
}
