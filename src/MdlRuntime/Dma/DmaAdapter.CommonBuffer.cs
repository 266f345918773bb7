using MdlRuntime.Annotations;
using MdlRuntime.Verification;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    private CommonBuffers? _commonBuffers;

    /// <summary>Allocates memory that processor and device share: either sees what the other stores, without mapping and flushing.</summary>
    /// <param name="length">Bytes; whole pages are allocated, and the rest of the last one must not be touched.</param>
    /// <param name="logicalAddress">What the device is given: the logical address of the first byte. The buffer is one logical range.</param>
    /// <param name="cacheEnabled">Ignored: coherent machines cache the memory, others do not. FreeCommonBuffer repeats it.</param>
    /// <returns>The page-aligned system address, or 0: no contiguous memory within the device's reach, or not enough map registers.</returns>
    /// <remarks>
    /// IRQL PASSIVE_LEVEL. Belongs into the start of the device: later memory is fragmented. A device that cannot reach all memory ties up a map
    /// register for each page. The contents are undefined. WDK: AllocateCommonBuffer.
    /// </remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesCommonBuffer)]
    public nuint AllocateCommonBuffer(
        [MdlValue(MdlValueKind.Length)] uint length,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress,
        bool cacheEnabled) =>
        AllocateCommonBuffer(new(DmaSlot.AllocateCommonBuffer, length, 0, ulong.MaxValue, PlatformCaching, 0, cacheEnabled), out logicalAddress);

    /// <summary><see cref="AllocateCommonBuffer(uint, out PhysicalAddress, bool)"/> below a logical address, cached or not.</summary>
    /// <param name="maximumAddress">The highest logical address that the buffer may have; null: no limit.</param>
    /// <param name="length">Bytes; whole pages are allocated, and the rest of the last one must not be touched.</param>
    /// <param name="logicalAddress">What the device is given: the logical address of the first byte.</param>
    /// <param name="cacheEnabled">Whether the memory is cached; on a machine without coherent DMA it never is.</param>
    /// <param name="preferredNode">0, the only node of this machine; any other gives 0.</param>
    /// <returns>The page-aligned system address, or 0.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. Freed with <see cref="FreeCommonBuffer"/>. WDK: AllocateCommonBufferEx.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesCommonBuffer)]
    public nuint AllocateCommonBufferEx(
        PhysicalAddress? maximumAddress,
        [MdlValue(MdlValueKind.Length)] uint length,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress,
        bool cacheEnabled,
        uint preferredNode)
    {
        MemoryCachingType caching = cacheEnabled ? PlatformCaching : MemoryCachingType.MmNonCached;
        return AllocateCommonBuffer(
            new(DmaSlot.AllocateCommonBufferEx, length, 0, Highest(maximumAddress), caching, preferredNode, cacheEnabled), out logicalAddress);
    }

    /// <summary><see cref="AllocateCommonBuffer(uint, out PhysicalAddress, bool)"/> between two logical addresses, with a caching type.</summary>
    /// <param name="minimumAddress">The lowest logical address that the buffer may have; null: no limit.</param>
    /// <param name="maximumAddress">The highest logical address that the buffer may have; null: no limit.</param>
    /// <param name="length">Bytes; whole pages are allocated, and the rest of the last one must not be touched.</param>
    /// <param name="flags">0, or <see cref="IoManager.DOMAIN_COMMON_BUFFER_LARGE_PAGE"/>: aligned groups of 512 pages, which are harder to find.</param>
    /// <param name="cacheType">MmCached or MmNonCached, heeded on every machine; null: what the machine uses.</param>
    /// <param name="preferredNode">0, the only node of this machine; any other gives 0.</param>
    /// <param name="logicalAddress">What the device is given: the logical address of the first byte.</param>
    /// <returns>The page-aligned system address, or 0; always 0 for other flags and caching types.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. Freed with <see cref="FreeCommonBuffer"/>. WDK: AllocateCommonBufferWithBounds.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesCommonBuffer)]
    public nuint AllocateCommonBufferWithBounds(
        PhysicalAddress? minimumAddress,
        PhysicalAddress? maximumAddress,
        [MdlValue(MdlValueKind.Length)] uint length,
        uint flags,
        MemoryCachingType? cacheType,
        uint preferredNode,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress)
    {
        MemoryCachingType caching = cacheType ?? PlatformCaching;
        bool isPossible = IsBufferCaching(caching) && (flags & ~IoManager.DOMAIN_COMMON_BUFFER_LARGE_PAGE) == 0;
        CommonBufferRequest request = new(DmaSlot.AllocateCommonBufferWithBounds, isPossible ? length : 0,
            (ulong)(minimumAddress?.QuadPart ?? 0), Highest(maximumAddress), caching, preferredNode, CacheEnabled: null)
        {
            Granularity = GranularityOf(flags),
        };
        return AllocateCommonBuffer(request, out logicalAddress);
    }

    /// <summary>Frees a common buffer. All arguments are those of the allocation; there is no partial free.</summary>
    /// <param name="length">Length that was asked for.</param>
    /// <param name="logicalAddress">Logical address that the allocation returned.</param>
    /// <param name="virtualAddress">System address that the allocation returned.</param>
    /// <param name="cacheEnabled">As in the allocation; ignored if that had no such argument.</param>
    /// <remarks>
    /// IRQL PASSIVE_LEVEL. Before <see cref="PutDmaAdapter"/> (else 0xE6/0x07), once, and with the right arguments (else 0xE6/0x03); what was written
    /// outside the buffer is found now (0xE6/0x0F). An address at which no buffer starts stops the machine. WDK: FreeCommonBuffer.
    /// </remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public void FreeCommonBuffer(
        [MdlValue(MdlValueKind.Length)] uint length,
        [MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress logicalAddress,
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.FreesCommonBuffer)] nuint virtualAddress,
        bool cacheEnabled)
    {
        Processor processor = Enter(DmaSlot.FreeCommonBuffer, Kirql.PASSIVE_LEVEL, exact: true);
        if (_commonBuffers?.Find(virtualAddress) is not { } buffer)
        {
            string explanation = $"FreeCommonBuffer was called for {virtualAddress:X16}, at which no common buffer of the adapter starts: freed twice, or never allocated.";
            Report(0x03, 1, 0, 0, "MDL4010", explanation);
            System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x60, virtualAddress, 0, 0, explanation);
            return;
        }

        System.Trace(nameof(FreeCommonBuffer), buffer, virtualAddress, length, (ulong)logicalAddress.QuadPart);
        if (buffer.Length != length || buffer.Logical != logicalAddress || (buffer.CacheEnabled ?? cacheEnabled) != cacheEnabled)
        {
            Report(0x03, 1, 0, 0, "MDL4012",
                $"FreeCommonBuffer was called for {length} bytes at logical address 0x{(ulong)logicalAddress.QuadPart:X}, CacheEnabled {cacheEnabled}; "
                + $"what it frees is {buffer}, CacheEnabled {buffer.CacheEnabled ?? cacheEnabled}.");
        }

        _commonBuffers.CheckGuard(buffer);
        _commonBuffers.Free(processor, buffer);
    }

    internal LogicalWindow Window => _window;

    /// <summary>The domain that the device's accesses go through; null on a machine without IOMMU.</summary>
    internal IommuDmaDomain? CurrentDomain => _remapping?.Domain;

    /// <summary>Whether no memory of the machine lies beyond the device's address lines.</summary>
    internal bool ReachesAllMemory => IsTranslated || _window.CanReach(new(System.Memory.Frames.Count - 1));

    /// <summary>How common buffers are cached where the caller has no say: not, unless the hardware keeps caches coherent (DMA-217).</summary>
    private MemoryCachingType PlatformCaching => System.Options.CoherentDma ? MemoryCachingType.MmCached : MemoryCachingType.MmNonCached;

    internal void ReportOverrun(CommonBuffer buffer, ulong subCode, ulong corrupt, string explanation)
    {
        bool isTag = subCode is 1 or 2;
        Report(0x0F, subCode, isTag ? buffer.Length : buffer.Address, isTag ? buffer.Address : corrupt, "MDL2003", explanation);
    }

    private nuint AllocateCommonBuffer(in CommonBufferRequest request, out PhysicalAddress logicalAddress)
    {
        Enter(request.Slot, Kirql.PASSIVE_LEVEL, exact: true);
        CommonBuffer? buffer = System.Faults.Strikes(request.Routine) ? null : (_commonBuffers ??= new(this, _dma)).Allocate(request);
        logicalAddress = buffer?.Logical ?? default;
        System.Trace(request.Routine, (ITracked?)buffer ?? this, buffer?.Address ?? 0, request.Length, (ulong)logicalAddress.QuadPart);
        return buffer?.Address ?? 0;
    }

    private static uint GranularityOf(uint flags)
    {
        const uint largePage = 512;
        return (flags & IoManager.DOMAIN_COMMON_BUFFER_LARGE_PAGE) != 0 ? largePage : 1;
    }

    private static bool IsBufferCaching(MemoryCachingType type) => type is MemoryCachingType.MmNonCached or MemoryCachingType.MmCached;

    private static ulong Highest(PhysicalAddress? maximumAddress) => maximumAddress is { } maximum ? (ulong)maximum.QuadPart : ulong.MaxValue;
}
