namespace MdlRuntime;

/// <summary>The longest range from a position on whose frames are adjacent (DMA-151), all within or all beyond the device's reach.</summary>
internal readonly record struct PhysicalRun(Pfn First, uint Length, bool IsReachable)
{
    /// <summary>What stands where the page list of an MDL holds no frame: a page at which nothing answers.</summary>
    public static readonly Pfn Nowhere = new(unchecked((nuint)0xFF_FFFF_FFFF));

    public static PhysicalRun At(in MdlPages pages, nuint va, uint length, in LogicalWindow window)
    {
        Pfn first = pages.At(va);
        ulong run = PAGE_SIZE - BYTE_OFFSET(va);
        if (first == Pfn.None)
            return new(first, (uint)Math.Min(run, length), window.CanReach(Nowhere));

        bool reachable = window.CanReach(first);
        for (Pfn pfn = first; run < length; run += PAGE_SIZE)
        {
            Pfn next = pages.At(unchecked(va + (nuint)run));
            if (next.Number != pfn.Number + 1 || !window.ContinuesAfter(pfn) || window.CanReach(next) != reachable)
                break;
            pfn = next;
        }

        return new(first, (uint)Math.Min(run, length), reachable);
    }
}
