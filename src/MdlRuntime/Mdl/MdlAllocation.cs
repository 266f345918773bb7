namespace MdlRuntime;

/// <summary>Making, splitting and freeing MDL structures.</summary>
internal static class MdlAllocation
{
    /// <summary>Longest buffer that one MDL describes (MDL-074).</summary>
    private const uint LongestBuffer = 0xFFFF_F000;

    /// <summary>Bits of a partial MDL's own that survive rebuilding, and bits it takes from its source (MDL-122).</summary>
    private const MdlFlags Kept = MdlFlags.MDL_ALLOCATED_FIXED_SIZE | MdlFlags.MDL_PAGE_CONTENTS_INVARIANT;
    /// <summary>One of these makes an MDL a source.</summary>
    private const MdlFlags Described = MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL | MdlFlags.MDL_PARTIAL;
    private const MdlFlags Inherited = MdlFlags.MDL_IO_PAGE_READ | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL | MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_IO_SPACE;

    /// <summary>IoAllocateMdl; a fault plan knows it as <paramref name="routine"/>.</summary>
    public static Mdl? Allocate(nuint virtualAddress, uint length, bool secondaryBuffer, Irp? irp, string routine)
    {
        Processor processor = Processor.Current;
        if (length > LongestBuffer || processor.System.Faults.Strikes(routine))
            return null;

        int pages = (int)ADDRESS_AND_SIZE_TO_SPAN_PAGES(virtualAddress, length);
        Mdl? mdl = processor.System.Layer<MdlLayer>().Allocate(pages);
        if (mdl is null)
            return null;

        mdl.Initialize(virtualAddress, length, pages <= MdlLayer.FixedSizePages ? MdlFlags.MDL_ALLOCATED_FIXED_SIZE : default);
        if (processor.System.Verifier.IsOn)
        {
            mdl.Poison(pages);
            MdlChecks.RequireIrql(processor, mdl.Address, "IoAllocateMdl");
        }

        if (irp is not null || secondaryBuffer)
            Attach(mdl, secondaryBuffer, irp);
        processor.System.Trace("IoAllocateMdl", mdl, virtualAddress, length, mdl.Address);
        return mdl;
    }

