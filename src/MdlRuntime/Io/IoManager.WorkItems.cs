using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Allocates a work item. IRQL at most DISPATCH_LEVEL. WDK: IoAllocateWorkItem.</summary>
    /// <param name="device">Handed to the routine.</param>
    /// <returns>The work item, or null when memory is used up.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static IoWorkItem? IoAllocateWorkItem(DeviceObject device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Processor processor = Processor.Current;
        return processor.System.Faults.Strikes(nameof(IoAllocateWorkItem)) ? null : IoSystem.Of(processor).Workers.Allocate(device);
    }

    /// <summary>Has a system worker thread call a routine once, at PASSIVE_LEVEL. IRQL at most DISPATCH_LEVEL. WDK: IoQueueWorkItem.</summary>
    /// <param name="workItem">A work item that is not queued.</param>
    /// <param name="routine">The work.</param>
    /// <param name="context">Handed to the routine.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoQueueWorkItem(IoWorkItem workItem, IoWorkItemRoutine routine, object? context)
    {
        ArgumentNullException.ThrowIfNull(workItem);
        ArgumentNullException.ThrowIfNull(routine);
        IoSystem.Of(Processor.Current).Workers.Queue(workItem, routine, context);
    }

    /// <summary>Frees a work item; its routine may do so itself. IRQL at most DISPATCH_LEVEL. WDK: IoFreeWorkItem.</summary>
    /// <param name="workItem">A work item that is not queued.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoFreeWorkItem(IoWorkItem workItem)
    {
        ArgumentNullException.ThrowIfNull(workItem);
        IoSystem.Of(Processor.Current).Workers.Free(workItem);
    }
}
