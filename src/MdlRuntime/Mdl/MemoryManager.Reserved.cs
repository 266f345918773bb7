using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Reserves system addresses, without memory, for later mappings that cannot fail. IRQL at most APC_LEVEL. WDK: MmAllocateMappingAddress.</summary>
    /// <param name="numberOfBytes">Length in bytes, rounded up to whole pages; 0 stops the machine with 0xDA (0x100, ...).</param>
    /// <param name="poolTag">Identifies the owner to the other three routines; its lowest bit does not count. 0 is refused.</param>
    /// <returns>The first address, page aligned; 0 when no range is free or the tag is 0.</returns>
    [Irql(Kirql.APC_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateMappingAddress(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        uint poolTag) =>
        ReservedMappings.Allocate(numberOfBytes, poolTag, nameof(MmAllocateMappingAddress));

    /// <summary><see cref="MmAllocateMappingAddress"/> with options, none of which is documented. IRQL at most APC_LEVEL. WDK: MmAllocateMappingAddressEx.</summary>
    /// <param name="numberOfBytes">Length in bytes, rounded up to whole pages; 0 stops the machine with 0xDA (0x100, ...).</param>
    /// <param name="poolTag">Identifies the owner; 0 is refused.</param>
    /// <param name="flags">0.</param>
    /// <returns>The first address, page aligned; 0 when no range is free or the tag is 0.</returns>
    /// <exception cref="NotModelledException"><paramref name="flags"/> is not 0.</exception>
    [Irql(Kirql.APC_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateMappingAddressEx(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        uint poolTag,
        uint flags) =>
        flags == 0
            ? ReservedMappings.Allocate(numberOfBytes, poolTag, nameof(MmAllocateMappingAddressEx))
            : throw new NotModelledException($"{nameof(MmAllocateMappingAddressEx)} with flags 0x{flags:X}");

    /// <summary>Returns addresses that <see cref="MmAllocateMappingAddress"/> reserved. IRQL at most APC_LEVEL. WDK: MmFreeMappingAddress.</summary>
    /// <param name="baseAddress">An address in the first page. Nothing reserved there stops the machine with 0xDA (0x102, ...), an MDL still mapped there with 0x103.</param>
    /// <param name="poolTag">The owner's tag; another one stops the machine with 0xDA (0x101, ...).</param>
    [Irql(Kirql.APC_LEVEL)]
    public static void MmFreeMappingAddress(
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.FreesPool)] nuint baseAddress,
        uint poolTag) =>
        ReservedMappings.Free(baseAddress, poolTag);

    /// <summary>Maps an MDL at reserved system addresses, which needs no resources. IRQL at most DISPATCH_LEVEL. WDK: MmMapLockedPagesWithReservedMapping.</summary>
    /// <param name="mappingAddress">An address in the first reserved page; no reservation there, a foreign one or one in use stops the machine with 0xDA (0x105, 0x104, 0x107).</param>
    /// <param name="poolTag">The owner's tag.</param>
    /// <param name="mdl">A locked MDL without a system mapping.</param>
    /// <param name="cacheType">A wish; pages that have a caching attribute keep it.</param>
    /// <returns>Address of the first byte of the buffer; 0 if the MDL has more pages than were reserved. MappedSystemVa lacks the byte offset.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    [return: BelongsTo("mdl")]
    public static nuint MmMapLockedPagesWithReservedMapping(
        [MdlValue(MdlValueKind.PageAlignedAddress)] nuint mappingAddress,
        uint poolTag,
        [MdlEffect(MdlEffect.MapsReserved)] Mdl mdl,
        MemoryCachingType cacheType) =>
        ReservedMappings.Map(mappingAddress, poolTag, mdl, cacheType);

    /// <summary>Undoes <see cref="MmMapLockedPagesWithReservedMapping"/>; pages stay locked and addresses reserved. IRQL at most DISPATCH_LEVEL. WDK: MmUnmapReservedMapping.</summary>
    /// <param name="baseAddress">An address in the first reserved page.</param>
    /// <param name="poolTag">The owner's tag.</param>
    /// <param name="mdl">The MDL that is mapped there. A foreign range, an empty one or another number of pages stops the machine with 0xDA (0x108 to 0x10C).</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnmapReservedMapping(
        [MdlValue(MdlValueKind.PageAlignedAddress)] nuint baseAddress,
        uint poolTag,
        [MdlEffect(MdlEffect.UnmapsReserved)] Mdl mdl) =>
        ReservedMappings.Unmap(baseAddress, poolTag, mdl);
}
