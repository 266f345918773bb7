namespace MdlRuntime;

/// <summary>Physical addresses that are no memory: which device answers where, and how its pages are mapped.</summary>
internal sealed class DeviceSpace
{
    /// <summary>Below 4 GiB, where devices have their addresses on a machine with little memory.</summary>
    private const nuint LowestFrame = 0xE_0000;

    /// <summary>Highest frame that a page-table entry can name: 52 bits of physical address.</summary>
    private static readonly nuint HighestFrame = unchecked((nuint)((1ul << 40) - 1));

    private readonly SortedList<nuint, PhysicalWindow> _windows = [];
    private readonly Dictionary<nuint, DevicePage> _mapped = [];
    private nuint _next;

    public DeviceSpace(nuint frameCount)
    {
        const nuint granularity = 1 << (30 - PAGE_SHIFT);
        _next = Math.Max(LowestFrame, (frameCount + granularity - 1) / granularity * granularity);
    }

    /// <summary>Whether MmMapIoSpace has mapped any page of a device.</summary>
    public bool HasMappings => _mapped.Count > 0;

    public static bool Exists(Pfn pfn) => pfn.Number <= HighestFrame;

    /// <summary>Gives a device its addresses, aligned to its length rounded up to a power of two. Addresses are not given twice.</summary>
    public void Add(PhysicalWindow window)
    {
        nuint alignment = System.Numerics.BitOperations.RoundUpToPowerOf2(window.PageCount);
        nuint first = (_next + alignment - 1) & ~(alignment - 1);
        if (first + window.PageCount - 1 > HighestFrame)
            throw new InvalidOperationException("no physical addresses are left for devices");

        window.First = new(first);
        _windows.Add(first, window);
        _next = first + window.PageCount;
    }

    public void Remove(PhysicalWindow window) => _windows.Remove(window.First.Number);

    /// <summary>The device that answers at a frame, or null.</summary>
    public PhysicalWindow? Find(Pfn pfn)
    {
        IList<nuint> starts = _windows.Keys;
        int low = 0, high = starts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (starts[middle] <= pfn.Number)
                low = middle + 1;
            else
                high = middle;
        }

        PhysicalWindow? below = low == 0 ? null : _windows.Values[low - 1];
        return below is not null && pfn.Number - below.First.Number < below.PageCount ? below : null;
    }

    /// <summary>Reads bytes of one frame. Where nobody answers a bus reads ones.</summary>
    public void Read(Pfn pfn, uint offset, Span<byte> destination)
    {
        if (Find(pfn) is { } window)
            window.Read(window.OffsetOf(pfn, offset), destination);
        else
            destination.Fill(0xFF);
    }

    /// <summary>Writes bytes of one frame. Where nobody answers they are lost.</summary>
    public void Write(Pfn pfn, uint offset, ReadOnlySpan<byte> source)
    {
        if (Find(pfn) is { } window)
            window.Write(window.OffsetOf(pfn, offset), source);
    }

    /// <summary>Notes a mapping of a device page and returns its caching: the first mapping decides for all that exist beside it.</summary>
    public MemoryCachingType Map(Pfn pfn, MemoryCachingType wish)
    {
        DevicePage page = _mapped.GetValueOrDefault(pfn.Number, new(0, wish));
        _mapped[pfn.Number] = page with { Mappings = page.Mappings + 1 };
        return page.CacheType;
    }

    public void Unmap(Pfn pfn)
    {
        DevicePage page = _mapped[pfn.Number];
        if (page.Mappings > 1)
            _mapped[pfn.Number] = page with { Mappings = page.Mappings - 1 };
        else
            _mapped.Remove(pfn.Number);
    }

    /// <summary>The caching that mappings of a page have now, or the wished one.</summary>
    public MemoryCachingType CachingOf(Pfn pfn, MemoryCachingType wish) =>
        _mapped.TryGetValue(pfn.Number, out DevicePage page) ? page.CacheType : wish;

    private readonly record struct DevicePage(int Mappings, MemoryCachingType CacheType);
}
