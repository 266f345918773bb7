using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Allocates pages that an MDL describes. WDK: MmAllocatePagesForMdl.</summary>
    /// <param name="lowAddress">Lowest acceptable physical address.</param>
    /// <param name="highAddress">Highest acceptable physical address.</param>
    /// <param name="skipBytes">Distance between ranges.</param>
    /// <param name="totalBytes">Length in bytes.</param>
    /// <returns>The MDL, or null.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesPages)]
    public static Mdl? MmAllocatePagesForMdl(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        PhysicalAddress skipBytes,
        [MdlValue(MdlValueKind.Length)] nuint totalBytes) =>
        throw new NotModelledException(nameof(MmAllocatePagesForMdl));

    /// <summary>Allocates pages that an MDL describes, with options. WDK: MmAllocatePagesForMdlEx.</summary>
    /// <param name="lowAddress">Lowest acceptable physical address.</param>
    /// <param name="highAddress">Highest acceptable physical address.</param>
    /// <param name="skipBytes">Distance between ranges.</param>
    /// <param name="totalBytes">Length in bytes.</param>
    /// <param name="cacheType">Caching of the pages.</param>
    /// <param name="flags">Options.</param>
    /// <returns>The MDL, or null.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesPages)]
    public static Mdl? MmAllocatePagesForMdlEx(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        PhysicalAddress skipBytes,
        [MdlValue(MdlValueKind.Length)] nuint totalBytes,
        MemoryCachingType cacheType,
        MmAllocateFlags flags) =>
        throw new NotModelledException(nameof(MmAllocatePagesForMdlEx));

    /// <summary>Frees the pages of a page-allocating MDL. WDK: MmFreePagesFromMdl.</summary>
    /// <param name="mdl">The MDL.</param>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmFreePagesFromMdl(
        [MdlEffect(MdlEffect.FreesPages)] Mdl mdl) =>
        throw new NotModelledException(nameof(MmFreePagesFromMdl));

    /// <summary>Moves the start of an MDL forward. WDK: MmAdvanceMdl.</summary>
    /// <param name="mdl">A locked MDL.</param>
    /// <param name="numberOfBytes">Distance in bytes.</param>
    /// <returns>A status.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmAdvanceMdl(
        [MdlEffect(MdlEffect.Advances)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferLength)] uint numberOfBytes) =>
        throw new NotModelledException(nameof(MmAdvanceMdl));

    /// <summary>Maps device memory. WDK: MmMapIoSpace.</summary>
    /// <param name="physicalAddress">First physical address.</param>
    /// <param name="numberOfBytes">Length in bytes.</param>
    /// <param name="cacheType">Caching.</param>
    /// <returns>The system address, or 0.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.MemoryAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmMapIoSpace(
        [MdlValue(MdlValueKind.PhysicalAddress)] PhysicalAddress physicalAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        MemoryCachingType cacheType) =>
        throw new NotModelledException(nameof(MmMapIoSpace));

    /// <summary>Unmaps device memory. WDK: MmUnmapIoSpace.</summary>
    /// <param name="baseAddress">What MmMapIoSpace returned.</param>
    /// <param name="numberOfBytes">Length in bytes.</param>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnmapIoSpace(
        [MdlValue(MdlValueKind.MemoryAddress)][MdlEffect(MdlEffect.FreesPool)] nuint baseAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes) =>
        throw new NotModelledException(nameof(MmUnmapIoSpace));

    /// <summary>Allocates physically contiguous memory. WDK: MmAllocateContiguousMemorySpecifyCache.</summary>
    /// <param name="numberOfBytes">Length in bytes.</param>
    /// <param name="lowest">Lowest acceptable physical address.</param>
    /// <param name="highest">Highest acceptable physical address.</param>
    /// <param name="boundary">Multiple that must not be crossed, or 0.</param>
    /// <param name="cacheType">Caching.</param>
    /// <returns>The system address, or 0.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateContiguousMemorySpecifyCache(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        PhysicalAddress lowest,
        PhysicalAddress highest,
        PhysicalAddress boundary,
        MemoryCachingType cacheType) =>
        throw new NotModelledException(nameof(MmAllocateContiguousMemorySpecifyCache));

    /// <summary>Frees physically contiguous memory. WDK: MmFreeContiguousMemory.</summary>
    /// <param name="baseAddress">The first address.</param>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmFreeContiguousMemory(
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.FreesPool)] nuint baseAddress) =>
        throw new NotModelledException(nameof(MmFreeContiguousMemory));
}
