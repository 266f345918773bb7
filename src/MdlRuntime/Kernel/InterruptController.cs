namespace MdlRuntime;

/// <summary>Connects vectors to service routines and holds requests back until the IRQL lets them through.</summary>
internal sealed class InterruptController(Processor processor)
{
    private readonly List<KInterrupt> _connected = [];
    private readonly List<uint> _requested = [];

    public void Connect(KInterrupt interrupt) => _connected.Add(interrupt);

    public bool Disconnect(KInterrupt interrupt) => _connected.Remove(interrupt);

    /// <summary>Requests one interrupt; taken at once when the machine runs on this host thread below the line's IRQL.</summary>
    public void Request(uint vector)
    {
        // The host may assert a line between runs, from any thread.
        lock (_requested)
            _requested.Add(vector);
        if (Processor.Ambient == processor)
            processor.DeliverPending();
    }

    /// <summary>Takes the requests that the current IRQL lets through, the highest level first.</summary>
    public void DeliverPending()
    {
        while (TryTake(out uint vector))
        {
            // Every handler of a shared vector is asked: a device that did not interrupt says so.
            for (int i = 0; i < _connected.Count; i++)
            {
                if (_connected[i].Vector == vector)
                    processor.RunInterrupt(_connected[i]);
            }
        }
    }

    private bool TryTake(out uint vector)
    {
        vector = 0;
        if (_requested.Count == 0)
            return false;

        lock (_requested)
        {
            int best = -1;
            Kirql bestLevel = processor.Irql;
            for (int i = 0; i < _requested.Count; i++)
            {
                // A vector without a service routine stays requested until somebody connects one.
                if (LevelOf(_requested[i]) is { } level && level > bestLevel)
                    (best, bestLevel) = (i, level);
            }

            if (best < 0)
                return false;
            vector = _requested[best];
            _requested.RemoveAt(best);
            return true;
        }
    }

    private Kirql? LevelOf(uint vector)
    {
        Kirql? level = null;
        for (int i = 0; i < _connected.Count; i++)
        {
            if (_connected[i].Vector == vector && (level is null || _connected[i].Irql > level))
                level = _connected[i].Irql;
        }

        return level;
    }
}
