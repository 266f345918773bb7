namespace MdlRuntime;

/// <summary>Finds frames by position as the DMA routines do: page index = (CurrentVa - StartVa) / page size, whatever CurrentVa is (DMA-118).</summary>
internal readonly ref struct MdlPages
{
    private readonly ReadOnlySpan<nuint> _pfns;
    private readonly FrameDatabase _frames;
    private readonly nuint _startVa;

    public MdlPages(Mdl mdl, FrameDatabase frames)
    {
        _pfns = mdl.Pfns;
        _frames = frames;
        _startVa = mdl.StartVa;
    }

    /// <summary>The frame at a position, or <see cref="Pfn.None"/> where the page list holds none that exists.</summary>
    public Pfn At(nuint va)
    {
        nuint index = unchecked(va - _startVa) >> PAGE_SHIFT;
        if (index >= (nuint)_pfns.Length)
            return Pfn.None;

        Pfn pfn = new(_pfns[(int)index]);
        return _frames.Contains(pfn) ? pfn : Pfn.None;
    }
}
