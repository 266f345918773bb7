namespace MdlRuntime;

/// <summary>While it lasts, code of a driver runs on a thread; its end puts back whose code ran before.</summary>
internal readonly ref struct OwnerScope
{
    private readonly EThread _thread;
    private readonly CodeOwner? _outer;

    public OwnerScope(EThread thread, CodeOwner? owner)
    {
        (_thread, _outer) = (thread, thread.Owner);
        thread.Owner = owner;
    }

    public void Dispose() => _thread.Owner = _outer;
}
