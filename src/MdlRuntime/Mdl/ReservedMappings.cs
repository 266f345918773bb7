namespace MdlRuntime;

/// <summary>
/// Mapping MDLs at addresses that were reserved before. Misuse stops the machine in every verifier mode: the kernel itself checks
/// these ranges (MDL-543).
/// </summary>
internal static class ReservedMappings
{
    private const string RuleId = "MDL3015";

    /// <summary>Addresses inside the first page stand for its start, rounded down to so many bytes (MDL-252).</summary>
    private const nuint AddressGranule = 16;

    public static nuint Allocate(nuint numberOfBytes, uint poolTag, string routine)
    {
        Processor processor = Processor.Current;
        RequireApcLevel(processor, numberOfBytes, routine);
        if (numberOfBytes == 0)
            Stop(processor, 0x100, 0, poolTag, 0, $"{routine} was called for 0 bytes");
        if (poolTag == 0 || processor.System.Faults.Strikes(routine, poolTag))
            return 0;

        nuint pages = BYTES_TO_PAGES(numberOfBytes);
        SystemRegion region = processor.Memory.SystemPtes;
        if (pages > (nuint)region.FreePages || !region.TryReserve((int)pages, out nuint address))
            return 0;

        var reservation = new MappingReservation(address, (int)pages, poolTag);
        processor.System.Layer<MdlLayer>().Reservations.Add(address, reservation);
        processor.System.Verifier.Allocated(routine, address, numberOfBytes, poolTag);
        processor.System.Trace(routine, reservation, address, pages, poolTag);
        return address;
    }

    public static void Free(nuint address, uint poolTag)
    {
        Processor processor = Processor.Current;
        RequireApcLevel(processor, address, nameof(MemoryManager.MmFreeMappingAddress));
        MappingReservation? reservation = Find(processor, address);
        if (reservation is null)
            Stop(processor, 0x102, address, poolTag, 0, "MmFreeMappingAddress: nothing is reserved there (never, or freed already)");
        if (!reservation.IsOwnedBy(poolTag))
            Stop(processor, 0x101, reservation.Base, poolTag, reservation.Tag, $"MmFreeMappingAddress: the addresses belong to tag 0x{reservation.Tag:X8}");
        if (FirstMapped(processor, reservation, from: 0) is >= 0 and var page)
        {
            Stop(processor, 0x103, AddressOf(reservation, page), poolTag, (ulong)reservation.Pages,
                "MmFreeMappingAddress: an MDL is still mapped there; call MmUnmapReservedMapping first");
        }

        processor.System.Verifier.Released(reservation.Base);
        processor.System.Layer<MdlLayer>().Reservations.Remove(reservation.Base);
        processor.Memory.SystemPtes.Release(reservation.Base, reservation.Pages);
        processor.System.Trace(nameof(MemoryManager.MmFreeMappingAddress), reservation, reservation.Base, (ulong)reservation.Pages, poolTag);
    }

