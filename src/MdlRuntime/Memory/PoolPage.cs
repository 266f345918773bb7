namespace MdlRuntime;

/// <summary>A page of pool that is cut into blocks of one size.</summary>
internal sealed class PoolPage
{
    private readonly ushort[] _free = new ushort[PAGE_SIZE / Pool.Granule];
    private int _freeCount;
    private int _capacity;

    public nuint Address { get; private set; }

    public int SizeClass { get; private set; }

    public bool IsFull => _freeCount == 0;

    public bool IsEmpty => _freeCount == _capacity;

    /// <summary>Links in the list of pages of this size that have room.</summary>
    public PoolPage? Next { get; set; }

    public PoolPage? Previous { get; set; }

    /// <summary>Cuts a page into free blocks; the lowest is taken first.</summary>
    public void Reset(nuint address, int sizeClass)
    {
        (Address, SizeClass) = (address, sizeClass);
        int size = sizeClass * Pool.Granule;
        _capacity = _freeCount = (int)PAGE_SIZE / size;
        for (int i = 0; i < _capacity; i++)
            _free[i] = (ushort)((_capacity - 1 - i) * size);
    }

    public nuint Take() => Address + _free[--_freeCount];

    public void Return(nuint block) => _free[_freeCount++] = (ushort)(block - Address);
}
