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