    public static nuint Map(nuint mappingAddress, uint poolTag, Mdl mdl, MemoryCachingType cacheType)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, nameof(MemoryManager.MmMapLockedPagesWithReservedMapping));
        MdlMapping.CheckMappable(processor, mdl);
        MappingReservation? reservation = Find(processor, mappingAddress);
        if (reservation is null)
            Stop(processor, 0x105, mappingAddress, poolTag, 0, "MmMapLockedPagesWithReservedMapping: the address is not the start of a reservation");
        if (!reservation.IsOwnedBy(poolTag))
        {
            Stop(processor, 0x104, reservation.Base, poolTag, reservation.Tag,
                $"MmMapLockedPagesWithReservedMapping: the addresses belong to tag 0x{reservation.Tag:X8}");
        }

        Span<nuint> pfns = mdl.Pfns;
        if (pfns.Length == 0 || pfns.Length > reservation.Pages || !MdlSystemAddress.IsCacheType(cacheType))
            return 0;
        if (FirstMapped(processor, reservation, from: 0) is >= 0 and var page)
        {
            Stop(processor, 0x107, reservation.Base, AddressOf(reservation, page), AddressOf(reservation, reservation.Pages - 1),
                "MmMapLockedPagesWithReservedMapping: an MDL is still mapped there; call MmUnmapReservedMapping first");
        }

        processor.Memory.Frames.FillView(processor.Memory.SystemPtes.EditEntries(reservation.Base, pfns.Length), pfns, PteFlags.Writable, cacheType);
        (reservation.Mapped, reservation.Passed) = (mdl, 0);
        mdl.SystemVa = reservation.Base;
        mdl.Flags |= MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | (mdl.Has(MdlFlags.MDL_PARTIAL) ? MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED : 0);
        nuint address = (mappingAddress & ~(AddressGranule - 1)) + mdl.Offset;
        processor.System.Trace(nameof(MemoryManager.MmMapLockedPagesWithReservedMapping), mdl, address, (ulong)pfns.Length, reservation.Base);
        return address;
    }

    public static void Unmap(nuint address, uint poolTag, Mdl mdl)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, nameof(MemoryManager.MmUnmapReservedMapping));
        MappingReservation? reservation = Find(processor, address);
        if (reservation is null)
            Stop(processor, 0x109, address, poolTag, 0, "MmUnmapReservedMapping: nothing is reserved there");
        if (!reservation.IsOwnedBy(poolTag))
            Stop(processor, 0x108, reservation.Base, poolTag, reservation.Tag, $"MmUnmapReservedMapping: the addresses belong to tag 0x{reservation.Tag:X8}");

        int passed = reservation.Mapped == mdl ? reservation.Passed : 0;
        int pages = mdl.PageCount + passed;
        if (pages > reservation.Pages)
        {
            Stop(processor, 0x10A, reservation.Base, (ulong)reservation.Pages, (ulong)pages,
                $"MmUnmapReservedMapping: the MDL has {pages} pages, the reservation only {reservation.Pages}");
        }

        foreach (ref readonly Pte pte in Entries(processor, reservation, pages)[passed..])
        {
            if (!pte.Has(PteFlags.Resident))
                Stop(processor, 0x10B, reservation.Base, poolTag, (ulong)pages, $"MmUnmapReservedMapping: not all {pages} pages of the MDL are mapped there");
        }

        if (FirstMapped(processor, reservation, pages) >= 0)
            Stop(processor, 0x10C, reservation.Base, poolTag, (ulong)pages, $"MmUnmapReservedMapping: more than the {pages} pages of the MDL are mapped there");
        if (reservation.Mapped != mdl || !mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA))
            MdlMapping.ReportNotMapped(mdl, address, nameof(MemoryManager.MmUnmapReservedMapping), "another MDL is mapped there");

        processor.Memory.SystemPtes.EditEntries(reservation.Base, pages).Clear();
        reservation.Mapped = null;
        mdl.Flags &= ~MdlMapping.MappedFlags;
        processor.System.Trace(nameof(MemoryManager.MmUnmapReservedMapping), mdl, reservation.Base, (ulong)pages);
    }

    /// <summary>
    /// Stops, as releasing page-table entries that the system still counts as reserved does, if a routine for ordinary mappings is about to
    /// undo a mapping at a reserved address (MDL-239).
    /// </summary>
    public static void RefuseOrdinaryRelease(Processor processor, Mdl mdl, string routine)
    {
        if (FindMapped(mdl) is not { } reservation)
            return;

        MdlMapping.ReportNotMapped(mdl, mdl.SystemVa, routine, "the mapping is at a reserved address; call MmUnmapReservedMapping");
        Stop(processor, 0x301, reservation.Base, 0, 0, $"{routine}: the mapping is at a reserved address; call MmUnmapReservedMapping instead");
    }

    /// <summary>The part of MmAdvanceMdl for a mapping at reserved addresses: the pages that are passed fault from now on.</summary>
    public static void Advance(Processor processor, Mdl mdl, int passed)
    {
        if (FindMapped(mdl) is not { } reservation)
            return;

        processor.Memory.SystemPtes.EditEntries(reservation.Base, reservation.Passed + passed).Clear();
        reservation.Passed += passed;
        mdl.Flags |= MdlFlags.MDL_FREE_EXTRA_PTES;
    }

    private static MappingReservation? FindMapped(Mdl mdl)
    {
        foreach (MappingReservation reservation in mdl.Layer.Reservations.Values)
        {
            if (reservation.Mapped == mdl)
                return reservation;
        }

        return null;
    }

    private static MappingReservation? Find(Processor processor, nuint address) =>
        processor.System.Layer<MdlLayer>().Reservations.GetValueOrDefault(PAGE_ALIGN(address));

    private static ReadOnlySpan<Pte> Entries(Processor processor, MappingReservation reservation, int count) =>
        processor.Memory.SystemPtes.Entries(reservation.Base, count);

    private static ulong AddressOf(MappingReservation reservation, int page) => reservation.Base + ((nuint)page << PAGE_SHIFT);

    /// <summary>Index of the first page at or behind <paramref name="from"/> that shows memory, or -1.</summary>
    private static int FirstMapped(Processor processor, MappingReservation reservation, int from)
    {
        ReadOnlySpan<Pte> entries = Entries(processor, reservation, reservation.Pages);
        for (int i = from; i < entries.Length; i++)
        {
            if (entries[i].Has(PteFlags.Resident))
                return i;
        }

        return -1;
    }

    /// <summary>0x20019: a routine limited to APC_LEVEL was called above it (MDL-517).</summary>
    private static void RequireApcLevel(Processor processor, nuint value, string routine)
    {
        if (processor.Irql > Kirql.APC_LEVEL)
        {
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0x20019, (ulong)processor.Irql, value, 0,
                "MDL6004", $"{routine} was called at IRQL {processor.Irql}; its highest is APC_LEVEL."));
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void Stop(Processor processor, uint kind, ulong parameter2, ulong parameter3, ulong parameter4, string what) =>
        processor.System.BugCheck(BugCheckCode.SYSTEM_PTE_MISUSE, kind, parameter2, parameter3, parameter4, what + ".", RuleId);
}
