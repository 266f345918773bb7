namespace MdlRuntime;

/// <summary>System addresses for ranges of physical addresses: registers and memory of devices, or locked RAM.</summary>
internal sealed class IoSpaceMapping : ILayerState<IoSpaceMapping>
{
    /// <summary>Each mapping, by its first page: how many pages, and the address that was returned.</summary>
    private readonly Dictionary<nuint, (int Pages, nuint Address)> _mappings = [];

    public static IoSpaceMapping Create(KernelSystem system) => new();

    public static nuint Map(string routine, PhysicalAddress physicalAddress, nuint numberOfBytes, PteFlags protection, MemoryCachingType cacheType)
    {
        Processor processor = Processor.Current;
        ulong first = (ulong)physicalAddress.QuadPart;
        if (processor.Irql > Kirql.DISPATCH_LEVEL)
            Violation(processor, 0x73, (ulong)processor.Irql, first, numberOfBytes, "MDL6004", $"{routine} was called at IRQL {processor.Irql}.");
        if (numberOfBytes == 0)
            throw new ArgumentOutOfRangeException(nameof(numberOfBytes), numberOfBytes, "allowed: 1 and above");
        if (cacheType is < MemoryCachingType.MmNonCached or >= MemoryCachingType.MmMaximumCacheType || processor.System.Faults.Strikes(routine))
            return 0;

        ulong last = first + numberOfBytes - 1;
        if (last < first || !DeviceSpace.Exists(new((nuint)(last >> PAGE_SHIFT))))
            throw new ArgumentOutOfRangeException(nameof(physicalAddress), physicalAddress, $"{numberOfBytes} bytes from here on; allowed: addresses of 52 bits");

        Pfn frame = Pfn.Of(physicalAddress);
        nuint pages = (nuint)(last >> PAGE_SHIFT) - frame.Number + 1;
        if (pages > (nuint)processor.Memory.SystemPtes.FreePages)
            return 0;

        RequireLocked(processor, first, numberOfBytes, frame, pages);
        if (!processor.Memory.SystemPtes.TryReserve((int)pages, out nuint address))
            return 0;

        Enter(processor.Memory, processor.Memory.SystemPtes.EditEntries(address, (int)pages), frame, protection, cacheType);
        nuint start = address;
        address += BYTE_OFFSET((nuint)first);
        processor.System.Layer<IoSpaceMapping>()._mappings.Add(start, ((int)pages, address));
        processor.System.Verifier.Allocated(routine, address, numberOfBytes);
        processor.System.Trace(routine, subject: null, address, first, numberOfBytes);
        return address;
    }

    public static nuint Map(string routine, PhysicalAddress physicalAddress, nuint numberOfBytes, PageProtection protect)
    {
        const PageProtection modifiers = PageProtection.PAGE_NOCACHE | PageProtection.PAGE_WRITECOMBINE;
        PageProtection protection = protect & ~modifiers;
        bool isKnown = (protect & modifiers) != modifiers && protection is PageProtection.PAGE_READONLY or PageProtection.PAGE_READWRITE
            or PageProtection.PAGE_EXECUTE or PageProtection.PAGE_EXECUTE_READ or PageProtection.PAGE_EXECUTE_READWRITE;
        return Map(routine, physicalAddress, numberOfBytes, PageProtections.ToPteFlags(protection),
            isKnown ? ContiguousRoutines.CachingOf(protect) : MemoryCachingType.MmNotMapped);
    }

    public static void Unmap(nuint address, nuint bytes)
    {
        Processor processor = Processor.Current;
        if (processor.Irql > Kirql.APC_LEVEL)
        {
            Violation(processor, 0x7B, (ulong)processor.Irql, address, bytes, "MDL6004",
                $"MmUnmapIoSpace was called at IRQL {processor.Irql}; Driver Verifier permits APC_LEVEL at most.");
        }

        Dictionary<nuint, (int Pages, nuint Address)> mappings = processor.System.Layer<IoSpaceMapping>()._mappings;
        nuint start = PAGE_ALIGN(address);
        nuint pages = BYTES_TO_PAGES(BYTE_OFFSET(address) + Math.Min(bytes, nuint.MaxValue - PAGE_SIZE));
        if (!mappings.TryGetValue(start, out (int Pages, nuint Address) mapping))
        {
            processor.System.BugCheck(BugCheckCode.SYSTEM_PTE_MISUSE, 0x400, address, pages, 0,
                $"MmUnmapIoSpace: nothing was mapped at {address:X16} by MmMapIoSpace.");
        }

        int mapped = mapping.Pages;
        SystemRegion region = processor.Memory.SystemPtes;
        if (pages != (nuint)mapped)
        {
            // 0x6194A: the pages that are unmapped are not those that were mapped.
            nuint frame = region[start].Pfn.Number;
            processor.System.BugCheck(BugCheckCode.MEMORY_MANAGEMENT, 0x6194A, frame, pages, frame + Math.Min(pages, (nuint)mapped),
                $"MmUnmapIoSpace: {mapped} pages were mapped at {address:X16}, {pages} were to be unmapped.");
        }

        foreach (ref readonly Pte pte in region.Entries(start, mapped))
        {
            if (pte.Has(PteFlags.IoSpace))
                processor.Memory.Devices.Unmap(pte.Pfn);
        }

        processor.System.Verifier.Released(mapping.Address);
        region.Release(start, mapped);
        mappings.Remove(start);
        processor.System.Trace("MmUnmapIoSpace", subject: null, address, bytes);
    }

