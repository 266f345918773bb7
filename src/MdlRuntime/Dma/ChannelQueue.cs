namespace MdlRuntime;

/// <summary>Requests in the order they came, linked through themselves.</summary>
internal struct ChannelQueue
{
    private ChannelRequest? _first;
    private ChannelRequest? _last;

    public readonly ChannelRequest? First => _first;

    public readonly uint Count
    {
        get
        {
            uint count = 0;
            for (ChannelRequest? request = _first; request is not null; request = request.Next)
                count++;
            return count;
        }
    }

    public void Enqueue(ChannelRequest request)
    {
        request.Next = null;
        if (_last is null)
            _first = request;
        else
            _last.Next = request;
        _last = request;
    }

    /// <summary>Takes a request out of the middle; false when it is not in this queue.</summary>
    public bool Remove(ChannelRequest request)
    {
        ChannelRequest? before = null;
        for (ChannelRequest? at = _first; at is not null; (before, at) = (at, at.Next))
        {
            if (at != request)
                continue;
            if (before is null)
                _first = at.Next;
            else
                before.Next = at.Next;
            if (_last == at)
                _last = before;
            at.Next = null;
            return true;
        }

        return false;
    }

    public ChannelRequest Dequeue()
    {
        ChannelRequest request = _first!;
        _first = request.Next;
        if (_first is null)
            _last = null;
        request.Next = null;
        return request;
    }
}
