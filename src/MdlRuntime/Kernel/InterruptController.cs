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

    public bool HasDeliverable => Next(remove: false) is not null;

    public void DeliverPending()
    {
        while (Next(remove: true) is { } vector)
        {
            // Handlers of a shared vector are asked in turn; a level above the current one was already checked.
            for (int i = 0; i < _connected.Count; i++)
            {
                if (_connected[i].Vector == vector)
                    processor.RunInterrupt(_connected[i]);
            }
        }
    }

    private uint? Next(bool remove)
    {
        if (_requested.Count == 0)
            return null;

        lock (_requested)
        {
            for (int i = 0; i < _requested.Count; i++)
            {
                if (!IsDeliverable(_requested[i]))
                    continue;

                uint vector = _requested[i];
                if (remove)
                    _requested.RemoveAt(i);
                return vector;
            }
        }

        return null;
    }

    /// <summary>A vector without a service routine stays requested until somebody connects it.</summary>
    private bool IsDeliverable(uint vector)
    {
        for (int i = 0; i < _connected.Count; i++)
        {
            if (_connected[i].Vector == vector && _connected[i].Irql > processor.Irql)
                return true;
        }

        return false;
    }
}
