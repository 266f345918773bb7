namespace MdlRuntime;

/// <summary>Runs the completion routines of transfers that have ended: the controller's interrupt, as far as drivers see it.</summary>
internal sealed class SystemDmaCompletions
{
    private readonly Queue<(SystemDmaCompletion Completion, DmaCompletionStatus Status)> _ended = new();
    private readonly KernelSystem _system;
    private readonly KDpc _dpc;

    public SystemDmaCompletions(KernelSystem system)
    {
        _system = system;
        _dpc = new() { Routine = (_, _, _, _) => Run() };
    }

    /// <summary>Queues a completion routine; it runs at DISPATCH_LEVEL, inside this call if the IRQL is below.</summary>
    public void Add(in SystemDmaCompletion completion, DmaCompletionStatus status)
    {
        _ended.Enqueue((completion, status));
        _system.Processor.QueueDpc(_dpc, null, null);
    }

    private void Run()
    {
        while (_ended.TryDequeue(out (SystemDmaCompletion Completion, DmaCompletionStatus Status) ended))
        {
            SystemDmaCompletion completion = ended.Completion;
            _system.Trace("DmaCompletionRoutine", completion.Adapter, (ulong)ended.Status);
            using OwnerScope code = _system.Processor.RunAs(completion.Device?.DriverObject.Owner);
            completion.Routine!(completion.Adapter!, completion.Device!, completion.Context, ended.Status);
        }
    }
}
