namespace MdlRuntime;

/// <summary>
/// How an adapter's bus presents memory: the logical address of a byte is its physical address with one bit flipped, the highest that the
/// device drives. So logical and physical addresses never coincide (D17), neighbours stay neighbours, and no device needs more address lines.
/// </summary>
internal readonly struct LogicalWindow
{
    /// <summary>Highest width that matters: memory ends far below, and the flipped bit must stay clear of it.</summary>
    private const int WidestFlip = 45;

    private readonly ulong _flip;

    /// <summary>Bits of frame numbers: no run goes on where one of them changes.</summary>
    private readonly nuint _borders;

    /// <param name="addressWidth">Address bits that the device drives.</param>
    /// <param name="logicalEqualsPhysical">Whether nothing is flipped.</param>
    /// <param name="regionShift">No run crosses a border of 2 to this power pages; 0: no run is longer than a page.</param>
    public LogicalWindow(int addressWidth, bool logicalEqualsPhysical, int regionShift)
    {
        HighestAddress = addressWidth == 64 ? ulong.MaxValue : (1UL << addressWidth) - 1;
        _flip = logicalEqualsPhysical ? 0 : 1UL << (Math.Min(addressWidth, WidestFlip) - 1);
        _borders = (nuint.MaxValue << regionShift) | (nuint)(_flip >> PAGE_SHIFT);
    }

    /// <summary>The highest address that the device can drive.</summary>
    public ulong HighestAddress { get; }

    /// <summary>The bit in which logical and physical addresses differ; 0 where they do not.</summary>
    public ulong Flip => _flip;

    /// <summary>Where the logical addresses behind an IOMMU begin: the upper half of what the device drives, away from any memory.</summary>
    public ulong LowestTranslated => HighestAddress == ulong.MaxValue ? 1UL << WidestFlip : (HighestAddress >> 1) + 1;

    public bool CanReach(Pfn pfn) => (((ulong)pfn.Number << PAGE_SHIFT) | (PAGE_SIZE - 1)) <= HighestAddress;

    public PhysicalAddress ToLogical(ulong physical) => new((long)(physical ^ _flip));

    public ulong ToPhysical(PhysicalAddress logical) => (ulong)logical.QuadPart ^ _flip;

    /// <summary>Whether neighbours in a range of logical addresses that can be driven are neighbours in memory.</summary>
    public bool IsOneRange(PhysicalAddress logical, int length)
    {
        ulong first = (ulong)logical.QuadPart, last = unchecked(first + (ulong)length - 1);
        return last >= first && last <= HighestAddress && ((first ^ last) & _flip) == 0;
    }

    /// <summary>Whether a run may go on with the page after <paramref name="pfn"/>, which follows it on the bus too.</summary>
    public bool ContinuesAfter(Pfn pfn) => ((pfn.Number ^ (pfn.Number + 1)) & _borders) == 0;
}
