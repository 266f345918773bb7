namespace MdlRuntime;

/// <summary>Requests that wait for the device, in the order they will be started. WDK: KDEVICE_QUEUE.</summary>
internal sealed class DeviceQueue
{
    private Irp? _first;

    public bool IsBusy { get; set; }

    public bool DefersStartIo { get; set; }

    public bool IsNonCancelable { get; set; }

    /// <summary>Calls of StartIo in progress.</summary>
    public int ActiveStarts { get; set; }

    /// <summary>A deferred IoStartNextPacket.</summary>
    public bool StartsNext { get; set; }

    public bool StartsNextCancelable { get; set; }

    /// <summary>Inserts behind the requests with the same or a smaller key; at the end without a key.</summary>
    public void Insert(Irp irp, uint? key)
    {
        irp.QueueKey = key ?? uint.MaxValue;
        Irp? previous = null;
        Irp? at = _first;
        while (at is not null && (key is null || at.QueueKey <= key))
            (previous, at) = (at, at.NextQueued);
        irp.NextQueued = at;
        if (previous is null)
            _first = irp;
        else
            previous.NextQueued = irp;
    }

    /// <summary>Takes the first request; the queue is idle when there is none.</summary>
    public Irp? Remove()
    {
        Irp? irp = _first;
        if (irp is null)
        {
            IsBusy = false;
            return null;
        }

        _first = irp.NextQueued;
        irp.NextQueued = null;
        return irp;
    }

    /// <summary>Takes a request out of the middle; false when it is not queued.</summary>
    public bool Remove(Irp irp)
    {
        Irp? previous = null;
        for (Irp? at = _first; at is not null; (previous, at) = (at, at.NextQueued))
        {
            if (at != irp)
                continue;

            if (previous is null)
                _first = at.NextQueued;
            else
                previous.NextQueued = at.NextQueued;
            irp.NextQueued = null;
            return true;
        }

        return false;
    }
}
