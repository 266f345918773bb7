using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Maps memory or registers of a device, or locked memory, into system space. IRQL at most DISPATCH_LEVEL. WDK: MmMapIoSpace.</summary>
    /// <param name="physicalAddress">First physical address; need not be page aligned. Memory that is not locked stops the machine with 0x1A (0x1233, ...).</param>
    /// <param name="numberOfBytes">Length in bytes, at least 1.</param>
    /// <param name="cacheType">Caching; pages that have an attribute or a mapping keep theirs.</param>
    /// <returns>The system address of the first byte, with its offset in the page; 0 when no PTEs are left or the caching does not exist.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No bytes, or addresses that no processor has.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.MemoryAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmMapIoSpace(
        [MdlValue(MdlValueKind.PhysicalAddress)] PhysicalAddress physicalAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        MemoryCachingType cacheType) =>
        IoSpaceMapping.Map(nameof(MmMapIoSpace), physicalAddress, numberOfBytes, PteFlags.Writable, cacheType);

    /// <summary><see cref="MmMapIoSpace"/> with a protection. IRQL at most DISPATCH_LEVEL. WDK: MmMapIoSpaceEx.</summary>
    /// <param name="physicalAddress">First physical address; need not be page aligned.</param>
    /// <param name="numberOfBytes">Length in bytes, at least 1.</param>
    /// <param name="protect">PAGE_READONLY, PAGE_READWRITE, PAGE_EXECUTE, PAGE_EXECUTE_READ or PAGE_EXECUTE_READWRITE, with at most one of PAGE_NOCACHE and PAGE_WRITECOMBINE; anything else gives 0.</param>
    /// <returns>The system address of the first byte, with its offset in the page, or 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No bytes, or addresses that no processor has.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.MemoryAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmMapIoSpaceEx(
        [MdlValue(MdlValueKind.PhysicalAddress)] PhysicalAddress physicalAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        PageProtection protect) =>
        IoSpaceMapping.Map(nameof(MmMapIoSpaceEx), physicalAddress, numberOfBytes, protect);

    /// <summary>Releases what MmMapIoSpace mapped. IRQL at most DISPATCH_LEVEL; a verified machine permits APC_LEVEL. WDK: MmUnmapIoSpace.</summary>
    /// <param name="baseAddress">What MmMapIoSpace returned; any other address stops the machine with 0xDA (0x400, ...).</param>
    /// <param name="numberOfBytes">The length that was mapped; another number of pages stops the machine with 0x1A (0x6194A, ...).</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnmapIoSpace(
        [MdlValue(MdlValueKind.MemoryAddress)][MdlEffect(MdlEffect.FreesPool)] nuint baseAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes) =>
        IoSpaceMapping.Unmap(baseAddress, numberOfBytes);

    /// <summary>Allocates an MDL that describes memory of devices; it is not mapped, never unlocked, and freed with IoFreeMdl. IRQL at most DISPATCH_LEVEL. WDK: MmAllocateMdlForIoSpace.</summary>
    /// <param name="physicalAddressList">Ranges of whole pages, together less than 4 GiB, none of them RAM; the MDL keeps their order.</param>
    /// <param name="numberOfEntries">How many elements of the list count.</param>
    /// <param name="newMdl">The MDL; null on failure.</param>
    /// <returns>STATUS_SUCCESS; STATUS_INVALID_PARAMETER_1 for a range that is not permitted, STATUS_INVALID_PARAMETER_2 for no pages at all, STATUS_INSUFFICIENT_RESOURCES.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The list has fewer elements.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmAllocateMdlForIoSpace(
        ReadOnlySpan<MmPhysicalAddressList> physicalAddressList,
        nuint numberOfEntries,
        [MdlEffect(MdlEffect.AllocatesMdl)] out Mdl? newMdl)
    {
        _ = Processor.Current;
        if (numberOfEntries > (nuint)physicalAddressList.Length)
            throw new ArgumentOutOfRangeException(nameof(numberOfEntries), numberOfEntries, $"allowed: 0 to {physicalAddressList.Length}, the length of the list");
        return IoSpaceMapping.AllocateMdl(physicalAddressList[..(int)numberOfEntries], out newMdl);
    }
}
