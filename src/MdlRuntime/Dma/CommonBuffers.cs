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

    /// <summary>Buffers that were ever made, the freed ones included.</summary>
    public uint AllocatedCount { get; private set; }

    /// <summary>Whether a buffer holds map registers of the machine's pool.</summary>
    public bool HoldsRegisters => _live.Exists(buffer => buffer.FirstRegister >= 0);

    private MemorySystem Memory => _dma.System.Memory;

    /// <summary>Allocates a buffer, or returns null when no memory or no map registers are left for it.</summary>
    public CommonBuffer? Allocate(in CommonBufferRequest request)
    {
        if (request.Length == 0 || request.Node is not (0 or PageAllocation.AnyNode) || !TryTakeRegisters(request.Length, out int register))
            return null;

        IommuDmaDomain? domain = request.Domain ?? _adapter.CurrentDomain;
        PhysicalAddress logical = default;
        nuint address = domain is null ? Place(request, out logical) : PlaceIn(domain, request, out logical);
        if (address == 0)
        {
            ReleaseRegisters(register, request.Length);
            return null;
        }

        CommonBuffer buffer = new()
        {
            Address = address,
            Length = request.Length,
            Physical = (ulong)Memory.NonPagedRegion[address].Pfn.Number << PAGE_SHIFT,
            Logical = logical,
            Domain = domain,
            Grant = new(_adapter, new(logical, request.Length, IsReadOnly: false), domain),
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

    /// <summary>Lets the device use memory of the caller, at the addresses given or, behind an IOMMU, at some between them; null when there are none.</summary>
    public CommonBuffer? Lend(in BorrowedBuffer memory, PhysicalAddress logical)
    {
        IommuDmaDomain? domain = _adapter.CurrentDomain;
        if (domain is not null && !TryTranslate(domain, memory.Address, memory.Length, memory.Lowest, memory.Highest, memory.Permissions, out logical))
            return null;

        CommonBuffer buffer = new()
        {
            Address = memory.Address,
            Length = memory.Length,
            Physical = (ulong)Memory.FindPte(user: null, memory.Address).Pfn.Number << PAGE_SHIFT,
            Logical = logical,
            Domain = domain,
            Grant = new(_adapter, new(logical, memory.Length, IsReadOnly: memory.Permissions == IommuPermissions.Read), domain),
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
        Share(buffer, isShared: false);
        if (buffer.Domain is { } domain)
            Unmap(domain, buffer);
        if (!buffer.IsBorrowed)
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

    /// <summary>The buffer that the device reaches with a whole range of logical addresses, or with a part of it.</summary>
    public CommonBuffer? FindLogical(PhysicalAddress logical, ulong length) => _live.Find(buffer => buffer.Overlaps(logical, length));

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
    private ulong RegionBytes => _adapter.Channel?.Boundary ?? 1UL << 32;

    private bool IsVerified => _dma.System.Verifier.IsOn;

    private void Add(CommonBuffer buffer)
    {
        _live.Add(buffer);
        AllocatedCount++;
        _dma.Grants.Add(buffer.Grant);
        Share(buffer, isShared: true);
    }

    private void Share(CommonBuffer buffer, bool isShared)
    {
        if (Memory.Cache is not { } cache)
            return;
        foreach (ref readonly Pte pte in Memory.FindEntries(user: null, buffer.Address, (int)buffer.Pages))
        {
            if (pte.Has(PteFlags.Resident))
                cache.Share(pte.Pfn, isShared);
        }
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

    /// <summary>
    /// Finds memory whose logical addresses lie within the bounds: in the adapter's own window, or, if that is too high, where a map register of
    /// the machine lets it appear (DMA-370).
    /// </summary>
    private nuint Place(in CommonBufferRequest request, out PhysicalAddress logical)
    {
        LogicalWindow window = _adapter.Window;
        nuint address = PlaceIn(window, request);
        if (address != 0)
        {
            logical = window.ToLogical((ulong)Memory.NonPagedRegion[address].Pfn.Number << PAGE_SHIFT);
            return address;
        }

        bool mayMove = request.Highest < window.HighestAddress && window.Flip != 0;
        return mayMove && TryFindAlias(request, out logical) ? PlaceBetween(0, window.HighestAddress, request) : NoPlace(out logical);
    }

    private static nuint NoPlace(out PhysicalAddress logical)
    {
        logical = default;
        return 0;
    }

    /// <summary>A free range of logical addresses, as high as the bounds allow; preferably none that look like memory.</summary>
    private bool TryFindAlias(in CommonBufferRequest request, out PhysicalAddress logical)
    {
        ulong memory = (ulong)Memory.Frames.Count << PAGE_SHIFT;
        return TryFindAlias(request, Math.Max(request.Lowest, memory), out logical) || TryFindAlias(request, request.Lowest, out logical);
    }

    private bool TryFindAlias(in CommonBufferRequest request, ulong lowest, out PhysicalAddress logical)
    {
        ulong length = ROUND_TO_PAGES(request.Length), group = request.Granularity * (ulong)PAGE_SIZE;
        ulong end = request.Highest + 1;
        while (end >= length && end - length >= Math.Max(lowest, 1))
        {
            ulong start = (end - length) / group * group;
            logical = new((long)start);
            ulong taken = FirstTaken(start, length);
            if (start >= lowest && taken == ulong.MaxValue)
                return true;
            end = taken == ulong.MaxValue ? start : taken;
        }

        logical = default;
        return false;
    }

    /// <summary>Where something begins that a range of logical addresses runs into; the highest address if it is free.</summary>
    private ulong FirstTaken(ulong start, ulong length)
    {
        // Memory appears in the window from the flipped bit on, and no buffer crosses a border of regions.
        ulong memory = (ulong)Memory.Frames.Count << PAGE_SHIFT, flip = _adapter.Window.Flip, last = start + length - 1;
        if (last >= flip && start < flip + memory)
            return flip;
        if (start / RegionBytes != last / RegionBytes)
            return last / RegionBytes * RegionBytes;
        CommonBuffer? other = _dma.FindCommonBuffer(_adapter, new((long)start), length);
        return other is null ? ulong.MaxValue : (ulong)other.Logical.QuadPart;
    }

    /// <summary>Behind an IOMMU any memory will do.</summary>
    private nuint PlaceIn(IommuDmaDomain domain, in CommonBufferRequest request, out PhysicalAddress logical)
    {
        logical = default;
        nuint address = PlaceBetween(0, ulong.MaxValue, request);
        const IommuPermissions both = IommuPermissions.Read | IommuPermissions.Write;
        if (address == 0 || TryTranslate(domain, address, request.Length, request.Lowest, request.Highest, both, out logical))
            return address;

        Memory.Contiguous.Free(address);
        return 0;
    }

    /// <summary>Gives pages of system memory logical addresses in a row, as high as the bounds allow, so that they are not mistaken for memory.</summary>
    private bool TryTranslate(
        IommuDmaDomain domain, nuint address, uint length, ulong lowest, ulong highest, IommuPermissions permissions, out PhysicalAddress logical)
    {
        uint count = (uint)BYTES_TO_PAGES(length);
        highest = Math.Min(highest, _adapter.Window.HighestAddress);
        ulong preferred = highest >= _adapter.Window.LowestTranslated ? _adapter.Window.LowestTranslated : (highest >> 1) + 1;
        ulong end = highest == ulong.MaxValue ? highest >> PAGE_SHIFT : ((highest + 1) >> PAGE_SHIFT) - 1;
        ulong? found = highest < PAGE_SIZE ? null
            : domain.FindFree(count, RoundUp(Math.Max(lowest, preferred)), end) ?? domain.FindFree(count, Math.Max(RoundUp(lowest), 1), end);
        logical = new((long)((found ?? 0) << PAGE_SHIFT));
        if (found is not { } page)
            return false;

        foreach (ref readonly Pte pte in Memory.FindEntries(user: null, address, (int)count))
            domain.Map(page++, pte.Pfn, permissions);
        return true;
    }

    private static ulong RoundUp(ulong address) => (address >> PAGE_SHIFT) + (BYTE_OFFSET((nuint)address) == 0 ? 0u : 1);

    private static void Unmap(IommuDmaDomain domain, CommonBuffer buffer)
    {
        ulong first = (ulong)buffer.Logical.QuadPart >> PAGE_SHIFT;
        for (ulong page = first; page < first + buffer.Pages; page++)
            domain.Unmap(page);
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
