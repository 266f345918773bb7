namespace MdlRuntime;

/// <summary>Something that happens by itself at a moment of virtual time: a device step or a timer.</summary>
internal abstract class TimedEvent
{
    /// <summary>Sequence number of the pending occurrence, 0 when none is pending.</summary>
    internal long Pending { get; set; }

    internal abstract void Fire();
}
