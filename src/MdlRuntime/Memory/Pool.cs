namespace MdlRuntime;

/// <summary>
/// Kernel pool: blocks below a page never cross a page boundary, larger ones are page aligned and own their pages.
/// Its pages come from frames in policy order, so that pool is no more contiguous than user memory, and go back when they are empty.
/// </summary>
internal sealed class Pool(MemorySystem memory, SystemRegion region, FrameUse use, PteFlags protection)
{
    /// <summary>Blocks are multiples of this length, and aligned to it.</summary>
    public const int Granule = 16;
    private const int LargestSmall = (int)PAGE_SIZE - 1;

    /// <summary>Pages with room, by size of their blocks in granules.</summary>
    private readonly PoolPage?[] _roomy = new PoolPage?[(int)PAGE_SIZE / Granule + 1];
    private readonly Dictionary<nuint, PoolBlock> _live = [];
    private PoolPage? _unused;

    public SystemRegion Region => region;

    public IReadOnlyDictionary<nuint, PoolBlock> Live => _live;

    /// <summary>
    /// Allocates zeroed or stale memory; 0 when frames or addresses are used up.
    /// Adjacent frames (<paramref name="contiguous"/>) are only for structures that the host must see as one block.
    /// </summary>
    public nuint Allocate(nuint size, uint tag, bool zero, bool contiguous = false)
    {
        nuint address = size <= LargestSmall
            ? AllocateSmall(size, tag)
            : AllocatePages(size, tag, contiguous);
        if (address != 0 && zero)
            Clear(address, size);
        return address;
    }

    public bool TryGetBlock(nuint address, out PoolBlock block) => _live.TryGetValue(address, out block);

    /// <summary>Lets an object follow the life of the block that it lives in.</summary>
    public void SetOwner(nuint address, IPoolOwner owner) => _live[address] = _live[address] with { Owner = owner };

    /// <summary>The first locked frame of a block that has pages of its own.</summary>
    public bool TryFindLocked(nuint address, in PoolBlock block, out Pfn pfn)
    {
        foreach (ref readonly Pte pte in region.Entries(address, block.PageCount))
        {
            pfn = pte.Pfn;
            if (pte.Has(PteFlags.Resident) && memory.Frames[pfn].LockCount > 0)
                return true;
        }

        pfn = Pfn.None;
        return false;
    }

    /// <summary>Frees a live block; false when no block starts at the address.</summary>
    public bool Free(nuint address)
    {
        if (!_live.Remove(address, out PoolBlock block))
            return false;

        block.Owner?.OnFreed();
        if (block.Page is { } page)
            FreeSmall(page, address);
        else
            ReleasePages(address, block.PageCount);
        return true;
    }

    private nuint AllocateSmall(nuint size, uint tag)
    {
        int sizeClass = Math.Max(1, ((int)size + Granule - 1) / Granule);
        PoolPage? page = _roomy[sizeClass];
        if (page is null)
        {
            if (!TryMapPages(1, contiguous: false, out nuint start))
                return 0;

            page = _unused ?? new();
            _unused = page.Next;
            page.Reset(start, sizeClass);
            Link(page);
        }
        else if (!memory.TryMakeResident(region, page.Address, use))
        {
            return 0;
        }

        nuint address = page.Take();
        if (page.IsFull)
            Unlink(page);
        _live.Add(address, new(size, tag, PageCount: 0, page));
        return address;
    }

    private void FreeSmall(PoolPage page, nuint address)
    {
        if (page.IsFull)
            Link(page);
        page.Return(address);
        if (!page.IsEmpty)
            return;

        Unlink(page);
        ReleasePages(page.Address, 1);
        (page.Next, _unused) = (_unused, page);
    }

    private void Link(PoolPage page)
    {
        PoolPage? head = _roomy[page.SizeClass];
        (page.Next, page.Previous) = (head, null);
        if (head is not null)
            head.Previous = page;
        _roomy[page.SizeClass] = page;
    }

    private void Unlink(PoolPage page)
    {
        if (page.Previous is null)
            _roomy[page.SizeClass] = page.Next;
        else
            page.Previous.Next = page.Next;
        if (page.Next is not null)
            page.Next.Previous = page.Previous;
        (page.Next, page.Previous) = (null, null);
    }

    private nuint AllocatePages(nuint size, uint tag, bool contiguous)
    {
        nuint pages = BYTES_TO_PAGES(size);
        if (pages > (nuint)region.PageCount || !TryMapPages((int)pages, contiguous, out nuint address))
            return 0;

        _live.Add(address, new(size, tag, (int)pages, Page: null));
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
        Span<Pte> entries = region.EditEntries(start, count);
        for (int i = 0; i < entries.Length; i++)
        {
            if (contiguous)
                pfn = new(first.Number + (nuint)i);
            else
                memory.Frames.TryAllocate(use, pfn, out pfn);
            entries[i] = new()
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
        foreach (ref Pte pte in region.EditEntries(address, count))
            memory.ReleasePage(pte);
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
