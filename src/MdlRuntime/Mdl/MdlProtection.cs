namespace MdlRuntime;

/// <summary>System mappings with a protection of the caller's choice.</summary>
internal static class MdlProtection
{
    public static NtStatus Protect(Mdl mdl, PageProtection newProtect)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, nameof(MemoryManager.MmProtectMdlSystemAddress));
        if (!mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA))
            return NtStatus.STATUS_NOT_MAPPED_VIEW;
        if (!IsAllowed(newProtect))
            return NtStatus.STATUS_INVALID_PAGE_PROTECTION;
        if (mdl.Has(MdlFlags.MDL_PARTIAL) && !mdl.Has(MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED))
        {
            MdlChecks.FlagViolation(mdl, MdlChecks.ProtectShared, MdlFlags.MDL_PARTIAL, "MDL3005",
                "MmProtectMdlSystemAddress: the partial MDL shares its source's mapping; protecting it changes the source's.");
        }

        Span<Pte> entries = Entries(processor, mdl);
        Apply(entries, newProtect);
        processor.System.Trace(nameof(MemoryManager.MmProtectMdlSystemAddress), mdl, mdl.SystemVa, (ulong)entries.Length, (ulong)newProtect);
        return NtStatus.STATUS_SUCCESS;
    }

    public static NtStatus MapDuring(Mdl mdl, PageProtection protection, MmMdlRoutine driverRoutine, object? driverContext)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        ArgumentNullException.ThrowIfNull(driverRoutine);
        MdlChecks.RequireIrql(processor, mdl.Address, nameof(MemoryManager.MmMapMdl));
        if (mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL))
        {
            driverRoutine(driverContext, mdl.SystemVa);
            return NtStatus.STATUS_SUCCESS;
        }

        if (!IsAllowed(protection))
            return NtStatus.STATUS_INVALID_PAGE_PROTECTION;
        if (processor.System.Faults.Strikes(nameof(MemoryManager.MmMapMdl))
            || MdlMapping.MapSystem(processor, mdl, MemoryCachingType.MmCached, bugCheckOnFailure: false, MmPagePriority.NormalPagePriority) == 0)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        SystemMapping mapping = mdl.Mapping;
        Apply(Entries(processor, mdl), protection);
        try
        {
            driverRoutine(driverContext, mdl.SystemVa);
        }
        finally
        {
            // The routine may have unlocked the pages, and the mapping with them; on a halted machine nothing changes any more.
            if (!processor.System.IsHalted && mdl.Mapping == mapping)
                MdlMapping.ReleaseSystem(processor, mdl);
        }

        return NtStatus.STATUS_SUCCESS;
    }

    private static bool IsAllowed(PageProtection protection) => protection
        is PageProtection.PAGE_NOACCESS or PageProtection.PAGE_READONLY or PageProtection.PAGE_READWRITE
        or PageProtection.PAGE_EXECUTE or PageProtection.PAGE_EXECUTE_READ or PageProtection.PAGE_EXECUTE_READWRITE;

    /// <summary>The page-table entries behind MappedSystemVa; stops when they show nothing.</summary>
    private static Span<Pte> Entries(Processor processor, Mdl mdl)
    {
        const PteFlags shown = PteFlags.Resident | PteFlags.View;
        SystemRegion region = processor.Memory.SystemPtes;
        int pages = mdl.PageCount;
        bool isValid = region.Contains(mdl.SystemVa) && (nuint)pages <= region.PagesFrom(mdl.SystemVa);
        for (int i = 0; isValid && i < pages; i++)
            isValid = region[mdl.SystemVa + ((nuint)i << PAGE_SHIFT)].Has(shown);
        if (!isValid)
        {
            processor.System.BugCheck(BugCheckCode.MEMORY_MANAGEMENT, 0x1235, mdl.Address, mdl.SystemVa, 0,
                $"MmProtectMdlSystemAddress: {mdl.SystemVa:X16} is no mapping of the MDL at {mdl.Address:X16}.", "MDL3015");
        }

        return region.EditEntries(mdl.SystemVa, pages);
    }

    private static void Apply(Span<Pte> entries, PageProtection protection)
    {
        const PteFlags changed = PteFlags.Writable | PteFlags.Executable | PteFlags.NoAccess;
        PteFlags flags = PageProtections.ToPteFlags(protection);
        foreach (ref Pte pte in entries)
            pte.Flags = (pte.Flags & ~changed) | flags;
    }
}
