namespace MdlRuntime;

/// <summary>What the MDL layer keeps per machine: which object stands for which structure, and free structures to reuse.</summary>
internal sealed class MdlLayer : ILayerState<MdlLayer>
{
    /// <summary>MDLs of at most so many pages carry MDL_ALLOCATED_FIXED_SIZE (D2).</summary>
    public const int FixedSizePages = 17;

    private const uint PoolTag = 0x206C644D;

    /// <summary>Freed MDLs that a verified machine holds back before it reuses one.</summary>
    private const int Quarantine = 84;

    /// <summary>Two pages of fixed-size blocks, beside those held back: made at start, so that the first MDLs of a driver cost no frames.</summary>
    private const int Prepared = 2 * ((int)PAGE_SIZE / 192);

    /// <summary>Entries of each lookaside list; the largest block with its header still fits into a page.</summary>
    private static readonly int[] s_listPages = [FixedSizePages, 32, 64, 128, 256, 500];

    private readonly Dictionary<nuint, Mdl> _mdls = [];
    private readonly Dictionary<nuint, EProcess> _processes = [];
    private readonly MdlLookaside[] _lists = new MdlLookaside[s_listPages.Length];

    /// <summary>Objects whose memory went back to the pool, for MDLs of more than a page.</summary>
    private readonly MdlLookaside _large;

    private readonly Random _stale;

    private MdlLayer(KernelSystem system)
    {
        System = system;
        _stale = new(system.Options.Seed);
        int quarantine = system.Verifier.IsOn ? Quarantine : 0;
        for (int i = 0; i < _lists.Length; i++)
            _lists[i] = new(quarantine);
        _large = new(quarantine);
        Prepare(Prepared + quarantine);
    }

    public static MdlLayer Create(KernelSystem system) => new(system);

    public KernelSystem System { get; }

    public LockLedger Locks { get; } = new();

    /// <summary>Partial MDLs that own a system mapping; on a verified machine only.</summary>
    public List<Mdl> MappedPartials { get; } = [];

    /// <summary>MDLs that this layer has handed out and not got back.</summary>
    public IEnumerable<Mdl> Live => _mdls.Values.Where(mdl => mdl is { IsFreed: false } and ({ Home: not null } or { IsInPool: true }));

    /// <summary>Reserved system addresses by their first one.</summary>
    public Dictionary<nuint, MappingReservation> Reservations { get; } = [];

    public IoSpaceLocks IoSpaceLocks { get; } = new();

    private MemorySystem Memory => System.Memory;

    /// <summary>An MDL whose array holds <paramref name="pages"/> frame numbers, not initialized; null when memory is used up.</summary>
    public Mdl? Allocate(int pages)
    {
        int list = 0;
        while (list < s_listPages.Length && pages > s_listPages[list])
            list++;
        if (list == s_listPages.Length)
            return AllocateLarge(pages);

        Mdl? mdl = _lists[list].TryTake(out Mdl free) ? free : Create(list);
        if (mdl is not null)
            mdl.Begin(pages);
        return mdl;
    }

    /// <summary>Takes back an MDL that <see cref="Allocate"/> made.</summary>
    public void Free(Mdl mdl)
    {
        mdl.IsFreed = true;
        if (mdl.Home == _large)
        {
            _mdls.Remove(mdl.Address);
            Memory.NonPagedPool.Free(mdl.Address);
        }

        mdl.Home!.Put(mdl);
    }

    /// <summary>An MDL in a pool block of its own, which the driver frees with ExFreePool; null when memory is used up.</summary>
    public Mdl? AllocateInPool(nuint pages, bool isPageAllocation)
    {
        nuint bytes = Mdl.HeaderSize + 8 * pages;
        nuint address = Memory.NonPagedPool.Allocate(bytes, PoolTag, zero: false, contiguous: bytes > PAGE_SIZE);
        if (address == 0)
            return null;

        var mdl = new Mdl(this) { IsInPool = true, IsPageAllocation = isPageAllocation };
        Register(mdl, address, bytes, (int)pages);
        Memory.NonPagedPool.SetOwner(address, mdl);
        return mdl;
    }

    /// <summary>The pool block of an MDL is gone: its address may soon be that of another structure.</summary>
    public void Forget(Mdl mdl)
    {
        mdl.IsFreed = true;
        _mdls.Remove(mdl.Address);
    }

    /// <summary>Fills a frame with bytes that nobody wrote, where a verified machine shows that memory is not zeroed (MDL-511).</summary>
    public void Scramble(Pfn pfn) => _stale.NextBytes(Memory.Arena.Frame(pfn));

