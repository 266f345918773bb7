namespace MdlRuntime;

/// <summary>
/// The built-in allocator of logical addresses of a domain: low addresses first, in blocks of a power of two pages that begin on multiples of their
/// size. A domain with it takes no explicit addresses, one without it takes no others. WDK: IOMMU_DMA_LOGICAL_ALLOCATOR_CONFIG.
/// </summary>
/// <param name="AddressWidth">Bits of the logical addresses, 13 to 63.</param>
public sealed record IommuDmaLogicalAllocatorConfig(uint AddressWidth)
{
    internal bool IsValid => AddressWidth is > 12 and <= 63;
}
