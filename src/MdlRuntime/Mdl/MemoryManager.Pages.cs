using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Preferred node of a caller that has no preference.</summary>
    public const uint MM_ANY_NODE_OK = PageAllocation.AnyNode;

    /// <summary>Allocates zeroed pages from physical ranges and an MDL that describes them; they have no address until they are mapped. IRQL at most DISPATCH_LEVEL. WDK: MmAllocatePagesForMdl.</summary>
    /// <param name="lowAddress">Lowest acceptable physical address.</param>
    /// <param name="highAddress">Highest acceptable physical address; -1 means no limit.</param>
    /// <param name="skipBytes">How far the range moves up while pages are missing: a multiple of the page size; 0 for one range only.</param>
    /// <param name="totalBytes">Length in bytes, at most 0xFFFFF000; rounded up to whole pages.</param>
    /// <returns>A locked MDL with as many of the pages as there were (see its byte count), or null if there were none. MmFreePagesFromMdl frees the pages, then ExFreePool the MDL.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesPages)]
    public static Mdl? MmAllocatePagesForMdl(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        PhysicalAddress skipBytes,
        [MdlValue(MdlValueKind.Length)] nuint totalBytes) =>
        PageAllocation.Allocate(new(nameof(MmAllocatePagesForMdl), (ulong)lowAddress.QuadPart, (ulong)highAddress.QuadPart, (ulong)skipBytes.QuadPart,
            totalBytes, MemoryCachingType.MmNotMapped, MmAllocateFlags.None));

    /// <summary><see cref="MmAllocatePagesForMdl"/> with a caching type and options. IRQL at most DISPATCH_LEVEL. WDK: MmAllocatePagesForMdlEx.</summary>
    /// <param name="lowAddress">Lowest acceptable physical address.</param>
    /// <param name="highAddress">Highest acceptable physical address; -1 means no limit.</param>
    /// <param name="skipBytes">How far the range moves up while pages are missing, or the length of a chunk: a multiple of the page size.</param>
    /// <param name="totalBytes">Length in bytes, at most 0xFFFFF000; rounded up to whole pages.</param>
    /// <param name="cacheType">Caching of the pages; beyond MmWriteCombined the first mapping decides.</param>
    /// <param name="flags">Options. Those that do not fit together give null.</param>
    /// <returns>A locked MDL with as many of the pages as there were and the options permit, or null.</returns>
    /// <exception cref="NotModelledException">MM_ALLOCATE_AND_HOT_REMOVE.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesPages)]
    public static Mdl? MmAllocatePagesForMdlEx(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        PhysicalAddress skipBytes,
        [MdlValue(MdlValueKind.Length)] nuint totalBytes,
        MemoryCachingType cacheType,
        MmAllocateFlags flags) =>
        PageAllocation.Allocate(new(nameof(MmAllocatePagesForMdlEx), (ulong)lowAddress.QuadPart, (ulong)highAddress.QuadPart, (ulong)skipBytes.QuadPart,
            totalBytes, Attribute(cacheType), flags));

    /// <summary><see cref="MmAllocatePagesForMdlEx"/> with a preferred node. IRQL at most DISPATCH_LEVEL. WDK: MmAllocateNodePagesForMdlEx.</summary>
    /// <param name="lowAddress">Lowest acceptable physical address.</param>
    /// <param name="highAddress">Highest acceptable physical address; -1 means no limit.</param>
    /// <param name="skipBytes">How far the range moves up while pages are missing: a multiple of the page size.</param>
    /// <param name="totalBytes">Length in bytes, at most 0xFFFFF000; rounded up to whole pages.</param>
    /// <param name="cacheType">Caching of the pages; beyond MmWriteCombined the first mapping decides.</param>
    /// <param name="idealNode">0, the only node of this machine, or <see cref="MM_ANY_NODE_OK"/>; any other gives null.</param>
    /// <param name="flags">Options, without those about contiguous and large pages.</param>
    /// <returns>A locked MDL with as many of the pages as there were and the options permit, or null.</returns>
    /// <exception cref="NotModelledException">MM_ALLOCATE_AND_HOT_REMOVE.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesPages)]
    public static Mdl? MmAllocateNodePagesForMdlEx(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        PhysicalAddress skipBytes,
        [MdlValue(MdlValueKind.Length)] nuint totalBytes,
        MemoryCachingType cacheType,
        uint idealNode,
        MmAllocateFlags flags) =>
        PageAllocation.Allocate(
            new(nameof(MmAllocateNodePagesForMdlEx), (ulong)lowAddress.QuadPart, (ulong)highAddress.QuadPart, (ulong)skipBytes.QuadPart,
                totalBytes, Attribute(cacheType), flags),
            idealNode, perNode: true);

    /// <summary>Frees the pages of a page-allocating MDL and its system mapping; ExFreePool then frees the MDL. IRQL at most DISPATCH_LEVEL. WDK: MmFreePagesFromMdl.</summary>
    /// <param name="mdl">The MDL, not mapped into any process. A page of other origin stops the machine with 0x1A (0x1236, ...), a locked one with 0x4E (0x9A, ...).</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmFreePagesFromMdl(
        [MdlEffect(MdlEffect.FreesPages)] Mdl mdl) =>
        PageAllocation.Free(mdl);

    private static MemoryCachingType Attribute(MemoryCachingType cacheType) =>
        cacheType is MemoryCachingType.MmNonCached or MemoryCachingType.MmCached or MemoryCachingType.MmWriteCombined ? cacheType : MemoryCachingType.MmNotMapped;
}
