namespace MdlRuntime;

/// <summary>Moving the start of a locked MDL forward.</summary>
internal static class MdlAdvance
{
    private const MdlFlags NotAdvanced = MdlFlags.MDL_PARTIAL | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL;

    public static NtStatus Advance(Mdl mdl, uint numberOfBytes)
    {
        const string routine = nameof(MemoryManager.MmAdvanceMdl);
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.ByteCountOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, routine);
        if (!mdl.IsLocked || mdl.Has(NotAdvanced) || mdl.IsPageAllocation)
        {
            MdlChecks.FlagViolation(mdl, MdlChecks.AdvanceOfOther, mdl.Flags & NotAdvanced, "MDL3019",
                $"{routine}: only an MDL that MmProbeAndLockPages has locked can give up pages ({mdl.Flags}).");
        }

        if (numberOfBytes > mdl.Length)
            return NtStatus.STATUS_INVALID_PARAMETER_2;

        int before = mdl.PageCount;
        int passed = (int)((mdl.Offset + (ulong)numberOfBytes) >> PAGE_SHIFT);
        if (passed > 0)
            Release(processor, mdl, passed);
        nuint start = mdl.VirtualAddress + numberOfBytes;
        (mdl.BaseVa, mdl.Offset) = (PAGE_ALIGN(start), BYTE_OFFSET(start));
        mdl.Length -= numberOfBytes;
        mdl.StorePfns();
        if (mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA))
            AdvanceMapping(processor, mdl, numberOfBytes, passed);
        processor.System.Trace(routine, mdl, numberOfBytes, (ulong)(before - passed), (ulong)passed);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Unlocks the pages that are passed and moves the others to the front of the array.</summary>
    private static void Release(Processor processor, Mdl mdl, int passed)
    {
        Span<nuint> pfns = mdl.Pfns;
        Span<nuint> gone = pfns[..passed];
        if (mdl.ChargedProcess is { } process)
            process.LockedPages -= passed;
        if (mdl.Has(MdlFlags.MDL_IO_SPACE))
            mdl.Layer.IoSpaceLocks.Unlock(gone, processor.Memory.Frames.Count);
        int bad = processor.Memory.Frames.Unlock(gone);
        if (bad >= 0)
        {
            processor.System.BugCheck(BugCheckCode.PFN_LIST_CORRUPT, 0x07, gone[bad], 0, 0,
                $"MmAdvanceMdl: frame 0x{gone[bad]:X} of the MDL at {mdl.Address:X16} is not locked.", "MDL3005");
        }

        pfns[passed..].CopyTo(pfns);
        if (processor.System.Verifier.IsOn)
            mdl.Layer.Locks.Shrink(mdl.Address, passed);
    }

    /// <summary>Parks the PTEs of the pages that are passed: they fault from now on, and go back with the mapping (MDL-307).</summary>
    private static void AdvanceMapping(Processor processor, Mdl mdl, uint numberOfBytes, int passed)
    {
        mdl.SystemVa += numberOfBytes;
        SystemMapping mapping = mdl.Mapping;
        if (passed > 0 && !mapping.Exists)
            ReservedMappings.Advance(processor, mdl, passed);
        if (passed == 0 || mapping.Pages < passed)
            return;

        processor.Memory.SystemPtes.EditEntries(mapping.Base, passed).Clear();
        Span<nuint> pfns = mdl.Pfns;
        mdl.Mapping = mapping with
        {
            Base = mapping.Base + ((nuint)passed << PAGE_SHIFT),
            Pages = mapping.Pages - passed,
            FirstPfn = pfns.Length > 0 ? pfns[0] : 0,
            StartVa = mdl.BaseVa,
            ParkedPages = mapping.ParkedPages + passed,
        };
        mdl.Flags |= MdlFlags.MDL_FREE_EXTRA_PTES;
        mdl.EntryBehind = (nuint)mdl.Mapping.ParkedPages;
    }
}
