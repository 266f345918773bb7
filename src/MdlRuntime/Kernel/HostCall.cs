namespace MdlRuntime;

/// <summary>A host call running the machine: sets the ambient processor and context, and puts both back at the end, whatever happened.</summary>
internal readonly ref struct HostCall
{
    private readonly Processor _processor;
    private readonly Processor? _outer;
    private readonly SemaphoreSlim? _baton;
    private readonly List<EThread> _hostCalls;
    private readonly EThread _thread;
    private readonly Kirql _irql;
    private readonly KProcessorMode _mode;

    public HostCall(KernelSystem system, SemaphoreSlim baton, List<EThread> hostCalls, EThread thread, Kirql irql, KProcessorMode mode)
    {
        system.ThrowIfHalted();
        _processor = system.Processor;
        _outer = Processor.Ambient;
        _hostCalls = hostCalls;
        if (_outer != _processor)
        {
            baton.Wait();
            _baton = baton;
        }
        else if (_processor.Irql > Kirql.APC_LEVEL)
        {
            throw new InvalidOperationException(
                $"A process or the host can only call into the machine from IRQL 0 or 1; the current IRQL is {(int)_processor.Irql}.");
        }

        (_thread, _irql, _mode) = (_processor.Thread, _processor.Irql, _processor.Mode);
        Processor.Ambient = _processor;
        hostCalls.Add(thread);
        (_processor.Thread, _processor.Irql, _processor.Mode) = (thread, irql, mode);
        _processor.DeliverPending();
    }

    public void Dispose()
    {
        (_processor.Thread, _processor.Irql, _processor.Mode) = (_thread, _irql, _mode);
        _hostCalls.RemoveAt(_hostCalls.Count - 1);
        Processor.Ambient = _outer;
        _baton?.Release();
    }
}
