namespace MdlRuntime;

/// <summary>Views of an MDL in the user half of the current process.</summary>
internal static class MdlUserMapping
{
    /// <summary>User-mode mapping for a caller that has checked the IRQL; failures raise, in the order of MDL-219.</summary>
    public static nuint Map(Processor processor, Mdl mdl, MemoryCachingType cacheType, nuint requestedAddress, MmPagePriority priority)
    {
        MdlMapping.CheckFrames(processor, mdl, MdlMapping.Mappable | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL);
        EProcess process = processor.Process;
        Span<nuint> pfns = mdl.Pfns;
        nuint address = FindRange(process, (nuint)pfns.Length, requestedAddress);
        PteFlags protection = (priority & MmPagePriority.MdlMappingNoWrite) == 0 ? PteFlags.Writable : 0;
        process.Space!.MapView(address, pfns, protection, cacheType);
        (mdl.Views ??= []).Add(new(process, address));
        processor.System.Trace("MmMapLockedPagesSpecifyCache", mdl, address + mdl.Offset, (ulong)pfns.Length, (ulong)KProcessorMode.UserMode);
        return address + mdl.Offset;
    }

    /// <summary>Removes the view at a user address of the current process, whoever it belongs to.</summary>
    public static void Unmap(Processor processor, Mdl mdl, nuint address)
    {
        EProcess process = processor.Process;
        UserView view = new(process, PAGE_ALIGN(address));
        UserRegion? region = process.Space?.RegionAt(view.Base);
        bool isOwn = mdl.Views is { } views && views.Remove(view);
        if (region is not { IsMdlView: true } || !isOwn)
        {
            MdlChecks.Violation(mdl, 0xB9, address, mdl.Address, 0, "MDL3015",
                $"MmUnmapLockedPages: {address:X16} is no view of this MDL in {process}; unmap in the process that the view was made in.");
        }

        if (region is not { IsMdlView: true })
        {
            processor.System.BugCheck(BugCheckCode.DRIVER_UNMAPPING_INVALID_VIEW, address, 1, 0, 0,
                $"MmUnmapLockedPages: nothing is mapped at {address:X16} in {process}.", "MDL3015");
        }

        process.Space!.Remove(region);
        processor.System.Trace("MmUnmapLockedPages", mdl, address, region.PageCount, (ulong)KProcessorMode.UserMode);
    }

    private static nuint FindRange(EProcess process, nuint pages, nuint requested)
    {
        nuint end = requested + (pages << PAGE_SHIFT);
        bool isBad = requested != 0
            && (BYTE_OFFSET(requested) != 0 || requested < UserSpace.LowestAddress || end < requested || end - 1 > UserSpace.HighestViewAddress);
        if (isBad || pages == 0)
            throw Failure(NtStatus.STATUS_INVALID_ADDRESS, $"{pages} pages cannot be mapped at {requested:X16}");
        if (process.HasExited)
            throw Failure(NtStatus.STATUS_PROCESS_IS_TERMINATING, $"{process} has exited");
        if (process.Space is not { } space)
            throw Failure(NtStatus.STATUS_NO_MEMORY, $"{process} has no user half");
        if (requested == 0)
            return space.TryFindRange(pages, out nuint address) ? address : throw Failure(NtStatus.STATUS_NO_MEMORY, $"no free range of {pages} pages in {process}");
        if (space.Overlaps(requested, pages))
            throw Failure(NtStatus.STATUS_CONFLICTING_ADDRESSES, $"{pages} pages at {requested:X16} overlap an allocation of {process}");
        return requested;
    }

    private static NtStatusException Failure(NtStatus status, string message) => new(status, message) { RuleId = "MDL3002" };
}
