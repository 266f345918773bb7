using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Allocates memory that the processor shares with every device of a domain.</summary>
    /// <param name="domainHandle">The domain, from <see cref="GetDmaDomain"/>.</param>
    /// <param name="maximumAddress">The highest logical address that the buffer may have; null: no limit.</param>
    /// <param name="length">Bytes; whole pages are allocated, and the rest of the last one must not be touched.</param>
    /// <param name="flags">0, or <see cref="IoManager.DOMAIN_COMMON_BUFFER_LARGE_PAGE"/>: aligned groups of 512 pages, which are harder to find.</param>
    /// <param name="cacheType">MmCached or MmNonCached, heeded on every machine; null: what the machine uses.</param>
    /// <param name="preferredNode">0, the only node of this machine.</param>
    /// <param name="logicalAddress">What the devices are given: the logical address of the first byte in the domain.</param>
    /// <param name="virtualAddress">The page-aligned system address; 0 on failure.</param>
    /// <returns>
    /// STATUS_SUCCESS. STATUS_INVALID_PARAMETER: no domain, no bytes, or flags or a caching type that do not exist. STATUS_NOT_SUPPORTED: the machine has
    /// no IOMMU. STATUS_INSUFFICIENT_RESOURCES.
    /// </returns>
    /// <remarks>IRQL PASSIVE_LEVEL. Freed with <see cref="FreeCommonBuffer"/> of the same adapter. WDK: AllocateDomainCommonBuffer.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus AllocateDomainCommonBuffer(
        IommuDmaDomain? domainHandle,
        PhysicalAddress? maximumAddress,
        [MdlValue(MdlValueKind.Length)] uint length,
        uint flags,
        MemoryCachingType? cacheType,
        uint preferredNode,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress,
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.AllocatesCommonBuffer)] out nuint virtualAddress)
    {
        if (domainHandle is not null && domainHandle.System != System)
            throw new ArgumentException("the domain belongs to another machine", nameof(domainHandle));
        MemoryCachingType caching = cacheType ?? PlatformCaching;
        bool isPossible = domainHandle is not null && length > 0 && IsBufferCaching(caching)
            && (flags & ~IoManager.DOMAIN_COMMON_BUFFER_LARGE_PAGE) == 0;
        // What cannot be meant is refused by the same path, so that the caller is checked first.
        CommonBufferRequest request = new(DmaSlot.AllocateDomainCommonBuffer, IsTranslated && isPossible ? length : 0, 0, Highest(maximumAddress), caching,
            preferredNode, CacheEnabled: null)
        {
            Domain = domainHandle,
            Granularity = GranularityOf(flags),
        };
        virtualAddress = AllocateCommonBuffer(request, out logicalAddress);
        if (!IsTranslated)
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (!isPossible)
            return NtStatus.STATUS_INVALID_PARAMETER;
        return virtualAddress == 0 ? NtStatus.STATUS_INSUFFICIENT_RESOURCES : NtStatus.STATUS_SUCCESS;
    }
}
