namespace MdlRuntime.Simulation;

public sealed partial class UserProcess
{
    private int _threadCount;

    /// <summary>Starts a thread of this process that runs user-mode code beside everything else on the machine.</summary>
    /// <remarks>
    /// It races everybody else: by the machine's seed, it or another thread goes on whenever a thread waits, and between any two accesses to memory
    /// at PASSIVE_LEVEL, a driver's as well as its own. Its calls on this process and on handles are its own, and it blocks in them as a thread
    /// does; <see cref="VirtualMemory"/> is its pointer operator, at user mode. What the code throws comes out of the host call that runs the
    /// machine then. The thread ends with its code, or at its next call after <see cref="Exit"/>.
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
