using System.Numerics;

namespace MdlRuntime;

/// <summary>The common buffers of one adapter: where they lie, what they tie up, and what the device may therefore touch at any time.</summary>
internal sealed class CommonBuffers
{
    private readonly DmaAdapter _adapter;
    private readonly DmaSystem _dma;
    private readonly List<CommonBuffer> _live = [];

    public CommonBuffers(DmaAdapter adapter, DmaSystem dma)
    {
        (_adapter, _dma) = (adapter, dma);
        dma.CommonBuffers.Add(this);
    }

    public DmaAdapter Adapter => _adapter;

    public uint Count => (uint)_live.Count;

    /// <summary>Whether a buffer holds map registers of the machine's pool.</summary>
    public bool HoldsRegisters => _live.Exists(buffer => buffer.FirstRegister >= 0);

    private MemorySystem Memory => _dma.System.Memory;

    /// <summary>Allocates a buffer, or returns null when no memory or no map registers are left for it.</summary>
    public CommonBuffer? Allocate(in CommonBufferRequest request)
    {
        if (request.Length == 0 || request.Node is not (0 or PageAllocation.AnyNode) || !TryTakeRegisters(request.Length, out int register))
            return null;

        nuint address = Place(request, out LogicalWindow window);
        if (address == 0)
        {
            ReleaseRegisters(register, request.Length);
            return null;
        }

        ulong physical = (ulong)Memory.NonPagedRegion[address].Pfn.Number << PAGE_SHIFT;
        PhysicalAddress logical = window.ToLogical(physical);
        CommonBuffer buffer = new()
        {
            Address = address,
            Length = request.Length,
            Physical = physical,
            Logical = logical,
            Grant = new(_adapter, new(logical, request.Length, IsReadOnly: false)),
            CacheEnabled = request.CacheEnabled,
            IsGuarded = IsVerified,
            IsElement = request.IsElement,
            FirstRegister = register,
        };
        Add(buffer);
        if (buffer.IsGuarded)
        {
            for (nuint at = address; at < address + request.Length; at += PAGE_SIZE)
                _dma.System.Layer<MdlLayer>().Scramble(Memory.NonPagedRegion[at].Pfn);
            Guard(buffer).Fill();
        }

        _dma.System.Verifier.Allocated(request.Routine, address, request.Length);
        return buffer;
    }

    /// <summary>The buffer that FreeCommonBuffer frees at an address.</summary>
    public CommonBuffer? Find(nuint address) => _live.Find(buffer => buffer.Address == address && !buffer.IsElement);

    /// <summary>An element of a vector that nobody has freed.</summary>
    public CommonBuffer? FindElement() => _live.Find(buffer => buffer.IsElement);

    /// <summary>Lets the device use memory of the caller.</summary>
    public CommonBuffer Lend(nuint address, uint length, ulong physical, PhysicalAddress logical)
    {
        CommonBuffer buffer = new()
        {
            Address = address,
            Length = length,
            Physical = physical,
            Logical = logical,
            Grant = new(_adapter, new(logical, length, IsReadOnly: false)),
            IsBorrowed = true,
        };
        Add(buffer);
        return buffer;
    }

    /// <summary>Gives memory and map registers back.</summary>
    public void Free(Processor processor, CommonBuffer buffer)
    {
        _live.Remove(buffer);
        _dma.Grants.Remove(buffer.Grant);
        _dma.System.Verifier.Released(buffer.Address);
        // A driver may have given the pages back behind the adapter's back.
        if (!buffer.IsBorrowed && Memory.Contiguous.TryGetBlock(buffer.Address, out _))
            Memory.Contiguous.Free(buffer.Address);
        if (buffer.FirstRegister < 0)
            return;

        ReleaseRegisters(buffer.FirstRegister, buffer.Length);
        _dma.GrantWaiting(processor);
    }

    /// <summary>Calls back for every buffer around which something was written.</summary>
    public void CheckGuards()
    {
        foreach (CommonBuffer buffer in _live)
            CheckGuard(buffer);
    }

    /// <summary>Reports what was written around a buffer, if anything was, and repairs it so that it is reported once.</summary>
    public void CheckGuard(CommonBuffer buffer)
    {
        if (!buffer.IsGuarded || !Memory.Contiguous.TryGetBlock(buffer.Address, out _) || !Guard(buffer).TryFindChange(out ulong subCode, out nuint address))
            return;

        Guard(buffer).Fill();
        _adapter.ReportOverrun(buffer, subCode, address, $"A driver wrote to {address:X16}, outside the {buffer}.");
    }

