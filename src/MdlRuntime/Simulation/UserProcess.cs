namespace MdlRuntime.Simulation;

/// <summary>A user process as its own code sees it: memory, handles, and a thread that makes calls.</summary>
public sealed partial class UserProcess
{
    private readonly Machine _machine;
    private readonly EThread _mainThread;

    internal UserProcess(Machine machine, EProcess process)
    {
        _machine = machine;
        Object = process;
        _mainThread = new(process, "Main");
    }

    /// <summary>The kernel's object for this process.</summary>
    public EProcess Object { get; }

    /// <summary>Pages that MDLs hold locked on behalf of this process, one per MDL and page.</summary>
    public int LockedPages => Object.LockedPages;

    private UserSpace Space => Object.Space!;

    private KernelSystem System => _machine.System;

    /// <summary>Commits zeroed user memory.</summary>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <param name="pageOffset">Offset of the returned address in its first page, 0 to 4095 bytes.</param>
    /// <param name="protection">Protection of the pages; no copy-on-write.</param>
    /// <returns>User address of the first byte.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    /// <exception cref="NtStatusException">STATUS_NO_MEMORY: no frames or addresses are left; nothing was allocated.</exception>
    public nuint Allocate(nuint bytes, uint pageOffset = 0, PageProtection protection = PageProtection.PAGE_READWRITE)
    {
        if (bytes == 0 || bytes > UserSpace.HighestAddress)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"allowed: 1 to {UserSpace.HighestAddress}");
        if (pageOffset >= PAGE_SIZE)
            throw new ArgumentOutOfRangeException(nameof(pageOffset), pageOffset, $"allowed: 0 to {PAGE_SIZE - 1}");
        RequirePlainProtection(protection);
        ThrowIfUnusable();

