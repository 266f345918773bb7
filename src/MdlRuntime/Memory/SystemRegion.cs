namespace MdlRuntime;

/// <summary>A range of system addresses with a flat page table; runs of pages are reserved and released in it.</summary>
internal sealed class SystemRegion(nuint baseAddress, int pages)
{
    private readonly Pte[] _table = new Pte[pages];
    private readonly RunBitmap _reserved = new(pages);

    public nuint Base => baseAddress;

    public int PageCount => _table.Length;

    public int FreePages => _reserved.FreeCount;

    public bool Contains(nuint address) => address - baseAddress < (nuint)_table.Length << PAGE_SHIFT;

    /// <summary>Pages from an address of the region to its end.</summary>
    public nuint PagesFrom(nuint address) => (nuint)_table.Length - ((address - baseAddress) >> PAGE_SHIFT);

    public ref Pte this[nuint address] => ref _table[(int)((address - baseAddress) >> PAGE_SHIFT)];

    /// <summary>The entries of consecutive pages from <paramref name="address"/> on.</summary>
    public Span<Pte> Entries(nuint address, int count) => _table.AsSpan((int)((address - baseAddress) >> PAGE_SHIFT), count);

    public bool TryReserve(int count, out nuint address)
    {
        bool found = _reserved.TryTake(count, out int first);
        address = found ? baseAddress + ((nuint)first << PAGE_SHIFT) : 0;
        return found;
    }

    /// <summary>Clears the entries and returns the addresses.</summary>
    public void Release(nuint address, int count)
    {
        Entries(address, count).Clear();
        _reserved.Release((int)((address - baseAddress) >> PAGE_SHIFT), count);
    }
}
