using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>Reserving, committing and protecting pages.</summary>
internal sealed partial class UserSpace
{
    private const PteFlags Protections =
        PteFlags.Writable | PteFlags.Executable | PteFlags.NoAccess | PteFlags.Guard | PteFlags.CopyOnWrite;

    /// <summary>Commits zeroed pages in a new region; false when no address range or no frame is left, and then nothing is changed.</summary>
    public bool TryAllocate(nuint pages, PteFlags protection, out nuint address)
    {
        address = 0;
        if (pages > (nuint)memory.Frames.FreeCount || !TryReserve(pages, out address))
            return false;

        return TryCommit(address, pages, protection);
    }

    /// <summary>Takes addresses without pages, where the system likes.</summary>
    public bool TryReserve(nuint pages, out nuint address)
    {
        if (!TryFindRange(pages, out address))
            return false;

        Add(new(address, pages, UserRegionKind.Private));
        return true;
    }

    /// <summary>Takes addresses without pages at a given place; false when something is there.</summary>
    public bool TryReserveAt(nuint address, nuint pages)
    {
        if (Overlaps(address, pages))
            return false;

        _regions.Add(address, new(address, pages, UserRegionKind.Private));
        return true;
    }

    /// <summary>The region that the pages from <paramref name="address"/> on lie in; null when they lie in none, or not wholly in one.</summary>
    public UserRegion? RegionAround(nuint address, nuint pages)
    {
        int index = FirstRegionEndingAfter(address);
        if (index == _regions.Count)
            return null;

        UserRegion region = _regions.Values[index];
        return region.Base <= address && pages <= (region.End - address) >> PAGE_SHIFT ? region : null;
    }

    /// <summary>
    /// Gives pages of a region zeroed frames; those that have contents keep them and get the protection. False when there are too few free
    /// frames, and then nothing is changed.
    /// </summary>
    public bool TryCommit(nuint address, nuint pages, PteFlags protection)
    {
        nuint end = address + (pages << PAGE_SHIFT);
        nuint missing = 0;
        for (nuint at = address; at < end; at += PAGE_SIZE)
        {
            missing += (FlagsOf(at) & PteFlags.Committed) == 0 ? 1u : 0u;
            if (missing > (nuint)memory.Frames.FreeCount)
                return false;
        }

        Pfn neighbour = Pfn.None;
        for (nuint at = address; at < end; at += PAGE_SIZE)
        {
            ref Pte pte = ref Ensure(at);
            if (pte.Has(PteFlags.Committed))
            {
                Protect(at, protection);
                continue;
            }

            memory.Frames.TryAllocate(FrameUse.Process, neighbour, out Pfn pfn);
            memory.Arena.Zero(pfn);
            pte = new()
            {
                Pfn = pfn,
                Flags = protection | PteFlags.Committed | PteFlags.Resident | PteFlags.Pageable,
                CacheType = MemoryCachingType.MmCached,
            };
            neighbour = pfn;
        }

        return true;
    }

    /// <summary>Takes the pages away and keeps the addresses reserved.</summary>
    public void Decommit(nuint address, nuint pages)
    {
        for (nuint at = address, end = address + (pages << PAGE_SHIFT); at < end; at += PAGE_SIZE)
        {
            ref Pte pte = ref Edit(at);
            if (Unsafe.IsNullRef(ref pte))
                at = LastPageOfTable(at);
            else
                Release(at, ref pte);
        }
    }

    /// <summary>Changes what a committed page permits. A write-copy page that is still shared stays one where writing is asked for.</summary>
    public void Protect(nuint address, PteFlags protection)
    {
        ref Pte pte = ref Edit(address);
        bool isViewOfCopies = pte.Has(PteFlags.Shared) && RegionAround(address, 1)!.Kind == UserRegionKind.WriteCopyView;
        if (isViewOfCopies && (protection & PteFlags.Writable) != 0)
            protection = (protection & ~PteFlags.Writable) | PteFlags.CopyOnWrite;
        pte.Flags = (pte.Flags & ~Protections) | protection;
    }

    /// <summary>Shows committed pages of another process in a new region; false when there are no addresses left.</summary>
    public bool TryShare(UserSpace owner, nuint ownerAddress, nuint pages, bool copyOnWrite, out nuint address)
    {
        if (!TryFindRange(pages, out address))
            return false;

        for (nuint i = 0; i < pages; i++)
        {
            nuint theirs = ownerAddress + (i << PAGE_SHIFT), ours = address + (i << PAGE_SHIFT);
            SharedPage page = owner.MakeShared(theirs);
            PteFlags protection = owner.FlagsOf(theirs) & Protections & ~PteFlags.Guard;
            if (copyOnWrite)
                protection = (protection & ~PteFlags.Writable) | PteFlags.CopyOnWrite;
            page.References++;
            _shared.Add(ours, page);
            // Not resident here yet: the first touch finds the page where it is.
            Ensure(ours) = new()
            {
                Flags = protection | PteFlags.Committed | PteFlags.Pageable | PteFlags.Shared,
                CacheType = MemoryCachingType.MmCached,
            };
        }

        Add(new(address, pages, copyOnWrite ? UserRegionKind.WriteCopyView : UserRegionKind.SharedView));
        return true;
    }
}
