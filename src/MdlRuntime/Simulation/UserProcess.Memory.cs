namespace MdlRuntime.Simulation;

public sealed partial class UserProcess
{
    /// <summary>Commits zeroed user memory at addresses of its own.</summary>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <param name="pageOffset">Offset of the returned address in its first page, 0 to 4095 bytes.</param>
    /// <param name="protection">Protection of the pages; no copy-on-write.</param>
    /// <returns>User address of the first byte.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    /// <exception cref="NtStatusException">STATUS_NO_MEMORY: no frames or addresses are left; nothing was allocated.</exception>
    public nuint Allocate(nuint bytes, uint pageOffset = 0, PageProtection protection = PageProtection.PAGE_READWRITE)
    {
        RequireLength(bytes);
        if (pageOffset >= PAGE_SIZE)
            throw new ArgumentOutOfRangeException(nameof(pageOffset), pageOffset, $"allowed: 0 to {PAGE_SIZE - 1}");
        RequirePlainProtection(protection);
        ThrowIfUnusable();

        using HostCall call = Enter(KProcessorMode.KernelMode);
        if (!Space.TryAllocate(BYTES_TO_PAGES(pageOffset + bytes), PageProtections.ToPteFlags(protection), out nuint address))
            throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, $"{bytes} bytes of user memory cannot be committed");
        return address + pageOffset;
    }

    /// <summary>Reserves address space without committing it: touching it raises STATUS_ACCESS_VIOLATION until <see cref="Commit"/>.</summary>
    /// <param name="bytes">Length in bytes, at least 1; rounded up to whole pages.</param>
    /// <param name="baseAddress">Where, rounded down to a multiple of 64 KiB, which the length grows by; 0 lets the system choose.</param>
    /// <returns>The base address, a multiple of 64 KiB.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    /// <exception cref="NtStatusException">STATUS_CONFLICTING_ADDRESSES: something is there. STATUS_NO_MEMORY: no addresses are left.</exception>
    public nuint Reserve(nuint bytes, nuint baseAddress = 0)
    {
        RequireLength(bytes);
        if (baseAddress != 0 && (baseAddress < UserSpace.LowestAddress || !UserSpace.IsUserRange(baseAddress, bytes)))
        {
            throw new ArgumentOutOfRangeException(nameof(baseAddress), baseAddress,
                $"allowed: 0, or from 0x{UserSpace.LowestAddress:X} on with the length ending at 0x{UserSpace.HighestAddress:X}");
        }

        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.KernelMode);
        if (baseAddress == 0)
        {
            if (!Space.TryReserve(BYTES_TO_PAGES(bytes), out nuint chosen))
                throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, $"no free range of {bytes} bytes is left in {Object.Name}");
            return chosen;
        }

        nuint address = baseAddress & ~(UserSpace.AllocationGranularity - 1);
        if (!Space.TryReserveAt(address, BYTES_TO_PAGES(baseAddress + bytes - address)))
        {
            throw new NtStatusException(NtStatus.STATUS_CONFLICTING_ADDRESSES,
                $"{bytes} bytes at {baseAddress:X16} overlap addresses in use in {Object.Name}");
        }

        return address;
    }

    /// <summary>
    /// Commits zeroed pages of a reservation. Pages that are committed already keep their contents and get the protection.
    /// </summary>
    /// <param name="address">An address in the first page.</param>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <param name="protection">Protection of the pages; no copy-on-write.</param>
    /// <exception cref="ArgumentException">The pages do not lie in one reservation of this process.</exception>
    /// <exception cref="NtStatusException">STATUS_NO_MEMORY: too few frames are free; nothing was changed. STATUS_CONFLICTING_ADDRESSES: the pages
    /// belong to a view.</exception>
    public void Commit(nuint address, nuint bytes, PageProtection protection = PageProtection.PAGE_READWRITE)
    {
        RequirePlainProtection(protection);
        ThrowIfUnusable();
        RequireRange(address, bytes);
        using HostCall call = Enter(KProcessorMode.KernelMode);
        (nuint first, nuint pages, UserRegion region) = RequirePages(address, bytes);
        if (region.Kind != UserRegionKind.Private)
            throw new NtStatusException(NtStatus.STATUS_CONFLICTING_ADDRESSES, $"{address:X16} lies in a view, which cannot be committed");
        if (!Space.TryCommit(first, pages, PageProtections.ToPteFlags(protection)))
            throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, $"{bytes} bytes of user memory cannot be committed");
    }

    /// <summary>Takes pages back and keeps their addresses reserved. A page that an MDL locks stays with it until it is unlocked (D11).</summary>
    /// <param name="address">An address in the first page.</param>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <exception cref="ArgumentException">The pages do not lie in one allocation of this process.</exception>
    /// <exception cref="NtStatusException">STATUS_UNABLE_TO_DELETE_SECTION: the pages belong to a view.</exception>
    public void Decommit(nuint address, nuint bytes)
    {
        ThrowIfUnusable();
        RequireRange(address, bytes);
        using HostCall call = Enter(KProcessorMode.KernelMode);
        (nuint first, nuint pages, UserRegion region) = RequirePages(address, bytes);
        RequirePrivate(region);
        Space.Decommit(first, pages);
    }

    /// <summary>
    /// Frees what <see cref="Allocate"/> or <see cref="Reserve"/> returned, pages and addresses. Pages that an MDL locks stay with it until they
    /// are unlocked (D11).
    /// </summary>
    /// <param name="address">The address that was returned.</param>
    /// <exception cref="ArgumentException">No allocation starts there.</exception>
    /// <exception cref="NtStatusException">STATUS_UNABLE_TO_DELETE_SECTION: a view starts there.</exception>
    public void Free(nuint address)
    {
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.KernelMode);
        UserRegion region = Space.RegionAt(PAGE_ALIGN(address))
            ?? throw new ArgumentException($"no allocation of process {Object.Name} starts at {address:X16}", nameof(address));
        RequirePrivate(region);
        Space.Remove(region);
    }

    /// <summary>Changes the protection of committed pages.</summary>
    /// <param name="address">An address in the first page.</param>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <param name="protection">The new protection; copy-on-write only for pages of a view that <see cref="Share"/> made. In a copy-on-write
    /// view, write permission for a page that has not been copied means a copy at the first write.</param>
    /// <exception cref="ArgumentException">A page of the range is not committed memory of this process; nothing is changed.</exception>
    public void Protect(nuint address, nuint bytes, PageProtection protection)
    {
        if (!PageProtections.IsValid(protection))
            throw new ArgumentOutOfRangeException(nameof(protection), protection, $"allowed: {PlainProtections}");
        ThrowIfUnusable();
        RequireRange(address, bytes);

        using HostCall call = Enter(KProcessorMode.KernelMode);
        PteFlags flags = PageProtections.ToPteFlags(protection);
        nuint end = address + bytes;
        for (nuint at = PAGE_ALIGN(address); at < end; at += PAGE_SIZE)
        {
            PteFlags page = Space.FlagsOf(at);
            if ((page & (PteFlags.Committed | PteFlags.View)) != PteFlags.Committed)
                throw new ArgumentException($"the page at {at:X16} is not committed memory of this process", nameof(address));
            if ((flags & PteFlags.CopyOnWrite) != 0 && (page & PteFlags.Shared) == 0)
                RequirePlainProtection(protection);
        }

        for (nuint at = PAGE_ALIGN(address); at < end; at += PAGE_SIZE)
            Space.Protect(at, flags);
    }

    /// <summary>Maps committed pages of another process's memory here, with the protection they have there.</summary>
    /// <param name="owner">The other process; it keeps its own view.</param>
    /// <param name="address">An address in the first page, in the other process.</param>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <param name="copyOnWrite">Whether a write here makes a private copy of its page instead of changing what both see;
    /// pages that the owner may only read can be written, too, then.</param>
    /// <returns>User address in this process that shows the byte at <paramref name="address"/>.</returns>
    /// <exception cref="ArgumentException">A page is not committed memory of the other process, or that process is this one, is on another machine
    /// or has exited.</exception>
    /// <exception cref="NtStatusException">STATUS_NO_MEMORY: no addresses are left.</exception>
    public nuint Share(UserProcess owner, nuint address, nuint bytes, bool copyOnWrite)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ThrowIfUnusable();
        if (owner == this || owner._machine != _machine || owner.Object.HasExited)
            throw new ArgumentException($"{owner.Object.Name} is not another live process of this machine", nameof(owner));
        RequireRange(address, bytes);

        using HostCall call = Enter(KProcessorMode.KernelMode);
        nuint end = address + bytes;
        for (nuint at = PAGE_ALIGN(address); at < end; at += PAGE_SIZE)
        {
            if ((owner.Space.FlagsOf(at) & (PteFlags.Committed | PteFlags.View)) != PteFlags.Committed)
                throw new ArgumentException($"the page at {at:X16} is not committed memory of {owner.Object.Name}", nameof(address));
        }

        nuint pages = BYTES_TO_PAGES(BYTE_OFFSET(address) + bytes);
        if (!Space.TryShare(owner.Space, PAGE_ALIGN(address), pages, copyOnWrite, out nuint view))
            throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, $"no free range of {bytes} bytes is left in {Object.Name}");
        return view + BYTE_OFFSET(address);
    }

    /// <summary>Removes a view that <see cref="Share"/> made.</summary>
    /// <param name="address">The address that it returned.</param>
    /// <exception cref="NtStatusException">STATUS_NOT_MAPPED_VIEW: no such view starts there; a driver's view of an MDL is none (MDL-220).</exception>
    public void Unmap(nuint address)
    {
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.KernelMode);
        UserRegion? region = Space.RegionAt(PAGE_ALIGN(address));
        if (region is null or { Kind: UserRegionKind.Private or UserRegionKind.MdlView })
            throw new NtStatusException(NtStatus.STATUS_NOT_MAPPED_VIEW, $"no view of {Object.Name} starts at {address:X16}");
        Space.Remove(region);
    }

    /// <summary>
    /// Takes every unlocked page out of the working set; the next touch brings it back in another frame. A page shared with another process
    /// leaves its frame only when it is in no working set any more.
    /// </summary>
    /// <remarks>Spans that <see cref="VirtualMemory"/> gave out before show the old frames.</remarks>
    public void Trim()
    {
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.KernelMode);
        int pages = Space.Trim();
        System.Trace("Trim", Object, (ulong)pages);
    }

    /// <summary>Takes pages out of memory and damages where they are kept: touching them raises STATUS_IN_PAGE_ERROR from now on.</summary>
    /// <param name="address">An address in the first page.</param>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <exception cref="ArgumentException">A page is not committed memory of this process, or cannot leave memory because it is locked or in another
    /// process's working set; the pages before it are damaged.</exception>
    public void DamagePagedOut(nuint address, nuint bytes)
    {
        ThrowIfUnusable();
        RequireRange(address, bytes);
        using HostCall call = Enter(KProcessorMode.KernelMode);
        nuint end = address + bytes;
        for (nuint at = PAGE_ALIGN(address); at < end; at += PAGE_SIZE)
        {
            bool isOwn = (Space.FlagsOf(at) & (PteFlags.Committed | PteFlags.View)) == PteFlags.Committed;
            if (!isOwn || !Space.TryDamage(at))
                throw new ArgumentException($"the page at {at:X16} is not committed memory of this process that can leave memory now", nameof(address));
        }
    }
}
