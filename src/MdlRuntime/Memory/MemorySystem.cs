using System.Runtime.CompilerServices;
using MdlRuntime.Simulation;

namespace MdlRuntime;

/// <summary>The memory of one machine: frames, the shared system half, and the pools. Knows nothing of processes, IRQL or MDLs.</summary>
internal sealed partial class MemorySystem : IDisposable
{
    public static readonly nuint SystemRangeStart = unchecked((nuint)0xFFFF_8000_0000_0000);

    /// <summary>From here to <see cref="SystemRangeStart"/> no address is canonical.</summary>
    public static readonly nuint UserHalfEnd = unchecked((nuint)0x0000_8000_0000_0000);
    private static readonly nuint NonPagedPoolBase = unchecked((nuint)0xFFFF_BA80_0000_0000);
    private static readonly nuint PagedPoolBase = unchecked((nuint)0xFFFF_D480_0000_0000);
    private static readonly nuint SystemPteBase = unchecked((nuint)0xFFFF_F880_0000_0000);

    public MemorySystem(long bytes, FramePolicy policy, int systemPtes, int seed)
    {
        Arena = new(bytes);
        PageFile = new(Arena);
        Frames = new(Arena.FrameCount, policy, seed);
        // A pool may grow to the size of memory; its table costs 16 bytes per page of address range.
        int poolPages = (int)Math.Min(Arena.FrameCount, 1 << 20);
        NonPagedRegion = new(NonPagedPoolBase, poolPages, Translations);
        PagedRegion = new(PagedPoolBase, poolPages, Translations);
        SystemPtes = new(SystemPteBase, systemPtes, Translations);
        NonPagedPool = new(this, NonPagedRegion, FrameUse.NonPagedPool, PteFlags.Writable);
        Contiguous = new(this);
        PagedPool = new(this, PagedRegion, FrameUse.PagedPool, PteFlags.Writable | PteFlags.Pageable);
    }

    public FrameArena Arena { get; }

    /// <summary>Short cuts through the page tables.</summary>
    public TranslationCache Translations { get; } = new();

    public FrameDatabase Frames { get; }

    /// <summary>The physical addresses that are no memory.</summary>
    public DeviceSpace Devices => Frames.Devices;

    public SystemRegion NonPagedRegion { get; }

    public SystemRegion PagedRegion { get; }

    /// <summary>Where mappings of MDLs and device memory go.</summary>
    public SystemRegion SystemPtes { get; }

    public Pool NonPagedPool { get; }

    public Pool PagedPool { get; }

    /// <summary>What stands between processor and memory where DMA is not coherent; null on other machines.</summary>
    public ProcessorCache? Cache { get; private set; }

    /// <summary>Memory from the routines for contiguous and uncached memory.</summary>
    public ContiguousMemory Contiguous { get; }

    public static bool IsSystemAddress(nuint address) => address >= SystemRangeStart;

    /// <summary>The page-table entry of an address, or a null reference where no table is. <paramref name="user"/> may be null for system addresses.</summary>
    public ref readonly Pte FindPte(UserSpace? user, nuint address)
    {
        if (!IsSystemAddress(address))
        {
            if (user is null || address > UserSpace.HighestAddress)
                return ref Unsafe.NullRef<Pte>();
            return ref user.Find(address);
        }

        SystemRegion? region = FindRegion(address);
        if (region is null)
            return ref Unsafe.NullRef<Pte>();
        return ref region[address];
    }

    /// <summary>The same entry, to be changed.</summary>
    public ref Pte EditPte(UserSpace? user, nuint address)
    {
        Translations.Clear();
        return ref Unsafe.AsRef(in FindPte(user, address));
    }

    /// <summary>The entries of consecutive pages from <paramref name="address"/> on that lie in one table, at most <paramref name="count"/>; none where no table is.</summary>
    public ReadOnlySpan<Pte> FindEntries(UserSpace? user, nuint address, int count)
    {
        if (!IsSystemAddress(address))
            return user is null || address > UserSpace.HighestAddress ? [] : user.Entries(address, count);

        SystemRegion? region = FindRegion(address);
        return region is null ? [] : region.Entries(address, (int)Math.Min((nuint)count, region.PagesFrom(address)));
    }

    /// <summary>How many bytes from a system address on lie in adjacent frames, up to <paramref name="limit"/>; 0 when its page is not in memory.</summary>
    public nuint ContiguousLength(nuint address, nuint limit)
    {
        nuint length = 0;
        Pfn previous = Pfn.None;
        foreach (ref readonly Pte pte in FindEntries(user: null, address, (int)BYTES_TO_PAGES(BYTE_OFFSET(address) + limit)))
        {
            bool follows = previous == Pfn.None || pte.Pfn.Number == previous.Number + 1;
            if (!pte.Has(PteFlags.Resident) || pte.Has(PteFlags.IoSpace) || !follows)
                break;
            length += length == 0 ? PAGE_SIZE - BYTE_OFFSET(address) : PAGE_SIZE;
            previous = pte.Pfn;
        }

        return Math.Min(length, limit);
    }

    private SystemRegion? FindRegion(nuint address) =>
        SystemPtes.Contains(address) ? SystemPtes
        : NonPagedRegion.Contains(address) ? NonPagedRegion
        : PagedRegion.Contains(address) ? PagedRegion
        : null;

    /// <summary>Translates one address; <paramref name="pfn"/> is meaningful only without a fault.</summary>
    public PageFault Translate(UserSpace? user, nuint address, MemoryAccess access, out Pfn pfn)
    {
        ref readonly Pte pte = ref FindPte(user, address);
        if (Unsafe.IsNullRef(in pte))
        {
            pfn = Pfn.None;
            return PageFault.NotMapped;
        }

        pfn = pte.Pfn;
        return PageProtections.Check(pte.Flags, access);
    }

    /// <summary>Gives the processor a cache that devices do not see.</summary>
    public void InsertCache() => Cache = new(Arena, Frames);

    public void Dispose()
    {
        Cache?.Dispose();
        Arena.Dispose();
    }
}
