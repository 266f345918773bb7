namespace MdlRuntime;

/// <summary>Hands out the lowest free frame of a zone, or the highest one when descending.</summary>
internal sealed class OrderedZone(nuint first, nuint count, bool descending) : FrameZone(first, count)
{
    private readonly PriorityQueue<Pfn, nuint> _returned = new();
    private nuint _used;

    public override bool TryNext(out Pfn pfn)
    {
        bool hasUnused = _used < Count;
        if (_returned.TryPeek(out pfn, out nuint position) && (!hasUnused || position <= _used))
        {
            _returned.Dequeue();
            return true;
        }

        if (!hasUnused)
            return false;

        pfn = At(_used++);
        return true;
    }

    public override void Return(Pfn pfn) => _returned.Enqueue(pfn, descending ? First + Count - 1 - pfn.Number : pfn.Number - First);

    private Pfn At(nuint position) => new(descending ? First + Count - 1 - position : First + position);
}
