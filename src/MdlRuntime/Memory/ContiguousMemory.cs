namespace MdlRuntime;

/// <summary>Non-paged system memory whose frames the caller has a say in: adjacent ones in a physical range, or uncached ones.</summary>
internal sealed class ContiguousMemory(MemorySystem memory)
{
    private readonly Dictionary<nuint, ContiguousBlock> _live = [];

    private SystemRegion Region => memory.NonPagedRegion;

    /// <summary>Allocates adjacent frames with stale contents; 0 when there are none.</summary>
    /// <param name="bytes">Length in bytes, not 0.</param>
    /// <param name="lowest">First acceptable frame.</param>
    /// <param name="highest">Last acceptable frame.</param>
    /// <param name="boundary">Frames, a multiple of which must not be crossed; 0: none.</param>
    /// <param name="protection">Writable, executable.</param>
    /// <param name="cacheType">Caching attribute of the frames.</param>
    /// <param name="guardPages">Pages before and after the memory, in frames of their own that need not be adjacent to it.</param>
    /// <param name="alignment">Frames, a multiple of which the first one is.</param>
    public nuint Allocate(
        nuint bytes, Pfn lowest, Pfn highest, nuint boundary, PteFlags protection, MemoryCachingType cacheType, int guardPages = 0, nuint alignment = 1)
    {
        nuint guardBytes = 2 * (nuint)guardPages << PAGE_SHIFT;
        if (!TryReserve(bytes + guardBytes, out nuint start, out int pages))
            return 0;

        int inner = pages - 2 * guardPages;
        if (!memory.Frames.TryAllocateContiguous((nuint)inner, lowest, highest, boundary, FrameUse.Contiguous, out Pfn first, alignment))
        {
            Region.Release(start, pages);
            return 0;
        }

        Span<Pte> entries = Region.EditEntries(start, pages);
        for (int i = 0; i < pages; i++)
        {
            bool isGuard = i < guardPages || i >= pages - guardPages;
            Pfn pfn = new(first.Number + (nuint)(i - guardPages));
            if (isGuard)
                memory.Frames.TryAllocate(FrameUse.Contiguous, Pfn.None, out pfn);
            Enter(ref entries[i], pfn, protection, cacheType);
        }

        nuint address = start + ((nuint)guardPages << PAGE_SHIFT);
        _live.Add(address, new(bytes, cacheType, guardPages));
        return address;
    }

    /// <summary>Allocates frames in policy order; 0 when there are none.</summary>
    public nuint AllocateScattered(nuint bytes, PteFlags protection, MemoryCachingType cacheType)
    {
        if (!TryReserve(bytes, out nuint address, out int pages))
            return 0;

        Pfn pfn = Pfn.None;
        foreach (ref Pte pte in Region.EditEntries(address, pages))
        {
            memory.Frames.TryAllocate(FrameUse.Contiguous, pfn, out pfn);
            Enter(ref pte, pfn, protection, cacheType);
        }

        _live.Add(address, new(bytes, cacheType));
        return address;
    }

    public bool TryGetBlock(nuint address, out ContiguousBlock block) => _live.TryGetValue(address, out block);

    /// <summary>Frees a live block.</summary>
    public void Free(nuint address)
    {
        _live.Remove(address, out ContiguousBlock block);
        nuint start = address - ((nuint)block.GuardPages << PAGE_SHIFT);
        int pages = block.Pages + 2 * block.GuardPages;
        foreach (ref readonly Pte pte in Region.Entries(start, pages))
            memory.Frames.RemoveOwner(pte.Pfn);
        Region.Release(start, pages);
    }

    private bool TryReserve(nuint bytes, out nuint address, out int pages)
    {
        nuint wanted = BYTES_TO_PAGES(bytes);
        bool isPossible = wanted <= (nuint)Region.PageCount && (long)wanted <= memory.Frames.FreeCount;
        pages = isPossible ? (int)wanted : 0;
        address = 0;
        return isPossible && Region.TryReserve(pages, out address);
    }

    private void Enter(ref Pte pte, Pfn pfn, PteFlags protection, MemoryCachingType cacheType)
    {
        memory.Frames.SetCacheType(pfn, cacheType);
        pte = new()
        {
            Pfn = pfn,
            Flags = protection | PteFlags.Committed | PteFlags.Resident,
            CacheType = cacheType,
        };
    }
}
