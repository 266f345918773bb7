namespace MdlRuntime;

/// <summary>The longest range from a position on whose frames are adjacent (DMA-151), all within or all beyond the device's reach.</summary>
internal readonly record struct PhysicalRun(Pfn First, uint Length, bool IsReachable)
{
    /// <summary>Frame numbers that differ above these bits lie in different 4 GiB regions: no run crosses (DMA-152).</summary>
    private const int RegionShift = 20;

    public static PhysicalRun At(in MdlPages pages, nuint va, uint length, in LogicalWindow window)
    {
        Pfn first = pages.At(va);
        ulong run = PAGE_SIZE - BYTE_OFFSET(va);
        if (first == Pfn.None)
            return new(first, (uint)Math.Min(run, length), IsReachable: false);

        bool reachable = window.CanReach(first);
        for (Pfn pfn = first; run < length; run += PAGE_SIZE)
        {
            Pfn next = pages.At(unchecked(va + (nuint)run));
            if (next.Number != pfn.Number + 1 || next.Number >> RegionShift != pfn.Number >> RegionShift
                || window.CanReach(next) != reachable || !window.ContinuesAfter(pfn))
                break;
            pfn = next;
        }

        return new(first, (uint)Math.Min(run, length), reachable);
    }
}