    /// <summary>The buffer that the device may reach with a range of logical addresses.</summary>
    public CommonBuffer? FindLogical(PhysicalAddress logical, ulong length)
    {
        foreach (CommonBuffer buffer in _live)
        {
            if (buffer.Contains(logical, length))
                return buffer;
        }

        return null;
    }

    public bool HoldsPhysical(ulong physical) => _live.Exists(buffer => physical - buffer.Physical < buffer.Length);

    /// <summary>The buffer whose neighbourhood of one page holds a logical address that no buffer holds.</summary>
    public CommonBuffer? FindNeighbour(PhysicalAddress logical)
    {
        foreach (CommonBuffer buffer in _live)
        {
            ulong distance = unchecked((ulong)logical.QuadPart - ((ulong)buffer.Logical.QuadPart - PAGE_SIZE));
            if (distance < (buffer.Pages + 2) * (ulong)PAGE_SIZE)
                return buffer;
        }

        return null;
    }

    /// <summary>Forgets the adapter's view of the machine; the memory stays with whoever leaked it.</summary>
    public void Close()
    {
        foreach (CommonBuffer buffer in _live)
            _dma.Grants.Remove(buffer.Grant);
        _dma.CommonBuffers.Remove(this);
    }

    /// <summary>A buffer lies in one region of 4 GiB, or within what the controller of a subordinate device counts (DMA-223).</summary>
    private ulong RegionBytes => _adapter.RegisterBoundary is > 0 and var boundary ? boundary : 1UL << 32;

    private bool IsVerified => _dma.System.Verifier.IsOn;

    private void Add(CommonBuffer buffer)
    {
        _live.Add(buffer);
        _dma.Grants.Add(buffer.Grant);
    }

    private BufferGuard Guard(CommonBuffer buffer) => new(Memory, buffer.Address, buffer.Length);

    /// <summary>An adapter that cannot reach all memory loads a map register for every page (DMA-216, DMA-220).</summary>
    private bool TryTakeRegisters(uint length, out int first)
    {
        first = -1;
        uint pages = (uint)BYTES_TO_PAGES(length);
        return _adapter.ReachesAllMemory || pages <= _adapter.MaximumRegisters && _dma.TryTakeRegisters(pages, out first);
    }

    private void ReleaseRegisters(int first, uint length)
    {
        if (first >= 0)
            _dma.Registers.Release(first, (uint)BYTES_TO_PAGES(length));
    }

    /// <summary>Finds memory whose logical addresses lie within the bounds: in the adapter's own window, or in a narrower one if that is too high.</summary>
    private nuint Place(in CommonBufferRequest request, out LogicalWindow window)
    {
        window = _adapter.Window;
        nuint address = PlaceIn(window, request);
        if (address != 0 || request.Highest >= window.HighestAddress || window.Flip == 0)
            return address;

        int width = 64 - BitOperations.LeadingZeroCount(request.Highest);
        for (int narrow = width; narrow >= width - 1 && address == 0 && 1UL << narrow > PAGE_SIZE; narrow--)
        {
            window = new(narrow, logicalEqualsPhysical: false, regionShift: 0);
            // No address may mean two things on one bus.
            if (!Memory.Frames.Contains(Pfn.Of(new((long)_adapter.Window.ToPhysical(new((long)window.Flip))))))
                address = PlaceIn(window, request);
        }

        return address;
    }

    private nuint PlaceIn(LogicalWindow window, in CommonBufferRequest request)
    {
        ulong flip = window.Flip;
        ulong highest = Math.Min(request.Highest, window.HighestAddress);
        if (flip == 0)
            return PlaceBetween(request.Lowest, highest, request);

        // The lower half of memory is the upper half of the window, and the other way round.
        nuint address = highest < flip ? 0 : PlaceBetween(request.Lowest - Math.Min(request.Lowest, flip), highest - flip, request);
        return address != 0 || request.Lowest >= flip
            ? address
            : PlaceBetween(flip + request.Lowest, flip + Math.Min(highest, flip - 1), request);
    }

    private nuint PlaceBetween(ulong lowest, ulong highest, in CommonBufferRequest request)
    {
        ulong end = highest == ulong.MaxValue ? (ulong)Memory.Frames.Count : (highest + 1) >> PAGE_SHIFT;
        if (end == 0)
            return 0;

        nuint group = request.Granularity * (nuint)PAGE_SIZE;
        return Memory.Contiguous.Allocate((request.Length + group - 1) / group * group, new((nuint)((lowest + PAGE_SIZE - 1) >> PAGE_SHIFT)),
            new((nuint)end - 1), (nuint)(RegionBytes >> PAGE_SHIFT), PteFlags.Writable, request.CacheType, IsVerified ? 1 : 0, request.Granularity);
    }
}
