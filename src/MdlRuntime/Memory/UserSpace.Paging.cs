using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>Pages that leave memory and come back, and pages that several processes show.</summary>
internal sealed partial class UserSpace
{
    /// <summary>What stands behind the entries that carry <see cref="PteFlags.Shared"/>, by page address.</summary>
    private readonly Dictionary<nuint, SharedPage> _shared = [];

    /// <summary>Takes every page that may go out of the working set; how many they were.</summary>
    public int Trim()
    {
        int count = 0;
        for (int i = 0; i < _regions.Count; i++)
        {
            UserRegion region = _regions.Values[i];
            for (nuint address = region.Base; address < region.End; address += PAGE_SIZE)
            {
                if (Unsafe.IsNullRef(in Find(address)))
                    address = LastPageOfTable(address);
                else
                    count += TryPageOut(address) ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>Takes one page out of the working set; false when it is not in it or must stay.</summary>
    public bool TryPageOut(nuint address)
    {
        ref Pte pte = ref Edit(address);
        if (Unsafe.IsNullRef(ref pte))
            return false;
        if (!pte.Has(PteFlags.Shared))
            return memory.TryPageOut(ref pte);
        if (!pte.Has(PteFlags.Resident) || memory.Frames[pte.Pfn].LockCount > 0)
            return false;

        LeaveView(_shared[address], ref pte);
        return true;
    }

    /// <summary>Brings a page that is not resident into the working set.</summary>
    public PageIn PageIn(nuint address)
    {
        ref Pte pte = ref Edit(address);
        if (!pte.Has(PteFlags.Shared))
            return memory.TryPageIn(ref pte, FrameUse.Process);

        SharedPage page = _shared[address];
        PageIn result = page.Home.Has(PteFlags.Resident) ? MdlRuntime.PageIn.Done : memory.TryPageIn(ref page.Home, FrameUse.Process);
        if (result != MdlRuntime.PageIn.Done)
            return result;

        page.ResidentViews++;
        pte.Pfn = page.Home.Pfn;
        pte.Flags |= PteFlags.Resident;
        return result;
    }

    /// <summary>Makes the medium refuse a page from its next page-in on; false when the page cannot leave memory now.</summary>
    public bool TryDamage(nuint address)
    {
        TryPageOut(address);
        ref Pte pte = ref Edit(address);
        ref Pte home = ref pte.Has(PteFlags.Shared) ? ref _shared[address].Home : ref pte;
        if (home.Has(PteFlags.Resident))
            return false;

        memory.PageFile.Damage((int)home.Pfn.Number);
        return true;
    }

    /// <summary>Gives a resident copy-on-write page a frame of its own; false when none is free.</summary>
    public bool TryMakePrivate(nuint address)
    {
        if (!memory.Frames.TryAllocate(FrameUse.Process, Pfn.None, out Pfn copy))
            return false;

        ref Pte pte = ref Edit(address);
        memory.Arena.Frame(pte.Pfn).CopyTo(memory.Arena.Frame(copy));
        Pte mine = pte;
        Release(address, ref pte);
        mine.Pfn = copy;
        mine.Flags = (mine.Flags & ~(PteFlags.CopyOnWrite | PteFlags.Shared)) | PteFlags.Writable;
        pte = mine;
        return true;
    }

    /// <summary>Clears an entry and gives back what it owned.</summary>
    private void Release(nuint address, ref Pte pte)
    {
        if (pte.Has(PteFlags.Shared))
            Leave(address, ref pte);
        else if (!pte.Has(PteFlags.View))
            memory.ReleasePage(pte);
        pte = default;
    }

    private void Leave(nuint address, ref Pte pte)
    {
        _shared.Remove(address, out SharedPage? page);
        if (pte.Has(PteFlags.Resident))
            page!.ResidentViews--;
        if (--page!.References == 0)
            memory.ReleasePage(page.Home);
    }

    private void LeaveView(SharedPage page, ref Pte pte)
    {
        pte.Flags &= ~PteFlags.Resident;
        pte.Pfn = default;
        if (--page.ResidentViews == 0)
            memory.TryPageOut(ref page.Home);
    }

    /// <summary>The shared page behind a committed one, which becomes shared if it was not.</summary>
    private SharedPage MakeShared(nuint address)
    {
        if (_shared.TryGetValue(address, out SharedPage? page))
            return page;

        ref Pte pte = ref Edit(address);
        page = new(pte);
        _shared.Add(address, page);
        pte.Flags |= PteFlags.Shared;
        return page;
    }
}
