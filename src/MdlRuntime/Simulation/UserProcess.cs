namespace MdlRuntime.Simulation;

/// <summary>A user process as its own code sees it: memory, handles, and a thread that makes calls.</summary>
public sealed partial class UserProcess
{
    private const string PlainProtections = "one of PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_EXECUTE, PAGE_EXECUTE_READ, "
        + "PAGE_EXECUTE_READWRITE, with PAGE_GUARD, PAGE_NOCACHE or PAGE_WRITECOMBINE";

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

    /// <summary>
    /// Pages that MDLs may hold locked on behalf of this process; a probe-and-lock beyond it raises STATUS_WORKING_SET_QUOTA and locks nothing.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int LockedPagesLimit
    {
        get => Object.LockedPagesLimit;
        set => Object.LockedPagesLimit = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "allowed: 0 and more");
    }

    private UserSpace Space => Object.Space!;

    private KernelSystem System => _machine.System;

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

    /// <summary>The thread of this process that makes the call: the one that runs now, or the main thread for the host.</summary>
    private EThread Caller => Processor.Ambient is { Thread: { IsUser: true } thread } && thread.Process == Object ? thread : _mainThread;

    private HostCall Enter(KProcessorMode mode)
    {
        EThread caller = Caller;
        if (caller.IsUser)
            System.Scheduler.LetOthersRace();
        return System.Scheduler.Enter(caller, Kirql.PASSIVE_LEVEL, mode);
    }

    private void ThrowIfUnusable()
    {
        ThrowIfMachineUnusable();
        if (Object.HasExited)
            throw new InvalidOperationException($"process {Object.Name} has exited");
    }

    private (nuint First, nuint Pages, UserRegion Region) RequirePages(nuint address, nuint bytes)
    {
        nuint first = PAGE_ALIGN(address), pages = BYTES_TO_PAGES(BYTE_OFFSET(address) + bytes);
        UserRegion? region = Space.RegionAround(first, pages);
        if (region is null)
            throw new ArgumentException($"{bytes} bytes at {address:X16} do not lie in one allocation of process {Object.Name}", nameof(address));
        return (first, pages, region);
    }

    private static void RequirePrivate(UserRegion region)
    {
        if (region.Kind != UserRegionKind.Private)
            throw new NtStatusException(NtStatus.STATUS_UNABLE_TO_DELETE_SECTION, $"the region at {region.Base:X16} is a view");
    }

    private static void RequireLength(nuint bytes)
    {
        if (bytes == 0 || bytes > UserSpace.HighestAddress)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"allowed: 1 to {UserSpace.HighestAddress}");
    }

    private static void RequireRange(nuint address, nuint bytes)
    {
        if (bytes == 0 || !UserSpace.IsUserRange(address, bytes))
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"allowed: 1 to the end of the user half at 0x{UserSpace.HighestAddress:X}");
    }

    private static void RequirePlainProtection(PageProtection protection)
    {
        if (!PageProtections.IsValid(protection) || (PageProtections.ToPteFlags(protection) & PteFlags.CopyOnWrite) != 0)
            throw new ArgumentOutOfRangeException(nameof(protection), protection, $"allowed: {PlainProtections}");
    }
}
