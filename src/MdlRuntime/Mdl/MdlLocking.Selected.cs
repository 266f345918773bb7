namespace MdlRuntime;

/// <summary>Pinning pages that do not follow each other in any address space.</summary>
internal static partial class MdlLocking
{
    /// <summary>MmProbeAndLockSelectedPages.</summary>
    public static void ProbeAndLockSelected(Mdl mdl, ReadOnlySpan<FileSegmentElement> segmentArray, KProcessorMode accessMode, LockOperation operation)
    {
        const string routine = nameof(MemoryManager.MmProbeAndLockSelectedPages);
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        if (processor.Irql > Kirql.APC_LEVEL)
        {
            // 0x20019: a routine limited to APC_LEVEL was called at DISPATCH_LEVEL (MDL-517).
            ReportIrql(mdl, processor.Irql > Kirql.DISPATCH_LEVEL ? 0x72u : 0x20019u, processor.Process.Address, routine);
        }

        if (processor.System.Faults.Strikes(routine))
            RaiseShortage(routine);
        LockSelected(processor, mdl, segmentArray, accessMode, operation);
    }

    private static void LockSelected(
        Processor processor, Mdl mdl, ReadOnlySpan<FileSegmentElement> segmentArray, KProcessorMode accessMode, LockOperation operation)
    {
        RequireLockable(mdl, operation, subcode: 0xB0);
        Span<nuint> pfns = mdl.Pfns;
        if (pfns.Length > 0)
            pfns[0] = EndOfList;
        RequireBytes(mdl);
        if (segmentArray.Length < pfns.Length)
            throw new ArgumentException($"the MDL describes {pfns.Length} pages, but {segmentArray.Length} addresses are given", nameof(segmentArray));

        ReadOnlySpan<FileSegmentElement> segments = segmentArray[..pfns.Length];
        foreach (FileSegmentElement segment in segments)
        {
            if (BYTE_OFFSET(segment.Buffer) != 0)
                throw new ArgumentException($"{segment.Buffer:X16} is not the address of a page", nameof(segmentArray));
            RequireRange(segment.Buffer, PAGE_SIZE, accessMode);
        }

        bool hasUserPage = false;
        foreach (FileSegmentElement segment in segments)
            hasUserPage |= !MemorySystem.IsSystemAddress(segment.Buffer);
        EProcess? charged = hasUserPage ? processor.Process : null;
        RequireQuota(charged, pfns.Length);
        MemoryAccess access = operation == LockOperation.IoReadAccess ? MemoryAccess.Read : MemoryAccess.Write;
        MdlFlags entryFlags = mdl.Flags;
        int locked = 0;
        try
        {
            for (; locked < pfns.Length; locked++)
                pfns[locked] = LockPage(processor, mdl, segments[locked].Buffer, access).Number;
        }
        catch
        {
            RollBack(processor, mdl, pfns, locked, entryFlags);
            throw;
        }

        MdlFlags write = access == MemoryAccess.Write ? MdlFlags.MDL_WRITE_OPERATION : 0;
        Finish(processor, mdl, charged, write, operation, nameof(MemoryManager.MmProbeAndLockSelectedPages));
    }
}
