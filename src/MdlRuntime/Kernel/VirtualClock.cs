namespace MdlRuntime;

/// <summary>Virtual time and what is due in it, in order of time and, at one moment, of scheduling.</summary>
internal sealed class VirtualClock
{
    private const int FewStale = 64;

    private readonly PriorityQueue<TimedEvent, (long Due, long Sequence)> _events = new();
    private long _sequence;
    private int _stale;

    /// <summary>Units of 100 ns since the machine started.</summary>
    public long Now { get; private set; }

    /// <summary>Whether anything is due at any time.</summary>
    public bool HasEvents => _events.Count > _stale;

    /// <summary>Makes the event happen after a delay in units of 100 ns, instead of when it was to happen before.</summary>
    public void Schedule(TimedEvent timedEvent, long delay)
    {
        Cancel(timedEvent);
        if (_stale > FewStale && _stale > _events.Count / 2)
            DropStale();

        (timedEvent.Clock, timedEvent.Pending) = (this, ++_sequence);
        long due = delay <= 0 ? Now : delay > long.MaxValue - Now ? long.MaxValue : Now + delay;
        _events.Enqueue(timedEvent, (due, _sequence));
    }

    /// <summary>Forgets the pending occurrence; false when there was none.</summary>
    public static bool Cancel(TimedEvent timedEvent)
    {
        if (timedEvent.Pending == 0)
            return false;

        // Its place in the queue stays behind until its time comes, or too many such places have gathered.
        timedEvent.Pending = 0;
        timedEvent.Clock!._stale++;
        return true;
    }

    /// <summary>Lets the next event happen, and time pass until then; false when there is none.</summary>
    public bool Advance()
    {
        while (_events.TryDequeue(out TimedEvent? timedEvent, out (long Due, long Sequence) key))
        {
            if (timedEvent.Pending != key.Sequence)
            {
                _stale--;
                continue;
            }

            Now = key.Due;
            timedEvent.Pending = 0;
            timedEvent.Fire();
            return true;
        }

        return false;
    }

    private void DropStale()
    {
        var live = new List<(TimedEvent, (long, long Sequence))>();
        foreach ((TimedEvent Event, (long, long Sequence) Key) entry in _events.UnorderedItems)
        {
            if (entry.Event.Pending == entry.Key.Sequence)
                live.Add(entry);
        }

        _events.Clear();
        _events.EnqueueRange(live);
        _stale = 0;
    }
}
