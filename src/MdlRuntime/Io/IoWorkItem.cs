namespace MdlRuntime;

/// <summary>A piece of work for a system worker thread. WDK: IO_WORKITEM.</summary>
public sealed class IoWorkItem
{
    internal IoWorkItem(DeviceObject device) => Device = device;

    internal DeviceObject Device { get; }

    internal IoWorkItemRoutine? Routine { get; set; }

    internal object? Context { get; set; }

    internal bool IsQueued { get; set; }

    internal bool IsFreed { get; set; }
}
