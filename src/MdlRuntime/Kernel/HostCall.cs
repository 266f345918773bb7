namespace MdlRuntime;

/// <summary>A host call running the machine; its end puts back the context it found, whatever happened.</summary>
internal readonly ref struct HostCall
{
    private readonly Scheduler _scheduler;

    public HostCall(Scheduler scheduler, EThread thread, bool isNested, Processor? outer)
    {
        Processor processor = scheduler.Processor;
        _scheduler = scheduler;
        Thread = thread;
        IsNested = isNested;
        Outer = outer;
        (OuterThread, OuterIrql, OuterMode) = (processor.Thread, processor.Irql, processor.Mode);
        (OuterState, ThreadState) = (OuterThread.State, thread.State);
    }

    /// <summary>The thread that makes the call.</summary>
    public EThread Thread { get; }

    public ThreadState ThreadState { get; }

    /// <summary>Whether code that the machine runs on this host thread made the call.</summary>
    public bool IsNested { get; }

    /// <summary>The processor, perhaps of another machine, that the host thread ran code of.</summary>
    public Processor? Outer { get; }

    public EThread OuterThread { get; }

    public ThreadState OuterState { get; }

    public Kirql OuterIrql { get; }

    public KProcessorMode OuterMode { get; }

    public void Dispose() => _scheduler.Leave(this);
}
