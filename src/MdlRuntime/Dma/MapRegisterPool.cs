namespace MdlRuntime;

/// <summary>The machine's map registers: physically adjacent bounce pages that every device can reach, handed out in consecutive runs.</summary>
/// <param name="memory">Where the pages come from.</param>
/// <param name="wanted">Registers to make.</param>
/// <param name="isMarked">Whether pages that hold no data are filled with the pattern, as a verified machine does.</param>
internal sealed class MapRegisterPool(MemorySystem memory, int wanted, bool isMarked)
{
    /// <summary>What a free register and a register mapped for a read hold, so that a missing or too long copy is visible (DMA-315, DMA-373).</summary>
    public const byte Pattern = 0x0F;

    private static readonly Pfn s_preferred = new(0x200);
    private static readonly Pfn s_highest = new(0xFFF);

    private RunBitmap _used = new(0);
    private Pfn _first = Pfn.None;
    private int _users;

    /// <summary>Registers that exist; fewer than wanted on a machine with little memory below 16 MiB.</summary>
    public int Capacity { get; private set; }

    /// <summary>Makes the bounce pages exist for one more adapter; false when there is no memory for a single one.</summary>
    public bool TryAddUser()
    {
        if (_users == 0 && !TryAllocate())
            return false;

        _users++;
        return true;
    }

    /// <summary>The last user takes the bounce pages with it.</summary>
    public void RemoveUser()
    {
        if (--_users > 0)
            return;

        for (int i = 0; i < Capacity; i++)
            memory.Frames.RemoveOwner(new(_first.Number + (nuint)i));
        Capacity = 0;
    }

    public bool TryTake(uint count, out int first)
    {
        first = -1;
        return count <= (uint)Capacity && _used.TryTake((int)count, out first);
    }

    /// <summary>Takes registers whose pages do not cross a multiple of <paramref name="boundary"/> bytes (DMA-108).</summary>
    public bool TryTake(uint count, uint boundary, out int first)
    {
        first = -1;
        for (int start = 0; start < Capacity; start = EndOfBlock(start, boundary))
        {
            int end = EndOfBlock(start, boundary);
            if (count <= (uint)(end - start) && _used.TryTake((int)count, start, end, out first))
                return true;
        }

        return false;
    }

    /// <summary>The most registers that can ever be taken at a time without crossing a multiple of <paramref name="boundary"/> bytes.</summary>
    public uint LargestWithin(uint boundary)
    {
        int largest = 0;
        for (int start = 0; start < Capacity; start = EndOfBlock(start, boundary))
            largest = Math.Max(largest, EndOfBlock(start, boundary) - start);
        return (uint)largest;
    }

    public void Release(int first, uint count)
    {
        _used.Release(first, (int)count);
        Mark(Address(first), count * PAGE_SIZE);
    }

    /// <summary>Whether a physical address lies behind a register that nobody has.</summary>
    public bool IsFree(ulong address) =>
        Capacity > 0 && address >= Address(0) && address < Address(Capacity) && !_used.IsUsed((int)((address - Address(0)) >> PAGE_SHIFT));

    /// <summary>The first change in pages that hold no data, repaired so that it is found once; for verified machines.</summary>
    public bool TryFindChange(int first, uint count, out ulong address)
    {
        Span<byte> bytes = Bytes(Address(first), count * PAGE_SIZE);
        int change = bytes.IndexOfAnyExcept(Pattern);
        address = Address(first) + (ulong)change;
        if (change < 0)
            return false;

        bytes[change..].Fill(Pattern);
        return true;
    }

    /// <summary>The same for all the registers that nobody has.</summary>
    public bool TryFindChange(out ulong address)
    {
        for (int register = 0; register < Capacity; register++)
        {
            if (!_used.IsUsed(register) && TryFindChange(register, 1, out address))
                return true;
        }

        address = 0;
        return false;
    }

    /// <summary>Makes bytes that hold no data recognizable.</summary>
    public void Mark(ulong address, ulong length)
    {
        if (isMarked)
            Bytes(address, length).Fill(Pattern);
    }

    /// <summary>Physical address of the page behind a register.</summary>
    public ulong Address(int register) => (ulong)(_first.Number + (nuint)register) << PAGE_SHIFT;

    /// <summary>Bounce bytes at a physical address, as far as there are registers: a run longer than its own goes on into those of others.</summary>
    public Span<byte> Bytes(ulong address, ulong length)
    {
        ulong end = Math.Max(address, Math.Min(address + length, Address(Capacity)));
        return memory.Arena.Bytes(new((nuint)(address >> PAGE_SHIFT)), BYTE_OFFSET((nuint)address), (int)(end - address));
    }

    /// <summary>The register after the last one that lies in the same block of <paramref name="boundary"/> bytes.</summary>
    private int EndOfBlock(int register, uint boundary)
    {
        ulong next = (Address(register) / boundary + 1) * boundary;
        return (int)Math.Min((ulong)Capacity, (ulong)register + ((next - Address(register)) >> PAGE_SHIFT));
    }

    private bool TryAllocate()
    {
        int count = Math.Min(wanted, (int)s_highest.Number);
        while (!memory.Frames.TryAllocateContiguous((nuint)count, s_preferred, s_highest, 0, FrameUse.MapRegister, out _first)
            && !memory.Frames.TryAllocateContiguous((nuint)count, new(1), s_highest, 0, FrameUse.MapRegister, out _first))
        {
            count /= 2;
            if (count == 0)
                return false;
        }

        Capacity = count;
        _used = new(count, reusesSoon: !isMarked);
        Mark(Address(0), (ulong)count * PAGE_SIZE);
        return true;
    }
}