    /// <summary>MmAllocateMdlForIoSpace: an MDL that names pages of devices.</summary>
    public static NtStatus AllocateMdl(ReadOnlySpan<MmPhysicalAddressList> ranges, out Mdl? mdl)
    {
        const string routine = nameof(MemoryManager.MmAllocateMdlForIoSpace);
        Processor processor = Processor.Current;
        MdlChecks.RequireIrql(processor, 0, routine);
        mdl = null;
        ulong bytes = 0;
        foreach (MmPhysicalAddressList range in ranges)
        {
            if (!IsDeviceRange(processor.Memory, range))
                return NtStatus.STATUS_INVALID_PARAMETER_1;
            bytes += range.NumberOfBytes;
            if (bytes > uint.MaxValue)
                return NtStatus.STATUS_INVALID_PARAMETER_1;
        }

        if (bytes == 0)
            return NtStatus.STATUS_INVALID_PARAMETER_2;

        MdlLayer layer = processor.System.Layer<MdlLayer>();
        Mdl? made = processor.System.Faults.Strikes(routine) ? null : layer.Allocate((int)(bytes >> PAGE_SHIFT));
        if (made is null)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        MdlFlags own = bytes >> PAGE_SHIFT <= MdlLayer.FixedSizePages ? MdlFlags.MDL_ALLOCATED_FIXED_SIZE : default;
        made.Initialize(0, (nuint)bytes, own | MdlFlags.MDL_IO_SPACE | MdlFlags.MDL_PAGES_LOCKED);
        made.ChargedProcess = null;
        Span<nuint> pfns = made.Pfns;
        int entry = 0;
        foreach (MmPhysicalAddressList range in ranges)
        {
            nuint first = Pfn.Of(range.PhysicalAddress).Number;
            for (nuint i = 0; i < range.NumberOfBytes >> PAGE_SHIFT; i++)
                pfns[entry++] = first + i;
        }

        processor.System.Trace(routine, made, bytes, (ulong)ranges.Length);
        mdl = made;
        return NtStatus.STATUS_SUCCESS;
    }

    private static bool IsDeviceRange(MemorySystem memory, in MmPhysicalAddressList range)
    {
        ulong first = (ulong)range.PhysicalAddress.QuadPart;
        ulong last = first + range.NumberOfBytes - 1;
        return first % PAGE_SIZE == 0 && range.NumberOfBytes % PAGE_SIZE == 0 && range.NumberOfBytes <= uint.MaxValue
            && !memory.Frames.Contains(Pfn.Of(range.PhysicalAddress))
            && (range.NumberOfBytes == 0 || last > first && DeviceSpace.Exists(new((nuint)(last >> PAGE_SHIFT))));
    }

    /// <summary>RAM may be mapped only while it is locked: its owner could give it to somebody else (MDL-318).</summary>
    private static void RequireLocked(Processor processor, ulong start, nuint bytes, Pfn first, nuint pages)
    {
        FrameDatabase frames = processor.Memory.Frames;
        for (nuint number = first.Number; number < first.Number + pages && number < frames.Count; number++)
        {
            Pfn pfn = new(number);
            if (frames.IsPinned(pfn))
                continue;

            string explanation = $"MmMapIoSpace: frame {pfn} is memory that nobody has locked.";
            Violation(processor, 0x83, start, bytes, number, ruleId: null, explanation);
            processor.System.BugCheck(BugCheckCode.MEMORY_MANAGEMENT, 0x1233, number, 0, 0, explanation);
        }
    }

    private static void Enter(MemorySystem memory, Span<Pte> entries, Pfn first, PteFlags protection, MemoryCachingType wish)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            Pfn pfn = new(first.Number + (nuint)i);
            entries[i] = new()
            {
                Pfn = pfn,
                Flags = protection | memory.Frames.ViewFlags(pfn),
                CacheType = memory.Frames.Contains(pfn) ? memory.Frames.CacheTypeFor(pfn, wish) : memory.Devices.Map(pfn, wish),
            };
        }
    }

    private static void Violation(Processor processor, uint subcode, ulong parameter2, ulong parameter3, ulong parameter4, string? ruleId, string explanation) =>
        processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, subcode, parameter2, parameter3, parameter4, ruleId, explanation));
}
