namespace MdlRuntime;

/// <summary>Something that happens by itself at a moment of virtual time: a device step, a timer or the end of a wait.</summary>
internal abstract class TimedEvent
{
    /// <summary>Sequence number of the pending occurrence, 0 when none is pending.</summary>
    internal long Pending { get; set; }

    /// <summary>The clock that holds the pending occurrence.</summary>
    internal VirtualClock? Clock { get; set; }

    internal abstract void Fire();
}
