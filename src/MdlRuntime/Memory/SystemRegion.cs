namespace MdlRuntime;

/// <summary>A range of system addresses with a flat page table; runs of pages are reserved and released in it.</summary>
internal sealed class SystemRegion(nuint baseAddress, int pages, TranslationCache translations)
{
    private readonly Pte[] _table = new Pte[pages];
    private readonly RunBitmap _reserved = new(pages);

    public nuint Base => baseAddress;

    public int PageCount => _table.Length;

    public int FreePages => _reserved.FreeCount;

    public bool Contains(nuint address) => address - baseAddress < (nuint)_table.Length << PAGE_SHIFT;

    /// <summary>Pages from an address of the region to its end.</summary>
    public nuint PagesFrom(nuint address) => (nuint)_table.Length - ((address - baseAddress) >> PAGE_SHIFT);

    public ref readonly Pte this[nuint address] => ref _table[IndexOf(address)];

    /// <summary>The entries of consecutive pages from <paramref name="address"/> on.</summary>
    public ReadOnlySpan<Pte> Entries(nuint address, int count) => _table.AsSpan(IndexOf(address), count);

    /// <summary>The entries, to be changed.</summary>
    public Span<Pte> EditEntries(nuint address, int count)
    {
        translations.Clear();
        return _table.AsSpan(IndexOf(address), count);
    }

    public bool TryReserve(int count, out nuint address)
    {
        bool found = _reserved.TryTake(count, out int first);
        address = found ? baseAddress + ((nuint)first << PAGE_SHIFT) : 0;
        return found;
    }

    /// <summary>Clears the entries and returns the addresses.</summary>
    public void Release(nuint address, int count)
    {
        EditEntries(address, count).Clear();
        _reserved.Release(IndexOf(address), count);
    }

    private int IndexOf(nuint address) => (int)((address - baseAddress) >> PAGE_SHIFT);
}
