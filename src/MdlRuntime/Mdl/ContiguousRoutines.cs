namespace MdlRuntime;

/// <summary>The routines for contiguous and uncached memory, with the checks of their documented interfaces.</summary>
internal static class ContiguousRoutines
{
    /// <summary>The old routines always made memory that could be executed (MDL-595).</summary>
    public const PteFlags OldProtection = PteFlags.Writable | PteFlags.Executable;

    public static nuint Allocate(in ContiguousRequest request)
    {
        Processor processor = Processor.Current;
        CheckIrql(processor, Kirql.DISPATCH_LEVEL, request.Routine);
        if (request.Boundary != 0 && !ulong.IsPow2(request.Boundary))
            throw new ArgumentOutOfRangeException("boundary", request.Boundary, "allowed: 0 and powers of two");
        if (!request.IsPossible || processor.System.Faults.Strikes(request.Routine))
            return 0;

        // Memory starts on a page boundary, so a boundary inside a page is kept by whatever is not longer than it.
        nuint address = processor.Memory.Contiguous.Allocate(request.Bytes, new(BYTES_TO_PAGES((nuint)request.Lowest)),
            new((nuint)(request.Highest >> PAGE_SHIFT)), (nuint)(request.Boundary >> PAGE_SHIFT), request.Protection, request.CacheType);
        return Finish(processor, request.Routine, address, request.Bytes);
    }

    /// <summary>The node routine: protection and caching in one value; 0 for a value that means neither.</summary>
    public static nuint AllocateOnNode(in ContiguousRequest request, PageProtection protect)
    {
        const PageProtection modifiers = PageProtection.PAGE_NOCACHE | PageProtection.PAGE_WRITECOMBINE;
        PageProtection protection = protect & ~modifiers;
        bool isKnown = protection is PageProtection.PAGE_READWRITE or PageProtection.PAGE_EXECUTE_READWRITE && (protect & modifiers) != modifiers;
        MemoryCachingType caching = isKnown ? CachingOf(protect) : MemoryCachingType.MmNotMapped;
        return Allocate(request with { Protection = isKnown ? PageProtections.ToPteFlags(protection) : default, CacheType = caching });
    }

    /// <summary>MmAllocateContiguousMemoryEx.</summary>
    public static NtStatus AllocateOnNode(
        in ContiguousRequest request, PageProtection protect, nuint partition, uint flags, ref nuint numberOfBytes, out nuint baseAddress)
    {
        _ = Processor.Current;
        baseAddress = 0;
        if (partition != 0)
            throw new NotModelledException($"{request.Routine} with a memory partition");
        if ((flags & ~MemoryManager.MM_ALLOCATE_CONTIGUOUS_MEMORY_FAST_ONLY) != 0)
            return NtStatus.STATUS_INVALID_PARAMETER;

        baseAddress = AllocateOnNode(request, protect);
        if (baseAddress == 0)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        numberOfBytes = ROUND_TO_PAGES(numberOfBytes);
        return NtStatus.STATUS_SUCCESS;
    }

    public static nuint AllocateNonCached(nuint bytes)
    {
        const string routine = nameof(MemoryManager.MmAllocateNonCachedMemory);
        Processor processor = Processor.Current;
        CheckIrql(processor, Kirql.APC_LEVEL, routine);
        if (bytes == 0 || processor.System.Faults.Strikes(routine))
            return 0;

        return Finish(processor, routine, processor.Memory.Contiguous.AllocateScattered(bytes, OldProtection, MemoryCachingType.MmNonCached), bytes);
    }

    public static void Free(nuint address, string routine) => Free(address, bytes: null, cacheType: null, routine, Kirql.DISPATCH_LEVEL);

    /// <summary>Frees a block; a caller that has to repeat length and caching must repeat them right.</summary>
    public static void Free(nuint address, nuint? bytes, MemoryCachingType? cacheType, string routine, Kirql highest)
    {
        Processor processor = Processor.Current;
        CheckIrql(processor, highest, routine);
        if (!processor.Memory.Contiguous.TryGetBlock(address, out ContiguousBlock block))
            Stop(processor, address, $"{routine}: no contiguous memory starts at {address:X16}.");
        if (bytes is { } length && length != block.Bytes || cacheType is { } type && type != block.CacheType)
        {
            Stop(processor, address, $"{routine}: the memory at {address:X16} has {block.Bytes} bytes and is {block.CacheType}; "
                + $"{bytes} bytes, {cacheType ?? block.CacheType} were to be freed.");
        }

        processor.System.Verifier.Released(address);
        processor.Memory.Contiguous.Free(address);
        processor.System.Trace(routine, subject: null, address, block.Bytes);
    }

    public static MemoryCachingType CachingOf(PageProtection protect) =>
        (protect & PageProtection.PAGE_NOCACHE) != 0 ? MemoryCachingType.MmNonCached
        : (protect & PageProtection.PAGE_WRITECOMBINE) != 0 ? MemoryCachingType.MmWriteCombined
        : MemoryCachingType.MmCached;

    private static void Stop(Processor processor, nuint address, string explanation) =>
        processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x60, address, 0, 0, explanation);

    private static nuint Finish(Processor processor, string routine, nuint address, nuint bytes)
    {
        if (address == 0)
            return 0;

        if (processor.System.Verifier.IsOn)
        {
            foreach (ref readonly Pte pte in processor.Memory.FindEntries(user: null, address, (int)BYTES_TO_PAGES(bytes)))
                processor.System.Layer<MdlLayer>().Scramble(pte.Pfn);
        }

        processor.System.Verifier.Allocated(routine, address, bytes);
        processor.System.Trace(routine, subject: null, address, bytes);
        return address;
    }

    private static void CheckIrql(Processor processor, Kirql highest, string routine)
    {
        if (processor.Irql <= highest)
            return;

        // 0x20019: a routine limited to APC_LEVEL was called at DISPATCH_LEVEL (MDL-517).
        if (highest == Kirql.APC_LEVEL)
        {
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0x20019, (ulong)processor.Irql, 0, 0,
                "MDL6004", $"{routine} was called at IRQL {processor.Irql}."));
        }
        else
        {
            MdlChecks.RequireIrql(processor, 0, routine);
        }
    }
}