    /// <summary>The object for the structure at an address; made on first use.</summary>
    public Mdl At(nuint nonPagedMemory)
    {
        if (_mdls.TryGetValue(nonPagedMemory, out Mdl? known) && (known.Home is not null || known.IsInPool))
            return known;

        if (nonPagedMemory % 8 != 0)
            throw new ArgumentException($"an MDL lies at a multiple of 8 bytes, not at {nonPagedMemory:X16}", nameof(nonPagedMemory));
        HeaderWords header = default;
        for (int i = 0; i < HeaderWords.Count; i++)
        {
            nuint word = nonPagedMemory + 8 * (nuint)i;
            header[i] = Memory.Arena.Block(FindFrame(word, nonPagedMemory), BYTE_OFFSET(word), 8);
        }

        known ??= new Mdl(this);
        _mdls[nonPagedMemory] = known;
        known.Bind(nonPagedMemory, FindFrame(nonPagedMemory, nonPagedMemory), header);
        return known;
    }

    /// <summary>
    /// The host's view of an MDL's array of frame numbers; false when its frames are not adjacent. Faults when the memory ends before
    /// <paramref name="count"/> entries.
    /// </summary>
    public bool TryReach(Mdl mdl, nuint arrayAddress, int count, out HostBlock array)
    {
        nuint wanted = 8 * (nuint)count;
        for (nuint at = arrayAddress; at < arrayAddress + wanted; at = PAGE_ALIGN(at) + PAGE_SIZE)
        {
            if (!IsOrdinary(at))
            {
                System.Processor.AccessFault(at, MemoryAccess.Read, PageFault.NotMapped, ruleId: null,
                    $"The MDL at {mdl.Address:X16} claims {count} pages, but its memory ends at {at:X16}.");
            }
        }

        if (Memory.ContiguousLength(arrayAddress, wanted) < wanted)
        {
            array = default;
            return false;
        }

        array = Memory.Arena.Block(Memory.FindPte(user: null, arrayAddress).Pfn, BYTE_OFFSET(arrayAddress), wanted);
        return true;
    }

    public EProcess? FindProcess(nuint address) => _processes.GetValueOrDefault(address);

    /// <summary>Remembers a process whose address is about to be stored in MDLs.</summary>
    public void Remember(EProcess process)
    {
        _processes.TryAdd(process.Address, process);
        process.IsRemembered = true;
    }

    private Mdl? AllocateLarge(int pages)
    {
        nuint bytes = Mdl.HeaderSize + 8 * (nuint)pages;
        nuint address = Memory.NonPagedPool.Allocate(bytes, PoolTag, zero: false, contiguous: true);
        if (address == 0)
            return null;

        if (!_large.TryTake(out Mdl mdl))
            mdl = new(this) { Home = _large };
        Register(mdl, address, bytes, pages);
        mdl.Begin(pages);
        return mdl;
    }

    private Mdl? Create(int list)
    {
        int pages = s_listPages[list];
        nuint bytes = Mdl.HeaderSize + 8 * (nuint)pages;
        nuint address = Memory.NonPagedPool.Allocate(bytes, PoolTag, zero: false);
        if (address == 0)
            return null;

        var mdl = new Mdl(this) { Home = _lists[list] };
        Register(mdl, address, bytes, pages);
        return mdl;
    }

    private void Register(Mdl mdl, nuint address, nuint bytes, int pages)
    {
        Pfn frame = Memory.NonPagedRegion[address].Pfn;
        mdl.Bind(address, frame, Memory.Arena.Block(frame, BYTE_OFFSET(address), bytes), pages);
        _mdls[address] = mdl;
    }

    private void Prepare(int count)
    {
        for (int i = 0; i < count && Create(list: 0) is { } mdl; i++)
            Free(mdl);
    }

    private Pfn FindFrame(nuint word, nuint nonPagedMemory)
    {
        if (!IsOrdinary(word) || Memory.FindPte(user: null, word).Has(PteFlags.Pageable))
            throw new ArgumentException($"an MDL lies in resident non-paged system memory, which {nonPagedMemory:X16} is not", nameof(nonPagedMemory));
        return Memory.FindPte(user: null, word).Pfn;
    }

    /// <summary>Whether a system address shows memory, which the host can reach.</summary>
    private bool IsOrdinary(nuint address) =>
        Memory.Translate(user: null, address, MemoryAccess.Read, out Pfn pfn) == PageFault.None && Memory.Frames.Contains(pfn);
}