        using HostCall call = Enter(KProcessorMode.KernelMode);
        if (!Space.TryAllocate(BYTES_TO_PAGES(pageOffset + bytes), PageProtections.ToPteFlags(protection), out nuint address))
            throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, $"{bytes} bytes of user memory cannot be committed");
        return address + pageOffset;
    }

    /// <summary>Frees memory that <see cref="Allocate"/> returned. Pages that an MDL locks stay with it until they are unlocked (D11).</summary>
    /// <param name="address">The address that <see cref="Allocate"/> returned.</param>
    /// <exception cref="ArgumentException">No allocation starts there.</exception>
    public void Free(nuint address)
    {
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.KernelMode);
        Space.Remove(RequireRegion(address, nameof(address)));
    }

    /// <summary>Changes the protection of committed pages.</summary>
    /// <param name="address">An address in the first page.</param>
    /// <param name="bytes">Length in bytes, at least 1.</param>
    /// <param name="protection">The new protection; no copy-on-write.</param>
    /// <exception cref="ArgumentException">A page of the range is not committed; nothing is changed.</exception>
    public void Protect(nuint address, nuint bytes, PageProtection protection)
    {
        RequirePlainProtection(protection);
        ThrowIfUnusable();
        if (bytes == 0 || !UserSpace.IsUserRange(address, bytes))
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "allowed: 1 to the end of the user half");

        using HostCall call = Enter(KProcessorMode.KernelMode);
        nuint end = address + bytes;
        for (nuint at = PAGE_ALIGN(address); at < end; at += PAGE_SIZE)
        {
            if ((Space.FlagsOf(at) & (PteFlags.Committed | PteFlags.View)) != PteFlags.Committed)
                throw new ArgumentException($"the page at {at:X16} is not committed memory of this process", nameof(address));
        }

        const PteFlags protectionFlags = PteFlags.Writable | PteFlags.Executable | PteFlags.NoAccess | PteFlags.Guard | PteFlags.CopyOnWrite;
        for (nuint at = PAGE_ALIGN(address); at < end; at += PAGE_SIZE)
        {
            ref Pte pte = ref Space.Edit(at);
            pte.Flags = (pte.Flags & ~protectionFlags) | PageProtections.ToPteFlags(protection);
        }
    }

    /// <summary>Reserves address space without committing it, at a fixed base if one is given.</summary>
    /// <param name="bytes">Length in bytes.</param>
    /// <param name="baseAddress">Base address, or 0.</param>
    /// <returns>The base address.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    public nuint Reserve(nuint bytes, nuint baseAddress = 0) => throw new NotModelledException($"{nameof(UserProcess)}.{nameof(Reserve)}");

    /// <summary>Commits pages of a reservation.</summary>
    /// <param name="address">First address.</param>
    /// <param name="bytes">Length in bytes.</param>
    /// <param name="protection">Protection of the pages.</param>
    /// <exception cref="NotModelledException">Always.</exception>
    public void Commit(nuint address, nuint bytes, PageProtection protection = PageProtection.PAGE_READWRITE) =>
        throw new NotModelledException($"{nameof(UserProcess)}.{nameof(Commit)}");

    /// <summary>Decommits pages of a reservation.</summary>
    /// <param name="address">First address.</param>
    /// <param name="bytes">Length in bytes.</param>
    /// <exception cref="NotModelledException">Always.</exception>
    public void Decommit(nuint address, nuint bytes) => throw new NotModelledException($"{nameof(UserProcess)}.{nameof(Decommit)}");

    /// <summary>Maps pages of another process's memory here, copy-on-write if asked.</summary>
    /// <param name="owner">The other process.</param>
    /// <param name="address">First address in the other process.</param>
    /// <param name="bytes">Length in bytes.</param>
    /// <param name="copyOnWrite">Whether a write makes a private copy.</param>
    /// <returns>User address in this process.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    public nuint Share(UserProcess owner, nuint address, nuint bytes, bool copyOnWrite) =>
        throw new NotModelledException($"{nameof(UserProcess)}.{nameof(Share)}");

    /// <summary>Takes every unlocked page out of the working set; the next touch brings it back in another frame.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    public void Trim() => throw new NotModelledException($"{nameof(UserProcess)}.{nameof(Trim)}");

    /// <summary>Writes to this process's memory as its own code would.</summary>
    /// <param name="address">User address of the first byte.</param>
    /// <param name="source">The bytes.</param>
    /// <exception cref="NtStatusException">STATUS_ACCESS_VIOLATION: a page cannot be written; earlier pages have been.</exception>
    public void Write(nuint address, ReadOnlySpan<byte> source)
    {
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.UserMode);
        MemoryAccesses.CopyFrom(System.Processor, address, source);
    }

    /// <summary>Reads this process's memory as its own code would.</summary>
    /// <param name="address">User address of the first byte.</param>
    /// <param name="destination">Receives as many bytes as it has.</param>
    /// <exception cref="NtStatusException">STATUS_ACCESS_VIOLATION: a page cannot be read; earlier pages have been.</exception>
    public void Read(nuint address, Span<byte> destination)
    {
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.UserMode);
        MemoryAccesses.CopyTo(System.Processor, address, destination);
    }

    /// <summary>Runs kernel-mode code at PASSIVE_LEVEL in this process's context.</summary>
    /// <param name="kernelCode">The code; what it throws comes out of this call. It must return at PASSIVE_LEVEL.</param>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public void Run(Action kernelCode)
    {
        ArgumentNullException.ThrowIfNull(kernelCode);
        ThrowIfUnusable();
        using HostCall call = Enter(KProcessorMode.KernelMode);
        kernelCode();
        System.Processor.RequirePassive();
    }

    private HostCall Enter(KProcessorMode mode) => System.Scheduler.Enter(_mainThread, Kirql.PASSIVE_LEVEL, mode);

    private void ThrowIfUnusable()
    {
        _machine.ThrowIfUnusable();
        if (Object.HasExited)
            throw new InvalidOperationException($"process {Object.Name} has exited");
    }

    private UserRegion RequireRegion(nuint address, string parameter)
    {
        UserRegion? region = Space.RegionAt(PAGE_ALIGN(address));
        if (region is null || region.IsMdlView)
            throw new ArgumentException($"no allocation of process {Object.Name} starts at {address:X16}", parameter);
        return region;
    }

    private static void RequirePlainProtection(PageProtection protection)
    {
        if (!PageProtections.IsValid(protection) || (PageProtections.ToPteFlags(protection) & PteFlags.CopyOnWrite) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(protection), protection,
                "allowed: one of PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, with PAGE_GUARD, PAGE_NOCACHE or PAGE_WRITECOMBINE");
        }
    }
}
