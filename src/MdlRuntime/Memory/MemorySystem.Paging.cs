namespace MdlRuntime;

internal sealed partial class MemorySystem
{
    public PageFile PageFile { get; }

    /// <summary>Moves a page out of its frame, which becomes free; false when it is not in one or must stay there.</summary>
    public bool TryPageOut(ref Pte pte)
    {
        const PteFlags movable = PteFlags.Committed | PteFlags.Resident | PteFlags.Pageable;
        if ((pte.Flags & (movable | PteFlags.View)) != movable || Frames[pte.Pfn].LockCount > 0)
            return false;

        Pfn frame = pte.Pfn;
        pte.Pfn = new((nuint)PageFile.Store(frame));
        pte.Flags &= ~PteFlags.Resident;
        Frames.RemoveOwner(frame);
        return true;
    }

    /// <summary>Brings a page that <see cref="TryPageOut"/> moved into a frame other than its last one, as long as there is another.</summary>
    public PageIn TryPageIn(ref Pte pte, FrameUse use)
    {
        int slot = (int)pte.Pfn.Number;
        if (PageFile.IsDamaged(slot))
            return PageIn.ReadError;
        if (!Frames.TryAllocate(use, Pfn.None, out Pfn frame))
            return PageIn.NoFrame;
        if (frame == PageFile.LastFrame(slot) && Frames.TryAllocate(use, Pfn.None, out Pfn other))
        {
            Frames.RemoveOwner(frame);
            frame = other;
        }

        PageFile.Load(slot, frame);
        pte.Pfn = frame;
        pte.Flags |= PteFlags.Resident;
        return PageIn.Done;
    }

    /// <summary>Whether a committed page of pool is in memory now, brought in if it was not.</summary>
    public bool TryMakeResident(SystemRegion region, nuint address, FrameUse use) =>
        region[address].Has(PteFlags.Resident) || TryPageIn(ref region.EditEntries(address, 1)[0], use) == PageIn.Done;

    /// <summary>Gives back what a page owns: its frame, or its place in the page file.</summary>
    public void ReleasePage(in Pte pte)
    {
        if (pte.Has(PteFlags.Resident))
            Frames.RemoveOwner(pte.Pfn);
        else if (pte.Has(PteFlags.Committed))
            PageFile.Release((int)pte.Pfn.Number);
    }

    /// <summary>Moves every unlocked page of paged pool out of memory; how many they were.</summary>
    public int TrimPagedPool()
    {
        int count = 0;
        foreach (ref Pte pte in PagedRegion.EditEntries(PagedRegion.Base, PagedRegion.PageCount))
            count += TryPageOut(ref pte) ? 1 : 0;
        return count;
    }
}
