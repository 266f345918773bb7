namespace MdlRuntime;

/// <summary>A thread object. WDK: ETHREAD.</summary>
public sealed class EThread
{
    private readonly Stack<EProcess> _attached = new();
    private KApc? _firstApc;
    private KApc? _lastApc;

    internal EThread(EProcess process, string name)
    {
        Process = process;
        CurrentProcess = process;
        Name = name;
    }

    internal string Name { get; }

    /// <summary>The process the thread belongs to, whatever it is attached to.</summary>
    internal EProcess Process { get; }

    /// <summary>The process whose user half the thread sees now.</summary>
    internal EProcess CurrentProcess { get; private set; }

    /// <summary>The driver whose code the thread runs now; null for the kernel's own and the host's.</summary>
    internal CodeOwner? Owner { get; set; }

    /// <summary>Whether it runs code of its process, in user mode, on a host thread of its own.</summary>
    internal bool IsUser { get; init; }

    internal bool IsAttached => _attached.Count > 0;

    /// <summary>A thread that no host call runs at the moment waits for one.</summary>
    internal ThreadState State { get; set; } = ThreadState.Waiting;

    internal NtStatus WaitStatus { get; set; }

    internal KEvent? WaitObject { get; set; }

    /// <summary>Ends a wait with a time limit; made by the first one.</summary>
    internal WaitTimeout? Timeout { get; set; }

    /// <summary>Whether a host call runs as this thread.</summary>
    internal bool IsInHostCall { get; set; }

    /// <summary>Where the host thread that carries this thread parks.</summary>
    internal SemaphoreSlim? Gate { get; set; }

    /// <summary>Whether a host thread is parked at the gate: only then can another one hand over to this thread.</summary>
    internal bool IsParked { get; set; }

    /// <summary>The host thread that parked last at the gate.</summary>
    internal Thread? Carrier { get; set; }

    /// <summary>What the thread must throw when it runs next: a stop or a deadlock found by another host thread.</summary>
    internal Exception? Abort { get; set; }

    internal bool HasApc => _firstApc is not null;

    internal void EnterProcess(EProcess process)
    {
        _attached.Push(CurrentProcess);
        CurrentProcess = process;
    }

    internal void LeaveProcess() => CurrentProcess = _attached.Pop();

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
    /// <returns>Both names, separated by a slash.</returns>
    public override string ToString() => $"{Process.Name}/{Name}";
}
