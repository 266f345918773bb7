namespace MdlRuntime;

/// <summary>Where a thread stands with the scheduler.</summary>
internal enum ThreadState : byte
{
    /// <summary>It runs, or a host call that it made runs.</summary>
    Running,

    /// <summary>Its wait is over; it has not been chosen yet.</summary>
    Ready,

    /// <summary>It waits for an event, or for its host to call into the machine.</summary>
    Waiting,
    Terminated,
}