    public static void Initialize(Mdl mdl, nuint baseVa, nuint length)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, "MmInitializeMdl");
        mdl.Initialize(baseVa, length, default);
    }

    /// <summary>MmCreateMdl.</summary>
    public static Mdl? Create(Mdl? mdl, nuint baseVa, nuint length)
    {
        const string routine = nameof(MemoryManager.MmCreateMdl);
        Processor processor = Processor.Current;
        if (mdl is null)
        {
            MdlChecks.RequireIrql(processor, 0, routine);
            if (!processor.System.Faults.Strikes(routine))
                mdl = processor.System.Layer<MdlLayer>().AllocateInPool(ADDRESS_AND_SIZE_TO_SPAN_PAGES(baseVa, length), isPageAllocation: false);
            if (mdl is null)
                return null;
        }

        Initialize(mdl, baseVa, length);
        processor.System.Trace(routine, mdl, baseVa, length);
        return mdl;
    }

    public static void Free(Mdl mdl)
    {
        Processor processor = Processor.Current;
        if (mdl is { IsFreed: true } && mdl.System == processor.System)
            StopFreedTwice(mdl);
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, "IoFreeMdl");
        if (mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED) || mdl.Views is not null)
            ReleaseMappings(processor, mdl);
        processor.System.Trace("IoFreeMdl", mdl, mdl.Address);
        if (mdl.Home is not null)
            mdl.Layer.Free(mdl);
        else
            FreeDriverMemory(processor, mdl);
    }

    public static void BuildPartial(Mdl sourceMdl, Mdl targetMdl, nuint virtualAddress, uint length)
    {
        Processor processor = Processor.Current;
        Mdl source = MdlChecks.Require(processor, sourceMdl, Mdl.StartVaOffset);
        Mdl target = MdlChecks.Require(processor, targetMdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, target.Address, "IoBuildPartialMdl");
        nuint displacement = virtualAddress - source.VirtualAddress;
        uint resolved = length != 0 ? length : (uint)(source.Length - displacement);
        if (displacement > source.Length || resolved > source.Length - displacement)
        {
            processor.System.BugCheck(BugCheckCode.INVALID_MDL_RANGE, source.Address, target.Address, virtualAddress, length,
                $"IoBuildPartialMdl: {length} bytes at {virtualAddress:X} are not inside the source's {source.Length} bytes at {source.VirtualAddress:X}.", "MDL1008");
        }

        int pages = (int)ADDRESS_AND_SIZE_TO_SPAN_PAGES(virtualAddress, resolved);
        if (pages > target.Capacity)
        {
            processor.System.BugCheck(BugCheckCode.TARGET_MDL_TOO_SMALL, 0, 0, 0, 0,
                $"IoBuildPartialMdl: the range touches {pages} pages, the target MDL has room for {target.Capacity}.", "MDL1006");
        }

        if (processor.System.Verifier.IsOn && !source.Has(Described))
        {
            MdlChecks.FlagViolation(source, MdlChecks.SourceNotLocked, Described, "MDL4009",
                "IoBuildPartialMdl: the source's pages are not locked (any more), so its frame numbers mean nothing.");
        }

        CheckTarget(target);
        int first = (int)((PAGE_ALIGN(virtualAddress) - source.BaseVa) >> PAGE_SHIFT);
        Span<nuint> frames = source.Pfns.Slice(first, pages);
        target.BaseVa = PAGE_ALIGN(virtualAddress);
        target.Offset = BYTE_OFFSET(virtualAddress);
        target.Length = resolved;
        target.ChargedProcess = source.ChargedProcess;
        target.SystemVa = source.SystemVa + displacement;
        target.Flags = (target.Flags & Kept) | (source.Flags & Inherited) | MdlFlags.MDL_PARTIAL;
        target.Mapping = default;
        target.Source = source;
        frames.CopyTo(target.Pfns);
        target.StorePfns();
        processor.System.Trace("IoBuildPartialMdl", target, source.Address, virtualAddress, resolved);
    }

    private static void Attach(Mdl mdl, bool secondaryBuffer, Irp? irp)
    {
        Mdl? head = irp?.MdlAddress;
        if (secondaryBuffer && head is null)
        {
            MdlChecks.Violation(mdl, MdlChecks.SecondaryWithoutChain, mdl.Address, (ulong)mdl.Flags, 0, "MDL5006",
                irp is null ? "IoAllocateMdl: SecondaryBuffer is TRUE, but there is no IRP." : "IoAllocateMdl: SecondaryBuffer is TRUE, but the IRP has no MDL yet.");
        }

        if (irp is null)
            return;
        if (!secondaryBuffer || head is null)
        {
            irp.MdlAddress = mdl;
            return;
        }

        Mdl last = head;
        foreach (Mdl link in new ChainWalk(head))
            last = link;
        last.Next = mdl;
    }

    private static void StopFreedTwice(Mdl mdl)
    {
        // 0x07: the block is free already.
        mdl.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x07, 0, 0, mdl.Address,
            $"IoFreeMdl was called twice for the MDL at {mdl.Address:X16}.", "MDL3005");
    }

    /// <summary>A partial MDL's own mapping is released; any other that is still there is lost with the structure that knows its address (D6).</summary>
    private static void ReleaseMappings(Processor processor, Mdl mdl)
    {
        MdlMapping.PrepareForReuse(processor, mdl);
        if (mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA) && !mdl.Has(MdlFlags.MDL_PARTIAL))
        {
            MdlChecks.FlagViolation(mdl, 0xB8, default, "MDL3006",
                $"IoFreeMdl: the MDL is still mapped at {mdl.SystemVa:X16}; unlock or unmap it first.");
        }

        if (mdl.Views is { Count: > 0 } views && views.Exists(view => view.Exists))
            MdlChecks.FlagViolation(mdl, 0xB8, default, "MDL3006", "IoFreeMdl: the MDL is still mapped into a user process.");
    }

    /// <summary>The memory of a driver's own MDL is returned only if it is a pool block and not marked as one of the fixed size (MDL-100).</summary>
    private static void FreeDriverMemory(Processor processor, Mdl mdl)
    {
        MdlChecks.Violation(mdl, 0x10, mdl.Address, 0, 0, mdl.IsPageAllocation ? "MDL3016" : "MDL3005", "IoFreeMdl: IoAllocateMdl did not make this MDL; the driver frees its own memory.");
        if (mdl.Has(MdlFlags.MDL_ALLOCATED_FIXED_SIZE) || !processor.Memory.NonPagedPool.Free(mdl.Address))
        {
            processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x46, mdl.Address, 0, 0,
                $"IoFreeMdl: no allocation of the MDL lookaside list or of pool starts at {mdl.Address:X16}.", "MDL3005");
        }
    }

    private static void CheckTarget(Mdl target)
    {
        if (target.Has(MdlFlags.MDL_PAGES_LOCKED))
        {
            MdlChecks.FlagViolation(target, MdlChecks.RebuildOverResources, MdlFlags.MDL_PAGES_LOCKED, "MDL3003",
                "IoBuildPartialMdl: the target MDL has locked pages; rebuilding it loses the lock.");
        }

        if (target.Has(MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED) || target.Mapping.Exists)
        {
            MdlChecks.FlagViolation(target, MdlChecks.RebuildOverResources, target.Flags & (MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED | MdlFlags.MDL_MAPPED_TO_SYSTEM_VA), "MDL3008",
                "IoBuildPartialMdl: the target MDL still owns a system mapping; call MmPrepareMdlForReuse first.");
        }
    }
}
