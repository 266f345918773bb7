namespace MdlRuntime;

/// <summary>The system worker thread and its work.</summary>
internal sealed class WorkerQueue
{
    private readonly KernelSystem _system;
    private readonly Queue<IoWorkItem> _items = new();
    private readonly KEvent _available = new();
    private readonly HashSet<IoWorkItem> _live = [];
    private bool _isStarted;

    public WorkerQueue(KernelSystem system)
    {
        _system = system;
        _available.IsNotification = false;
    }

    /// <summary>Work items that were not freed; on a verified machine only.</summary>
    public IEnumerable<IoWorkItem> Live => _live;

    public IoWorkItem Allocate(DeviceObject device)
    {
        var item = new IoWorkItem(device);
        if (_system.Verifier.IsOn)
            _live.Add(item);
        _system.Trace(nameof(IoManager.IoAllocateWorkItem), item);
        return item;
    }

    public void Queue(IoWorkItem item, IoWorkItemRoutine routine, object? context)
    {
        RequireIdle(item, nameof(IoManager.IoQueueWorkItem));
        (item.Routine, item.Context, item.IsQueued) = (routine, context, true);
        _items.Enqueue(item);
        if (!_isStarted)
        {
            _isStarted = true;
            _system.Scheduler.Start(new(_system.SystemProcess, "Worker"), Work, null);
        }

        _system.Trace(nameof(IoManager.IoQueueWorkItem), item);
        _system.Scheduler.Signal(_available);
    }

    public void Free(IoWorkItem item)
    {
        RequireIdle(item, nameof(IoManager.IoFreeWorkItem));
        item.IsFreed = true;
        _live.Remove(item);
        _system.Trace(nameof(IoManager.IoFreeWorkItem), item);
    }

    private void Work(object? context)
    {
        while (true)
        {
            while (_items.TryDequeue(out IoWorkItem? item))
            {
                item.IsQueued = false;
                _system.Trace("WorkItemRoutine", item);
                using (_system.Processor.RunAs(item.Device.DriverObject.Owner))
                    item.Routine!(item.Device, item.Context);
            }

            _system.Scheduler.Wait(_available, timeout: null);
        }
    }

    private void RequireIdle(IoWorkItem item, string routine)
    {
        if (item.IsFreed || item.IsQueued)
        {
            string state = item.IsFreed ? "was freed" : "is queued";
            _system.BugCheck(BugCheckCode.WORKER_INVALID, 0, 0, 0, 0, $"{routine} was called with a work item that {state}.");
        }
    }
}
