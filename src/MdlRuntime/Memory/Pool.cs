namespace MdlRuntime;

/// <summary>
/// Kernel pool: blocks below a page never cross a page boundary, larger ones are page aligned and own their pages.
/// Its pages come from frames in policy order, so that pool is no more contiguous than user memory.
/// </summary>
internal sealed class Pool(MemorySystem memory, SystemRegion region, FrameUse use, PteFlags protection)
{
    private const int Granule = 16;
    private const int LargestSmall = (int)PAGE_SIZE - Granule;

    /// <summary>Free small blocks by size in granules.</summary>
    private readonly Stack<nuint>?[] _free = new Stack<nuint>?[LargestSmall / Granule + 1];
    private readonly Dictionary<nuint, PoolBlock> _live = [];

    public SystemRegion Region => region;

    public IReadOnlyDictionary<nuint, PoolBlock> Live => _live;

    /// <summary>
    /// Allocates zeroed or stale memory; 0 when frames or addresses are used up.
    /// Adjacent frames (<paramref name="contiguous"/>) are only for structures that the host must see as one block.
    /// </summary>
    public nuint Allocate(nuint size, uint tag, bool zero, bool contiguous = false)
    {
        nuint address = size <= LargestSmall
            ? AllocateSmall(Math.Max(1, ((int)size + Granule - 1) / Granule), tag, size)
            : AllocatePages(size, tag, contiguous);
        if (address != 0 && zero)
            Clear(address, size);
        return address;
    }

    public bool TryGetBlock(nuint address, out PoolBlock block) => _live.TryGetValue(address, out block);

    /// <summary>Frees a live block; false when no block starts at the address.</summary>
    public bool Free(nuint address)
    {
        if (!_live.Remove(address, out PoolBlock block))
            return false;

        if (block.PageCount == 0)
            _free[block.SizeClass]!.Push(address);
        else
            ReleasePages(address, block.PageCount);
        return true;
    }

    private nuint AllocateSmall(int sizeClass, uint tag, nuint size)
    {
        Stack<nuint> free = _free[sizeClass] ??= new();
        if (!free.TryPop(out nuint address))
        {
            if (!TryMapPages(1, contiguous: false, out nuint page))
                return 0;

            nuint step = (nuint)(sizeClass * Granule);
            for (nuint at = page + PAGE_SIZE / step * step - step; at > page; at -= step)
                free.Push(at);
            address = page;
        }

        _live.Add(address, new(size, tag, PageCount: 0, sizeClass));
        return address;
    }

    private nuint AllocatePages(nuint size, uint tag, bool contiguous)
    {
        nuint pages = BYTES_TO_PAGES(size);
        if (pages > (nuint)region.PageCount || !TryMapPages((int)pages, contiguous, out nuint address))
            return 0;

        _live.Add(address, new(size, tag, (int)pages, SizeClass: 0));
        return address;
    }

    private bool TryMapPages(int count, bool contiguous, out nuint address)
    {
        address = 0;
        if (count > memory.Frames.FreeCount || !region.TryReserve(count, out nuint start))
            return false;

        Pfn first = Pfn.None;
        if (contiguous && !memory.Frames.TryAllocateContiguous((nuint)count, default, Pfn.None, boundary: 0, use, out first))
        {
            region.Release(start, count);
            return false;
        }

        Pfn pfn = Pfn.None;
        for (int i = 0; i < count; i++)
        {
            if (contiguous)
                pfn = new(first.Number + (nuint)i);
            else
                memory.Frames.TryAllocate(use, pfn, out pfn);
            region[start + ((nuint)i << PAGE_SHIFT)] = new()
            {
                Pfn = pfn,
                Flags = protection | PteFlags.Committed | PteFlags.Resident,
                CacheType = MemoryCachingType.MmCached,
            };
        }

        address = start;
        return true;
    }

    private void ReleasePages(nuint address, int count)
    {
        foreach (ref Pte pte in region.Entries(address, count))
            memory.Frames.RemoveOwner(pte.Pfn);
        region.Release(address, count);
    }

    private void Clear(nuint address, nuint size)
    {
        while (size > 0)
        {
            nuint part = Math.Min(size, PAGE_SIZE - BYTE_OFFSET(address));
            memory.Arena.Bytes(region[address].Pfn, BYTE_OFFSET(address), (int)part).Clear();
            address += part;
            size -= part;
        }
    }
}
