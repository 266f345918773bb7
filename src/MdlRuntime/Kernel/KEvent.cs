namespace MdlRuntime;

/// <summary>An event object: notification (stays set, wakes all) or synchronization (wakes one and resets). WDK: KEVENT.</summary>
public sealed class KEvent
{
    private readonly List<EThread> _waiters = [];

    internal bool IsNotification { get; set; }

    internal bool IsSet { get; set; }

    internal List<EThread> Waiters => _waiters;

    /// <summary>Satisfies a wait if the event is set; a synchronization event is reset by that.</summary>
    internal bool TryConsume()
    {
        if (!IsSet)
            return false;
        if (!IsNotification)
            IsSet = false;
        return true;
    }
}
