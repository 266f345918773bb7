namespace MdlRuntime;

/// <summary>Walks a zone with a stride that is coprime to its size and is not 1, so that neighbours in the order are never adjacent.</summary>
internal sealed class ScatteredZone : FrameZone
{
    private readonly Stack<Pfn> _returned = new();
    private readonly nuint _stride;
    private nuint _position;
    private nuint _unused;

    public ScatteredZone(nuint first, nuint count, Random random)
        : base(first, count)
    {
        _unused = count;
        _stride = Stride(count, random);
        _position = count == 0 ? 0 : (nuint)random.NextInt64((long)count);
    }

    public override bool TryNext(out Pfn pfn)
    {
        if (_returned.TryPop(out pfn))
            return true;
        if (_unused == 0)
            return false;

        pfn = new(First + _position);
        _unused--;
        _position = _position >= Count - _stride ? _position - (Count - _stride) : _position + _stride;
        return true;
    }

    public override void Return(Pfn pfn) => _returned.Push(pfn);

    private static nuint Stride(nuint count, Random random)
    {
        // Zones of up to 4 frames, and of 6, have no such stride.
        if (count is < 5 or 6)
            return 1;

        nuint stride = (nuint)random.NextInt64(2, (long)count - 1);
        while (GreatestCommonDivisor(stride, count) != 1)
            stride = stride + 1 < count - 1 ? stride + 1 : 2;
        return stride;
    }

    private static nuint GreatestCommonDivisor(nuint a, nuint b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
