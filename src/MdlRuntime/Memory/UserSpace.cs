namespace MdlRuntime;

/// <summary>The user half of one process: a two-level page table and the regions allocated in it.</summary>
internal sealed class UserSpace(MemorySystem memory)
{
    public const nuint LowestAddress = 0x10000;
    public static readonly nuint HighestAddress = unchecked((nuint)0x7FFF_FFFE_FFFF);

    /// <summary>Views may not end above this address (MDL-219: 64 KiB below the highest user address).</summary>
    public static readonly nuint HighestViewAddress = HighestAddress - 0x10000;
    public const nuint AllocationGranularity = 0x10000;

    private const int LeafShift = 9;
    private const int LeafSize = 1 << LeafShift;

    private readonly Dictionary<nuint, Pte[]> _leaves = [];
    private readonly SortedList<nuint, UserRegion> _regions = [];
    private Pte[]? _lastLeaf;
    private nuint _lastLeafIndex;
    private nuint _cursor = 0x0000_0200_0000;

    public IList<UserRegion> Regions => _regions.Values;

    /// <summary>Whether [address, address + length) lies in the user half without wrapping.</summary>
    public static bool IsUserRange(nuint address, nuint length) =>
        address <= HighestAddress && length <= HighestAddress + 1 - address;

    /// <summary>The entry of an address, or a null reference when its part of the table does not exist.</summary>
    public ref Pte Find(nuint address)
    {
        nuint page = address >> PAGE_SHIFT;
        nuint index = page >> LeafShift;
        if (_lastLeaf is null || _lastLeafIndex != index)
        {
            if (!_leaves.TryGetValue(index, out Pte[]? leaf))
                return ref System.Runtime.CompilerServices.Unsafe.NullRef<Pte>();
            (_lastLeaf, _lastLeafIndex) = (leaf, index);
        }

        return ref _lastLeaf[(int)(page & (LeafSize - 1))];
    }

    public PteFlags FlagsOf(nuint address)
    {
        ref Pte pte = ref Find(address);
        return System.Runtime.CompilerServices.Unsafe.IsNullRef(ref pte) ? PteFlags.None : pte.Flags;
    }

    /// <summary>Commits zeroed pages in a new region; false when no address range or no frame is left, and then nothing is changed.</summary>
    public bool TryAllocate(nuint pages, PteFlags protection, out nuint address)
    {
        if (!TryFindRange(pages, out address) || (long)pages > memory.Frames.FreeCount)
            return false;

        Pfn neighbour = Pfn.None;
        for (nuint i = 0; i < pages; i++)
        {
            memory.Frames.TryAllocate(FrameUse.Process, neighbour, out Pfn pfn);
            memory.Arena.Zero(pfn);
            Ensure(address + (i << PAGE_SHIFT)) = new()
            {
                Pfn = pfn,
                Flags = protection | PteFlags.Committed | PteFlags.Resident | PteFlags.Pageable,
                CacheType = MemoryCachingType.MmCached,
            };
            neighbour = pfn;
        }

        _regions.Add(address, new(address, pages, IsMdlView: false));
        return true;
    }

    /// <summary>Enters a view of frames that somebody else holds at a range that <see cref="TryFindRange"/> or the caller found free.</summary>
    public void MapView(nuint address, ReadOnlySpan<nuint> frames, PteFlags protection, MemoryCachingType cacheType)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            Ensure(address + ((nuint)i << PAGE_SHIFT)) = new()
            {
                Pfn = new(frames[i]),
                Flags = protection | PteFlags.Committed | PteFlags.Resident | PteFlags.View,
                CacheType = cacheType,
            };
        }

        _regions.Add(address, new(address, (nuint)frames.Length, IsMdlView: true));
    }

    public UserRegion? RegionAt(nuint baseAddress) => _regions.GetValueOrDefault(baseAddress);

    /// <summary>Removes a region; frames that only it owned become free unless an MDL locks them (D11).</summary>
    public void Remove(UserRegion region)
    {
        for (nuint address = region.Base; address < region.End; address += PAGE_SIZE)
        {
            ref Pte pte = ref Find(address);
            if (pte.Has(PteFlags.Resident) && !pte.Has(PteFlags.View))
                memory.Frames.RemoveOwner(pte.Pfn);
            pte = default;
        }

        _regions.Remove(region.Base);
    }

    public void RemoveAll()
    {
        while (_regions.Count > 0)
            Remove(_regions.Values[^1]);
    }

    /// <summary>Whether a region overlaps the pages from <paramref name="address"/> on.</summary>
    public bool Overlaps(nuint address, nuint pages)
    {
        nuint end = address + (pages << PAGE_SHIFT);
        foreach (UserRegion region in _regions.Values)
        {
            if (region.Base < end && address < region.End)
                return true;
        }

        return false;
    }

    /// <summary>A free range at an allocation boundary, with at least one free page behind the region before it.</summary>
    public bool TryFindRange(nuint pages, out nuint address)
    {
        nuint length = pages << PAGE_SHIFT;
        address = _cursor;
        if (pages == 0 || pages > HighestViewAddress >> PAGE_SHIFT || length > HighestViewAddress - address)
            return false;

        _cursor = (address + length + PAGE_SIZE + AllocationGranularity - 1) & ~(AllocationGranularity - 1);
        return true;
    }

    private ref Pte Ensure(nuint address)
    {
        nuint index = address >> PAGE_SHIFT >> LeafShift;
        if (!_leaves.ContainsKey(index))
            _leaves.Add(index, new Pte[LeafSize]);
        return ref Find(address);
    }
}
