using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>The user half of one process: a two-level page table and the regions allocated in it.</summary>
internal sealed partial class UserSpace(MemorySystem memory)
{
    public MemorySystem Memory => memory;

    public const nuint LowestAddress = 0x10000;
    public static readonly nuint HighestAddress = unchecked((nuint)0x7FFF_FFFE_FFFF);

    /// <summary>Views may not end above this address (MDL-219: 64 KiB below the highest user address).</summary>
    public static readonly nuint HighestViewAddress = HighestAddress - 0x10000;
    public const nuint AllocationGranularity = 0x10000;

    private const int LeafShift = 9;
    private const int LeafSize = 1 << LeafShift;

    private const nuint FirstCursor = 0x0200_0000;

    private readonly Dictionary<nuint, Pte[]> _leaves = [];
    private readonly SortedList<nuint, UserRegion> _regions = [];
    private Pte[]? _lastLeaf;
    private nuint _lastLeafIndex = nuint.MaxValue;
    private Pte[]? _spareLeaf;
    private nuint _cursor = FirstCursor;

    public IList<UserRegion> Regions => _regions.Values;

    /// <summary>Whether [address, address + length) lies in the user half without wrapping.</summary>
    public static bool IsUserRange(nuint address, nuint length) =>
        address <= HighestAddress && length <= HighestAddress + 1 - address;

    /// <summary>The entry of an address, or a null reference when its part of the table does not exist.</summary>
    public ref readonly Pte Find(nuint address)
    {
        Pte[]? leaf = _lastLeafIndex == LeafIndex(address) ? _lastLeaf : FindLeaf(address);
        if (leaf is null)
            return ref Unsafe.NullRef<Pte>();
        return ref leaf[(int)(address >> PAGE_SHIFT) & (LeafSize - 1)];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Pte[]? FindLeaf(nuint address)
    {
        nuint index = LeafIndex(address);
        if (_leaves.TryGetValue(index, out Pte[]? leaf))
            (_lastLeaf, _lastLeafIndex) = (leaf, index);
        return leaf;
    }

    /// <summary>The same entry, to be changed.</summary>
    public ref Pte Edit(nuint address)
    {
        memory.Translations.Clear();
        return ref Unsafe.AsRef(in Find(address));
    }

    /// <summary>The entries of consecutive pages from <paramref name="address"/> on, at most <paramref name="count"/>; fewer at the end of a table, none without a table.</summary>
    public ReadOnlySpan<Pte> Entries(nuint address, int count)
    {
        Pte[]? leaf = _lastLeafIndex == LeafIndex(address) ? _lastLeaf : FindLeaf(address);
        if (leaf is null)
            return [];

        int first = (int)(address >> PAGE_SHIFT) & (LeafSize - 1);
        return leaf.AsSpan(first, Math.Min(count, LeafSize - first));
    }

    public PteFlags FlagsOf(nuint address)
    {
        ref readonly Pte pte = ref Find(address);
        return Unsafe.IsNullRef(in pte) ? PteFlags.None : pte.Flags;
    }

    /// <summary>Enters a view of frames that somebody else holds at a range that <see cref="TryFindRange"/> or the caller found free.</summary>
    public void MapView(nuint address, ReadOnlySpan<nuint> frames, PteFlags protection, MemoryCachingType cacheType)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            Ensure(address + ((nuint)i << PAGE_SHIFT)) = new()
            {
                Pfn = new(frames[i]),
                Flags = protection | memory.Frames.ViewFlags(new(frames[i])),
                CacheType = memory.Frames.CacheTypeFor(new(frames[i]), cacheType),
            };
        }

        Add(new(address, (nuint)frames.Length, UserRegionKind.MdlView));
    }

    public UserRegion? RegionAt(nuint baseAddress) => _regions.GetValueOrDefault(baseAddress);

    /// <summary>Removes a region; frames that only it owned become free unless an MDL locks them (D11).</summary>
    public void Remove(UserRegion region)
    {
        for (nuint address = region.Base; address < region.End; address += PAGE_SIZE)
        {
            ref Pte pte = ref Edit(address);
            if (Unsafe.IsNullRef(ref pte))
                address = LastPageOfTable(address);
            else
                Release(address, ref pte);
        }

        _regions.Remove(region.Base);
        DropLeaves(region);
    }

    public void RemoveAll()
    {
        while (_regions.Count > 0)
            Remove(_regions.Values[^1]);
    }

    /// <summary>Whether a region overlaps the pages from <paramref name="address"/> on.</summary>
    public bool Overlaps(nuint address, nuint pages)
    {
        int next = FirstRegionEndingAfter(address);
        return next < _regions.Count && _regions.Values[next].Base < address + (pages << PAGE_SHIFT);
    }

    /// <summary>
    /// A free range at an allocation boundary, with at least one free page before and behind it. Addresses are reused as late as
    /// possible, so that stale ones fault.
    /// </summary>
    public bool TryFindRange(nuint pages, out nuint address) =>
        TryFindRangeFrom(_cursor, pages, out address) || TryFindRangeFrom(LowestAddress, pages, out address);

    private bool TryFindRangeFrom(nuint start, nuint pages, out nuint address)
    {
        address = start;
        if (pages == 0 || pages > HighestViewAddress >> PAGE_SHIFT)
            return false;

        nuint length = pages << PAGE_SHIFT;
        for (int next = FirstRegionEndingAfter(start - PAGE_SIZE); ; next++)
        {
            if (length > HighestViewAddress + 1 - address)
                return false;
            if (next == _regions.Count || address + length + PAGE_SIZE <= _regions.Values[next].Base)
                return true;

            address = AlignUp(_regions.Values[next].End + PAGE_SIZE);
            if (address > HighestViewAddress)
                return false;
        }
    }

    private void Add(UserRegion region)
    {
        _regions.Add(region.Base, region);
        nuint behind = AlignUp(region.End + PAGE_SIZE);
        _cursor = behind < HighestViewAddress ? behind : LowestAddress;
    }

    /// <summary>Index of the first region with an address above <paramref name="address"/>; the number of regions if there is none.</summary>
    private int FirstRegionEndingAfter(nuint address)
    {
        int low = 0, high = _regions.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_regions.Values[middle].End > address)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private static nuint AlignUp(nuint address) => (address + AllocationGranularity - 1) & ~(AllocationGranularity - 1);

    private ref Pte Ensure(nuint address)
    {
        nuint index = LeafIndex(address);
        if (!_leaves.ContainsKey(index))
        {
            _leaves.Add(index, _spareLeaf ?? new Pte[LeafSize]);
            _spareLeaf = null;
        }

        return ref Edit(address);
    }

    /// <summary>Frees the parts of the table that only a removed region used; one is kept for the next region.</summary>
    private void DropLeaves(UserRegion region)
    {
        nuint last = LeafIndex(region.End - 1);
        for (nuint index = LeafIndex(region.Base); index <= last; index++)
        {
            if (Overlaps(index << (LeafShift + PAGE_SHIFT), LeafSize) || !_leaves.Remove(index, out Pte[]? leaf))
                continue;

            _spareLeaf = leaf;
            (_lastLeaf, _lastLeafIndex) = (null, nuint.MaxValue);
        }
    }

    private static nuint LastPageOfTable(nuint address) => PAGE_ALIGN(address | (((nuint)LeafSize << PAGE_SHIFT) - 1));

    private static nuint LeafIndex(nuint address) => address >> (PAGE_SHIFT + LeafShift);
}
