using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>Mapping the frames of an MDL into system space, and releasing that mapping.</summary>
internal static class MdlMapping
{
    private const string Unmap = nameof(MemoryManager.MmUnmapLockedPages);

    public const MdlFlags Mappable = MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_PARTIAL;

    /// <summary>What unmapping clears.</summary>
    public const MdlFlags MappedFlags = MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED | MdlFlags.MDL_FREE_EXTRA_PTES;

    private const MdlFlags OwnMapping = MdlFlags.MDL_PARTIAL | MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED;
    private const MdlFlags Unmappable = MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL | MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED;

    /// <summary>Kernel-mode mapping for a caller that has checked the IRQL; 0 when no PTEs are left for the priority.</summary>
    public static nuint MapSystem(Processor processor, Mdl mdl, MemoryCachingType cacheType, bool bugCheckOnFailure, MmPagePriority priority)
    {
        if (mdl.Has(Unmappable) || !mdl.Has(Mappable) || mdl.Length == 0 || processor.System.Verifier.IsOn)
            CheckMappable(processor, mdl);
        Span<nuint> pfns = mdl.Pfns;
        int guards = (priority & MmPagePriority.MdlMappingWithGuardPtes) != 0 ? 1 : 0;
        SystemRegion region = processor.Memory.SystemPtes;
        int reserve = pfns.Length + 2 * guards;
        if (pfns.Length == 0 || region.FreePages - reserve < KeptFree(region, priority) || !region.TryReserve(reserve, out nuint address))
            return Fail(processor, mdl, KProcessorMode.KernelMode, bugCheckOnFailure);

        address += (nuint)guards << PAGE_SHIFT;
        PteFlags protection = (priority & MmPagePriority.MdlMappingNoWrite) == 0 ? PteFlags.Writable : 0;
        if ((priority & MmPagePriority.MdlMappingNoExecute) == 0)
            protection |= PteFlags.Executable;
        processor.Memory.Frames.FillView(region.EditEntries(address, pfns.Length), pfns, protection, cacheType);

        mdl.Mapping = new(address, pfns.Length, guards, pfns[0], mdl.BaseVa);
        mdl.SystemVa = address + mdl.Offset;
        mdl.Flags |= MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | (mdl.Has(MdlFlags.MDL_PARTIAL) ? MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED : 0);
        if (processor.System.Verifier.IsOn && mdl.Has(MdlFlags.MDL_PARTIAL))
            mdl.Layer.MappedPartials.Add(mdl);
        processor.System.Trace("MmMapLockedPagesSpecifyCache", mdl, mdl.SystemVa, (ulong)pfns.Length, (ulong)KProcessorMode.KernelMode);
        return mdl.SystemVa;
    }

    /// <summary>What a mapping that lacks resources leads to.</summary>
    public static nuint Fail(Processor processor, Mdl mdl, KProcessorMode accessMode, bool bugCheckOnFailure)
    {
        if (accessMode == KProcessorMode.UserMode)
            throw new NtStatusException(NtStatus.STATUS_INSUFFICIENT_RESOURCES, "no resources are left for a user mapping") { RuleId = "MDL3002" };
        if (bugCheckOnFailure && !mdl.Has(MdlFlags.MDL_MAPPING_CAN_FAIL))
            StopWithoutPtes(processor, mdl.PageCount);
        return 0;
    }

    /// <summary>MmUnmapLockedPages of a system address, for a caller that has checked the IRQL.</summary>
    public static void UnmapSystem(Processor processor, Mdl mdl, nuint address)
    {
        const MdlFlags mapped = MdlFlags.MDL_MAPPED_TO_SYSTEM_VA;
        if ((mdl.Flags & OwnMapping) == MdlFlags.MDL_PARTIAL)
        {
            MdlChecks.FlagViolation(mdl, 0xB5, MdlFlags.MDL_PARTIAL, "MDL3005",
                "MmUnmapLockedPages: a partial MDL without a mapping of its own was to be unmapped; use MmPrepareMdlForReuse.");
        }
        else if (!mdl.Has(mapped))
        {
            MdlChecks.FlagViolation(mdl, 0xB6, mapped, "MDL3015", "MmUnmapLockedPages: the MDL is not mapped to a system address.");
        }

        if (processor.System.Verifier.IsOn)
            CheckTracked(mdl, address);
        if (!mdl.Mapping.Exists || PAGE_ALIGN(address) != mdl.Mapping.Base)
            StopBadRelease(processor, mdl, address);

        ReleaseSystem(processor, mdl);
    }

