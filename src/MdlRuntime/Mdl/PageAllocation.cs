namespace MdlRuntime;

/// <summary>MDLs whose pages the memory manager picks itself: allocation from physical ranges, and freeing.</summary>
internal static class PageAllocation
{
    /// <summary>The preferred node of a caller that has no preference; this machine has one node, number 0.</summary>
    public const uint AnyNode = 0x8000_0000;

    /// <summary>What MmFreePagesFromMdl leaves in the array, so that a second call frees nothing (MDL-292).</summary>
    private static readonly nuint EndOfList = nuint.MaxValue;

    public static Mdl? Allocate(in PageRequest request, uint node = 0, bool perNode = false)
    {
        Processor processor = Processor.Current;
        CheckIrql(processor, request.Routine);
        if (processor.System.Faults.Strikes(request.Routine) || !request.IsPossible(perNode) || node is not (0 or AnyNode))
            return null;
        if (request.Has(MmAllocateFlags.MM_ALLOCATE_AND_HOT_REMOVE))
        {
            return processor.Irql > Kirql.PASSIVE_LEVEL ? null : throw new NotModelledException($"{request.Routine} with MM_ALLOCATE_AND_HOT_REMOVE");
        }

        // The system keeps no large pages ready, and a machine has so many frames as it has.
        FrameDatabase frames = processor.Memory.Frames;
        if (request.Has(MmAllocateFlags.MM_ALLOCATE_FAST_LARGE_PAGES) || request.AllOrNothing && request.Pages > frames.FreeCount)
            return null;

        MdlLayer layer = processor.System.Layer<MdlLayer>();
        Mdl? mdl = AllocateStructure(layer, request, (int)Math.Min(request.Pages, frames.FreeCount));
        if (mdl is null)
            return null;

        Span<nuint> pfns = mdl.Pfns;
        int found = Collect(frames, request, pfns);
        if (found == 0 || request.AllOrNothing && found < request.Pages)
        {
            foreach (nuint pfn in pfns[..found])
                frames.RemoveOwner(new(pfn));
            processor.Memory.NonPagedPool.Free(mdl.Address);
            return null;
        }

        mdl.Initialize(0, (nuint)found << PAGE_SHIFT, MdlFlags.MDL_PAGES_LOCKED);
        mdl.ChargedProcess = null;
        Prepare(processor, layer, request, pfns[..found]);
        processor.System.Trace(request.Routine, mdl, request.TotalBytes, (ulong)found, (ulong)request.Flags);
        return mdl;
    }

