namespace MdlRuntime;

/// <summary>
/// The frame numbers of an MDL whose array lies in frames that are not adjacent, so that no span can show the memory itself: a copy that
/// is kept in step with it, whichever of the two was written.
/// </summary>
internal sealed class ScatteredPfns(MemorySystem memory)
{
    private nuint[] _copy = [];

    /// <summary>What memory and copy held when they were last the same.</summary>
    private nuint[] _agreed = [];

    /// <summary>Carries changes over, page by page; memory wins where both changed.</summary>
    public Span<nuint> Synchronize(nuint address, int count)
    {
        int known = _copy.Length;
        if (count > known)
        {
            Array.Resize(ref _copy, count);
            Array.Resize(ref _agreed, count);
        }

        for (int i = 0; i < count; i++, address += 8)
        {
            Pfn frame = memory.FindPte(user: null, address).Pfn;
            ref nuint stored = ref memory.Arena.Block(frame, BYTE_OFFSET(address), 8).At<nuint>(0);
            if (i >= known || stored != _agreed[i])
                _copy[i] = stored;
            else
                stored = _copy[i];
            _agreed[i] = stored;
        }

        return _copy.AsSpan(0, count);
    }
}
