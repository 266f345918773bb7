namespace MdlRuntime;

/// <summary>What a caller of the page-allocating routines asks for.</summary>
/// <param name="Routine">WDK name of the routine.</param>
/// <param name="LowAddress">Lowest acceptable physical address.</param>
/// <param name="HighAddress">Highest acceptable physical address.</param>
/// <param name="SkipBytes">Distance between windows, or the length of a chunk.</param>
/// <param name="TotalBytes">Wanted length in bytes.</param>
/// <param name="CacheType">Caching attribute; MmNotMapped lets the first mapping choose.</param>
/// <param name="Flags">Options.</param>
internal readonly record struct PageRequest(
    string Routine, ulong LowAddress, ulong HighAddress, ulong SkipBytes, nuint TotalBytes, MemoryCachingType CacheType, MmAllocateFlags Flags)
{
    /// <summary>Most bytes that one call delivers: 4 GiB less a page (MDL-275).</summary>
    private const uint LongestRequest = 0xFFFF_F000;
    private const uint LargePage = 0x20_0000;
    private const MmAllocateFlags Known = (MmAllocateFlags)0x1FF;

    /// <summary>Options that the node routine does not document (MDL-285).</summary>
    private const MmAllocateFlags NotPerNode = MmAllocateFlags.MM_ALLOCATE_PREFER_CONTIGUOUS
        | MmAllocateFlags.MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS | MmAllocateFlags.MM_ALLOCATE_FAST_LARGE_PAGES;

    public int Pages => (int)BYTES_TO_PAGES(TotalBytes);

    /// <summary>First frame whose bytes are all at or above the lowest address.</summary>
    public Pfn Lowest => new(BYTES_TO_PAGES((nuint)LowAddress));

    /// <summary>The frame of the highest address.</summary>
    public Pfn Highest => new((nuint)(HighAddress >> PAGE_SHIFT));

    public nuint SkipFrames => (nuint)(SkipBytes >> PAGE_SHIFT);

    public bool InChunks => Has(MmAllocateFlags.MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS);

    public bool AllOrNothing => Has(MmAllocateFlags.MM_ALLOCATE_FULLY_REQUIRED) || InChunks && SkipBytes == 0;

    public bool IsWholeMemory(nuint frames) => LowAddress == 0 && Highest.Number >= frames - 1;

    public bool Has(MmAllocateFlags flag) => (Flags & flag) != 0;

    /// <summary>Whether the arguments fit together; the routines answer those that do not with NULL.</summary>
    public bool IsPossible(bool perNode)
    {
        if (TotalBytes is 0 or > LongestRequest || SkipBytes % PAGE_SIZE != 0 || (Flags & ~Known) != 0 || perNode && (Flags & NotPerNode) != 0)
            return false;
        if (Has(MmAllocateFlags.MM_ALLOCATE_FAST_LARGE_PAGES) && (!InChunks || SkipBytes == 0 || SkipBytes % LargePage != 0))
            return false;
        if (Has(MmAllocateFlags.MM_ALLOCATE_AND_HOT_REMOVE) && Has(MmAllocateFlags.MM_ALLOCATE_FULLY_REQUIRED))
            return false;
        return !InChunks || SkipBytes == 0 || ulong.IsPow2(SkipBytes) && TotalBytes % SkipBytes == 0;
    }
}
