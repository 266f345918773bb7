using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>A piece of work for a system worker thread. WDK: IO_WORKITEM.</summary>
public sealed class IoWorkItem : ITracked
{
    internal IoWorkItem(DeviceObject device) => Device = device;

    nuint ITracked.Address => 0;

    ObjectHistory? ITracked.History { get; set; }

    internal DeviceObject Device { get; }

    internal IoWorkItemRoutine? Routine { get; set; }

    internal object? Context { get; set; }

    internal bool IsQueued { get; set; }

    internal bool IsFreed { get; set; }
}