    /// <summary>Returns the PTEs of the MDL's own system mapping.</summary>
    public static void ReleaseSystem(Processor processor, Mdl mdl)
    {
        SystemMapping mapping = mdl.Mapping;
        processor.Memory.SystemPtes.Release(mapping.ReservedBase, mapping.ReservedPages);
        mdl.Mapping = default;
        if (processor.System.Verifier.IsOn && mdl.Has(MdlFlags.MDL_PARTIAL))
            mdl.Layer.MappedPartials.Remove(mdl);
        mdl.Flags &= ~MappedFlags;
        processor.System.Trace("MmUnmapLockedPages", mdl, mapping.Base, (ulong)mapping.Pages, (ulong)KProcessorMode.KernelMode);
    }

    /// <summary>MmPrepareMdlForReuse with its checks.</summary>
    public static void Prepare(Mdl mdl)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, "MmPrepareMdlForReuse");
        if ((mdl.Flags & OwnMapping) == MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED)
        {
            MdlChecks.FlagViolation(mdl, MdlChecks.OwnMappingWithoutPartial, MdlFlags.MDL_PARTIAL, "MDL3005",
                "MmPrepareMdlForReuse: only a partial MDL can have a mapping of its own that goes away with it.");
        }

        PrepareForReuse(processor, mdl);
        if (mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA) && !mdl.Has(MdlFlags.MDL_PARTIAL))
        {
            MdlChecks.FlagViolation(mdl, MdlChecks.ReuseWhileMapped, MdlFlags.MDL_MAPPED_TO_SYSTEM_VA, "MDL3015",
                "MmPrepareMdlForReuse does not release the mapping of an MDL that is not partial; use MmUnmapLockedPages or MmUnlockPages.");
        }
    }

    /// <summary>Releases what a partial MDL owns, and nothing else.</summary>
    public static void PrepareForReuse(Processor processor, Mdl mdl)
    {
        if (mdl.Has(MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED))
            UnmapSystem(processor, mdl, mdl.SystemVa);
    }

    /// <summary>Reports an MDL that must not get a system address of its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CheckMappable(Processor processor, Mdl mdl)
    {
        if (mdl.Has(Unmappable))
        {
            MdlChecks.FlagViolation(mdl, 0xB2, mdl.Flags & Unmappable, "MDL3014",
                $"The MDL has a system address already ({mdl.Flags}); use MmGetSystemAddressForMdlSafe when unsure.");
        }

        CheckFrames(processor, mdl, Mappable);
    }

    /// <summary>PTE tracking knows no mapping of the MDL at an address.</summary>
    public static void ReportNotMapped(Mdl mdl, nuint address, string routine, string what) =>
        Misuse(mdl, 6, mdl.Address, address, (ulong)mdl.PageCount, what, routine);

    /// <summary>Reports frames that a mapping must not show, before anything is mapped.</summary>
    public static void CheckFrames(Processor processor, Mdl mdl, MdlFlags required)
    {
        if (!mdl.Has(required))
        {
            MdlChecks.FlagViolation(mdl, 0xB3, required, "MDL3014", "The pages of the MDL are not locked; lock them before mapping.");
        }

        if (mdl.Length == 0)
            MdlChecks.Violation(mdl, MdlChecks.ZeroLength, mdl.Address, (ulong)mdl.Flags, 0, "MDL2001", "An MDL of zero bytes was to be mapped.");
        if (!processor.System.Verifier.IsOn)
            return;

        Span<nuint> pfns = mdl.Pfns;
        for (int i = 0; i < pfns.Length; i++)
        {
            Pfn pfn = new(pfns[i]);
            if (!processor.Memory.Frames.Contains(pfn))
            {
                if (!mdl.Has(MdlFlags.MDL_IO_SPACE))
                {
                    MdlChecks.Violation(mdl, 0x89, mdl.Address, mdl.Address + Mdl.HeaderSize + 8 * (ulong)i, pfn.Number, "MDL4009",
                        $"Entry {i} of the MDL names frame {pfn}, which is not memory.");
                }
            }
            else if (!processor.Memory.Frames.IsPinned(pfn))
            {
                MdlChecks.Violation(mdl, 0x85, mdl.Address, (ulong)pfns.Length, pfn.Number,
                    mdl.Has(MdlFlags.MDL_PARTIAL) ? "MDL3007" : "MDL4009", $"Frame {pfn} of the MDL is not locked (any more).");
                return;
            }
        }
    }

    /// <summary>System PTEs that a request of lower priority leaves to others (MDL-066); none on a machine with very few.</summary>
    private static int KeptFree(SystemRegion region, MmPagePriority priority) => ((uint)priority & 0xFF) switch
    {
        < (uint)MmPagePriority.NormalPagePriority => region.PageCount / 16,
        < (uint)MmPagePriority.HighPagePriority => region.PageCount / 64,
        _ => 0,
    };

    /// <summary>PTE tracking: the request must fit the mapping that was made (MDL-236).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckTracked(Mdl mdl, nuint address)
    {
        ref readonly SystemMapping mapping = ref mdl.Mapping;
        int pages = mdl.PageCount;
        if (!mapping.Exists)
            ReportNotMapped(mdl, address, Unmap, "the MDL has no mapping that MmMapLockedPages or a related routine made");
        else if (address != mapping.Base + mdl.Offset)
            Misuse(mdl, 3, mdl.Address, mapping.Base + mdl.Offset, address, "the address is not the one that mapping returned");
        else if (pages != mapping.Pages)
            Misuse(mdl, 2, mdl.Address, (ulong)mapping.Pages, (ulong)pages, "the number of pages has changed since mapping");
        else if (mdl.Pfns[0] != mapping.FirstPfn)
            Misuse(mdl, 4, mdl.Address, mapping.FirstPfn, mdl.Pfns[0], "the first frame of the MDL has changed since mapping");
        else if (mdl.BaseVa != mapping.StartVa)
            Misuse(mdl, 5, mdl.Address, mapping.StartVa, mdl.BaseVa, "StartVa has changed since mapping");
    }

    private static void Misuse(Mdl mdl, uint kind, ulong parameter2, ulong parameter3, ulong parameter4, string what, string routine = Unmap) =>
        mdl.System.Verifier.Report(new(BugCheckCode.SYSTEM_PTE_MISUSE, kind, parameter2, parameter3, parameter4, "MDL3015", $"{routine}: {what}."));

    /// <summary>What releasing page-table entries that are not the MDL's own mapping leads to (MDL-544).</summary>
    private static void StopBadRelease(Processor processor, Mdl mdl, nuint address)
    {
        ReservedMappings.RefuseOrdinaryRelease(processor, mdl, Unmap);
        SystemMapping mapping = mdl.Mapping;
        ulong pages = (ulong)mdl.PageCount;
        (uint kind, string what) =
            pages == 0 ? (0x300u, "the MDL describes no pages")
            : mapping.Exists && address - mapping.Base < (nuint)mapping.Pages << PAGE_SHIFT ? (0x304u, "the address lies in the middle of the mapping")
            : !processor.Memory.SystemPtes.Contains(address)
                && processor.Memory.Translate(user: null, address, MemoryAccess.Read, out _) == PageFault.None ? (0x303u, "the address is no mapping at all")
            : (0x302u, "the MDL is not mapped there");
        processor.System.BugCheck(BugCheckCode.SYSTEM_PTE_MISUSE, kind, address, kind == 0x300 ? 0 : pages, 0,
            $"MmUnmapLockedPages of {address:X16} for the MDL at {mdl.Address:X16}: {what}.", "MDL3015");
    }

    /// <summary>0x3F; with PTE tracking, which a verified machine has, 0xD8.</summary>
    private static void StopWithoutPtes(Processor processor, int pages)
    {
        SystemRegion region = processor.Memory.SystemPtes;
        ulong free = (ulong)region.FreePages, total = (ulong)region.PageCount;
        string explanation = $"No system PTEs are left for {pages} pages, and the caller did not accept failure.";
        if (processor.System.Verifier.IsOn)
            processor.System.BugCheck(BugCheckCode.DRIVER_USED_EXCESSIVE_PTES, 0, total - free, free, total, explanation, "MDL2006");
        processor.System.BugCheck(BugCheckCode.NO_MORE_SYSTEM_PTES, 0, (ulong)pages, free, total, explanation, "MDL2006");
    }
}
