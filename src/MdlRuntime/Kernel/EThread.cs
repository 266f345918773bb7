namespace MdlRuntime;

internal enum ThreadState : byte
{
    Running,
    Ready,
    Waiting,
    Terminated,
}

/// <summary>A thread object. WDK: ETHREAD.</summary>
public sealed class EThread
{
    private EProcess? _attached;
    private KApc? _firstApc;
    private KApc? _lastApc;

    internal EThread(EProcess process, string name)
    {
        Process = process;
        Name = name;
    }

    internal string Name { get; }

    /// <summary>The process the thread belongs to, whatever it is attached to.</summary>
    internal EProcess Process { get; }

    /// <summary>The process whose user half the thread sees now.</summary>
    internal EProcess CurrentProcess => _attached ?? Process;

    internal bool IsAttached => _attached is not null;

    internal ThreadState State { get; set; } = ThreadState.Running;

    internal NtStatus WaitStatus { get; set; }

    /// <summary>Tells a timed-out wait from a later one of the same thread.</summary>
    internal uint WaitGeneration { get; set; }

    internal KEvent? WaitObject { get; set; }

    /// <summary>Parks the host thread that carries this thread; null when any host thread may run its APCs.</summary>
    internal SemaphoreSlim? Gate { get; set; }

    /// <summary>What the thread must throw when it runs next: a stop or a deadlock found by another host thread.</summary>
    internal Exception? Abort { get; set; }

    internal bool HasApc => _firstApc is not null;

    internal void Attach(EProcess? process) => _attached = process;

    internal void EnqueueApc(KApc apc)
    {
        apc.Next = null;
        if (_lastApc is null)
            _firstApc = apc;
        else
            _lastApc.Next = apc;
        _lastApc = apc;
    }

    internal KApc? DequeueApc()
    {
        KApc? apc = _firstApc;
        if (apc is null)
            return null;

        _firstApc = apc.Next;
        if (_firstApc is null)
            _lastApc = null;
        apc.Next = null;
        return apc;
    }

    /// <summary>Returns process and thread name.</summary>
    public override string ToString() => $"{Process.Name}/{Name}";
}
