using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Allocates physically contiguous, cached, uninitialized memory. IRQL at most DISPATCH_LEVEL. WDK: MmAllocateContiguousMemory.</summary>
    /// <param name="numberOfBytes">Length in bytes; the rest of the last page is not the caller's.</param>
    /// <param name="highestAcceptableAddress">Highest acceptable physical address.</param>
    /// <returns>The page-aligned system address, or 0.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateContiguousMemory(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        PhysicalAddress highestAcceptableAddress) =>
        ContiguousRoutines.Allocate(new(nameof(MmAllocateContiguousMemory), numberOfBytes, 0, (ulong)highestAcceptableAddress.QuadPart,
            0, ContiguousRoutines.OldProtection, MemoryCachingType.MmCached));

    /// <summary>Allocates physically contiguous, uninitialized memory. IRQL at most DISPATCH_LEVEL. WDK: MmAllocateContiguousMemorySpecifyCache.</summary>
    /// <param name="numberOfBytes">Length in bytes; the rest of the last page is not the caller's.</param>
    /// <param name="lowest">Lowest acceptable physical address.</param>
    /// <param name="highest">Highest acceptable physical address.</param>
    /// <param name="boundary">Power of two, no multiple of which is crossed, or 0.</param>
    /// <param name="cacheType">Caching; one that does not exist gives 0.</param>
    /// <returns>The page-aligned system address, or 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The boundary is no power of two.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateContiguousMemorySpecifyCache(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        PhysicalAddress lowest,
        PhysicalAddress highest,
        PhysicalAddress boundary,
        MemoryCachingType cacheType) =>
        ContiguousRoutines.Allocate(new(nameof(MmAllocateContiguousMemorySpecifyCache), numberOfBytes, (ulong)lowest.QuadPart, (ulong)highest.QuadPart,
            (ulong)boundary.QuadPart, ContiguousRoutines.OldProtection, cacheType));

    /// <summary><see cref="MmAllocateContiguousMemorySpecifyCache"/> with a preferred node. IRQL at most DISPATCH_LEVEL. WDK: MmAllocateContiguousMemorySpecifyCacheNode.</summary>
    /// <param name="numberOfBytes">Length in bytes; the rest of the last page is not the caller's.</param>
    /// <param name="lowest">Lowest acceptable physical address.</param>
    /// <param name="highest">Highest acceptable physical address.</param>
    /// <param name="boundary">Power of two, no multiple of which is crossed, or 0.</param>
    /// <param name="cacheType">Caching; one that does not exist gives 0.</param>
    /// <param name="preferredNode">0, the only node of this machine, or MM_ANY_NODE_OK; any other gives 0.</param>
    /// <returns>The page-aligned system address, or 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The boundary is no power of two.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateContiguousMemorySpecifyCacheNode(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        PhysicalAddress lowest,
        PhysicalAddress highest,
        PhysicalAddress boundary,
        MemoryCachingType cacheType,
        uint preferredNode) =>
        ContiguousRoutines.Allocate(new(nameof(MmAllocateContiguousMemorySpecifyCacheNode), numberOfBytes, (ulong)lowest.QuadPart, (ulong)highest.QuadPart,
            (ulong)boundary.QuadPart, ContiguousRoutines.OldProtection, cacheType, preferredNode));

    /// <summary>Allocates physically contiguous, uninitialized memory of a node with a protection. IRQL at most DISPATCH_LEVEL. WDK: MmAllocateContiguousNodeMemory.</summary>
    /// <param name="numberOfBytes">Length in bytes; the rest of the last page is not the caller's.</param>
    /// <param name="lowest">Lowest acceptable physical address.</param>
    /// <param name="highest">Highest acceptable physical address.</param>
    /// <param name="boundary">Power of two, no multiple of which is crossed, or 0.</param>
    /// <param name="protect">PAGE_READWRITE or PAGE_EXECUTE_READWRITE, with at most one of PAGE_NOCACHE and PAGE_WRITECOMBINE; anything else gives 0.</param>
    /// <param name="preferredNode">0, the only node of this machine, or MM_ANY_NODE_OK; any other gives 0.</param>
    /// <returns>The page-aligned system address, or 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The boundary is no power of two.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateContiguousNodeMemory(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        PhysicalAddress lowest,
        PhysicalAddress highest,
        PhysicalAddress boundary,
        PageProtection protect,
        uint preferredNode) =>
        ContiguousRoutines.AllocateOnNode(
            new(nameof(MmAllocateContiguousNodeMemory), numberOfBytes, (ulong)lowest.QuadPart, (ulong)highest.QuadPart,
                (ulong)boundary.QuadPart, default, default, preferredNode),
            protect);

    /// <summary><see cref="MmAllocateContiguousNodeMemory"/> with a status. IRQL at most DISPATCH_LEVEL. WDK: MmAllocateContiguousMemoryEx.</summary>
    /// <param name="numberOfBytes">Wanted length in bytes; receives what was allocated, rounded up to whole pages.</param>
    /// <param name="lowest">Lowest acceptable physical address.</param>
    /// <param name="highest">Highest acceptable physical address.</param>
    /// <param name="boundary">Power of two, no multiple of which is crossed, or 0.</param>
    /// <param name="preferredNode">0, the only node of this machine, or MM_ANY_NODE_OK.</param>
    /// <param name="protect">PAGE_READWRITE or PAGE_EXECUTE_READWRITE, with at most one of PAGE_NOCACHE and PAGE_WRITECOMBINE.</param>
    /// <param name="partitionObject">Memory partition; 0: that of the system, the only one here.</param>
    /// <param name="tag">Names the owner.</param>
    /// <param name="flags">0, or <see cref="MM_ALLOCATE_CONTIGUOUS_MEMORY_FAST_ONLY"/>.</param>
    /// <param name="baseAddress">The page-aligned system address; 0 on failure.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER for flags that do not exist, or STATUS_INSUFFICIENT_RESOURCES.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The boundary is no power of two.</exception>
    /// <exception cref="NotModelledException">A memory partition.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmAllocateContiguousMemoryEx(
        [MdlValue(MdlValueKind.Length)] ref nuint numberOfBytes,
        PhysicalAddress lowest,
        PhysicalAddress highest,
        PhysicalAddress boundary,
        uint preferredNode,
        PageProtection protect,
        nuint partitionObject,
        uint tag,
        uint flags,
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.AllocatesPool)] out nuint baseAddress) =>
        ContiguousRoutines.AllocateOnNode(
            new(nameof(MmAllocateContiguousMemoryEx), numberOfBytes, (ulong)lowest.QuadPart, (ulong)highest.QuadPart,
                (ulong)boundary.QuadPart, default, default, preferredNode),
            protect, partitionObject, flags, ref numberOfBytes, out baseAddress);

    /// <summary>Option of <see cref="MmAllocateContiguousMemoryEx"/>: fails rather than take time.</summary>
    public const uint MM_ALLOCATE_CONTIGUOUS_MEMORY_FAST_ONLY = 1;

    /// <summary>Frees contiguous memory. IRQL at most DISPATCH_LEVEL. WDK: MmFreeContiguousMemory.</summary>
    /// <param name="baseAddress">The address that the allocation returned; any other stops the machine with 0xC2 (0x60, ...).</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmFreeContiguousMemory(
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.FreesPool)] nuint baseAddress) =>
        ContiguousRoutines.Free(baseAddress, nameof(MmFreeContiguousMemory));

    /// <summary>Frees contiguous memory of known length and caching. IRQL at most DISPATCH_LEVEL. WDK: MmFreeContiguousMemorySpecifyCache.</summary>
    /// <param name="baseAddress">The address that the allocation returned; any other stops the machine with 0xC2 (0x60, ...).</param>
    /// <param name="numberOfBytes">The length of the allocation; another one stops the machine.</param>
    /// <param name="cacheType">The caching of the allocation; another one stops the machine.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmFreeContiguousMemorySpecifyCache(
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.FreesPool)] nuint baseAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        MemoryCachingType cacheType) =>
        ContiguousRoutines.Free(baseAddress, numberOfBytes, cacheType, nameof(MmFreeContiguousMemorySpecifyCache), Kirql.DISPATCH_LEVEL);

    /// <summary>Allocates whole pages of uncached, uninitialized memory that need not be adjacent. IRQL at most APC_LEVEL. WDK: MmAllocateNonCachedMemory.</summary>
    /// <param name="numberOfBytes">Length in bytes.</param>
    /// <returns>The page-aligned system address, or 0.</returns>
    [Irql(Kirql.APC_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateNonCachedMemory(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes) =>
        ContiguousRoutines.AllocateNonCached(numberOfBytes);

    /// <summary>Frees uncached memory. IRQL at most APC_LEVEL. WDK: MmFreeNonCachedMemory.</summary>
    /// <param name="baseAddress">The address that the allocation returned; any other stops the machine with 0xC2 (0x60, ...).</param>
    /// <param name="numberOfBytes">The length of the allocation; another one stops the machine.</param>
    [Irql(Kirql.APC_LEVEL)]
    public static void MmFreeNonCachedMemory(
        [MdlValue(MdlValueKind.PageAlignedAddress)][MdlEffect(MdlEffect.FreesPool)] nuint baseAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes) =>
        ContiguousRoutines.Free(baseAddress, numberOfBytes, MemoryCachingType.MmNonCached, nameof(MmFreeNonCachedMemory), Kirql.APC_LEVEL);
}