    public static void Free(Mdl mdl)
    {
        const string routine = nameof(MemoryManager.MmFreePagesFromMdl);
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        CheckIrql(processor, routine);
        Span<nuint> pfns = mdl.Pfns;
        if (mdl.Has(MdlFlags.MDL_PARTIAL) || pfns.Length > 0 && pfns[0] == EndOfList)
        {
            MdlChecks.FlagViolation(mdl, MdlChecks.PagesNotHeld, mdl.Flags & MdlFlags.MDL_PARTIAL, "MDL3016",
                $"{routine}: the MDL holds no allocated pages ({mdl.Flags}): freed already, or not from MmAllocatePagesForMdl.");
        }

        if (mdl.Views is { Count: > 0 } views && views.Exists(view => view.Exists))
        {
            MdlChecks.FlagViolation(mdl, MdlChecks.PagesInUserView, default, "MDL3016",
                $"{routine}: the pages are still mapped into a user process, which could go on using them.");
        }

        for (int i = 0; i < pfns.Length && pfns[i] != EndOfList; i++)
        {
            FreePage(processor, mdl, i, new(pfns[i]));
            pfns[i] = EndOfList;
        }

        mdl.StorePfns();
        if (mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA) && mdl.Mapping.Exists)
            MdlMapping.ReleaseSystem(processor, mdl);
        mdl.Flags &= ~MdlFlags.MDL_PAGES_LOCKED;
        processor.System.Trace(routine, mdl, (ulong)pfns.Length);
    }

    /// <summary>The driver frees the structure: its pages must be free by then, for nobody can find them any more.</summary>
    public static void CheckFreedStructure(Mdl mdl)
    {
        if (mdl.IsPageAllocation && mdl.IsLocked)
        {
            MdlChecks.FlagViolation(mdl, MdlChecks.PagesLost, MdlFlags.MDL_PAGES_LOCKED, "MDL3016",
                $"The MDL at {mdl.Address:X16} was freed, but not its pages; call MmFreePagesFromMdl first.");
        }
    }

    private static void FreePage(Processor processor, Mdl mdl, int index, Pfn pfn)
    {
        FrameDatabase frames = processor.Memory.Frames;
        if (!frames.Contains(pfn) || frames[pfn].Use != FrameUse.MdlPages || frames[pfn].OwnerCount == 0)
        {
            // 0x1236: the MDL has a page that is not locked or not valid.
            processor.System.BugCheck(BugCheckCode.MEMORY_MANAGEMENT, 0x1236, mdl.Address, mdl.Address + Mdl.HeaderSize + 8 * (ulong)index, pfn.Number,
                $"MmFreePagesFromMdl: frame {pfn}, entry {index} of the MDL, does not come from MmAllocatePagesForMdl.", "MDL3016");
        }

        if (frames[pfn].LockCount > 0)
        {
            // 0x9A: a page is freed while it is locked for I/O.
            processor.System.BugCheck(BugCheckCode.PFN_LIST_CORRUPT, 0x9A, pfn.Number, (ulong)frames[pfn].Use, (ulong)frames[pfn].LockCount,
                $"MmFreePagesFromMdl: frame {pfn} is still locked by another MDL.", "MDL3016");
        }

        frames.RemoveOwner(pfn);
    }

    private static void CheckIrql(Processor processor, string routine)
    {
        if (processor.Irql > Kirql.DISPATCH_LEVEL)
        {
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0x7E, (ulong)processor.Irql, (ulong)Kirql.DISPATCH_LEVEL, 0,
                "MDL6004", $"{routine} was called at IRQL {processor.Irql}."));
        }
    }

    /// <summary>The structure for so many pages, or for fewer when there is no room for it and the caller takes what there is.</summary>
    private static Mdl? AllocateStructure(MdlLayer layer, in PageRequest request, int pages)
    {
        for (; pages > 0; pages -= Math.Max(1, pages / 16))
        {
            if (layer.AllocateInPool((nuint)pages, isPageAllocation: true) is { } mdl)
            {
                mdl.Initialize(0, (nuint)pages << PAGE_SHIFT, default);
                return mdl;
            }

            if (request.AllOrNothing)
                return null;
        }

        return null;
    }

    private static int Collect(FrameDatabase frames, in PageRequest request, Span<nuint> pfns)
    {
        if (request.InChunks)
            return CollectChunks(frames, request, pfns);
        if (request.Has(MmAllocateFlags.MM_ALLOCATE_PREFER_CONTIGUOUS)
            && frames.TryAllocateContiguous((nuint)pfns.Length, request.Lowest, request.Highest, boundary: 0, FrameUse.MdlPages, out Pfn first))
        {
            Enter(pfns, first);
            return pfns.Length;
        }

        return request.IsWholeMemory(frames.Count) && !request.Has(MmAllocateFlags.MM_ALLOCATE_PREFER_CONTIGUOUS)
            ? CollectAnywhere(frames, pfns)
            : CollectWindows(frames, request, pfns);
    }

    private static int CollectAnywhere(FrameDatabase frames, Span<nuint> pfns)
    {
        Pfn pfn = Pfn.None;
        int found = 0;
        while (found < pfns.Length && frames.TryAllocate(FrameUse.MdlPages, pfn, out pfn))
            pfns[found++] = pfn.Number;
        return found;
    }

    /// <summary>The range from the lowest to the highest address, moved up by the skip distance until there are enough pages (MDL-277).</summary>
    private static int CollectWindows(FrameDatabase frames, in PageRequest request, Span<nuint> pfns)
    {
        bool adjacent = request.Has(MmAllocateFlags.MM_ALLOCATE_PREFER_CONTIGUOUS);
        int found = 0;
        nuint low = request.Lowest.Number, high = request.Highest.Number;
        while (low < frames.Count)
        {
            found += frames.AllocateBetween(new(low), new(high), FrameUse.MdlPages, adjacent, pfns[found..]);
            if (found == pfns.Length || request.SkipFrames == 0)
                break;
            (low, high) = (low + request.SkipFrames, high + request.SkipFrames);
        }

        return found;
    }

    /// <summary>Blocks of adjacent frames: one for everything, or blocks as long as the skip distance and aligned to it (MDL-282).</summary>
    private static int CollectChunks(FrameDatabase frames, in PageRequest request, Span<nuint> pfns)
    {
        int chunk = request.SkipBytes == 0 ? request.Pages : (int)request.SkipFrames;
        int found = 0;
        // A block that crosses no multiple of its own length is aligned to it.
        while (pfns.Length - found >= chunk
            && frames.TryAllocateContiguous((nuint)chunk, request.Lowest, request.Highest, request.SkipFrames, FrameUse.MdlPages, out Pfn first))
        {
            Enter(pfns.Slice(found, chunk), first);
            found += chunk;
        }

        return found;
    }

    private static void Enter(Span<nuint> pfns, Pfn first)
    {
        for (int i = 0; i < pfns.Length; i++)
            pfns[i] = first.Number + (nuint)i;
    }

    private static void Prepare(Processor processor, MdlLayer layer, in PageRequest request, Span<nuint> pfns)
    {
        bool keeps = request.Has(MmAllocateFlags.MM_DONT_ZERO_ALLOCATION);
        bool scrambles = keeps && processor.System.Verifier.IsOn;
        foreach (nuint number in pfns)
        {
            Pfn pfn = new(number);
            if (!keeps)
                processor.Memory.Arena.Zero(pfn);
            else if (scrambles)
                layer.Scramble(pfn);
            processor.Memory.Frames.SetCacheType(pfn, request.CacheType);
        }
    }
}
