using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The Mm routines: MDLs, mappings and address queries.</summary>
public static partial class MemoryManager
{
    /// <summary>Length of the buffer. Any IRQL. WDK: MmGetMdlByteCount.</summary>
    /// <param name="mdl">A live MDL; null faults as a null dereference does.</param>
    /// <returns>Bytes.</returns>
    [return: MdlValue(MdlValueKind.ByteCount)]
    public static uint MmGetMdlByteCount(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) =>
        MdlChecks.Require(Processor.Current, mdl, Mdl.ByteCountOffset).Length;

    /// <summary>Offset of the first byte in its page. Any IRQL. WDK: MmGetMdlByteOffset.</summary>
    /// <param name="mdl">A live MDL; null faults as a null dereference does.</param>
    /// <returns>0 to 4095 bytes; not an address.</returns>
    [return: MdlValue(MdlValueKind.ByteOffset)]
    public static uint MmGetMdlByteOffset(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) =>
        MdlChecks.Require(Processor.Current, mdl, Mdl.ByteOffsetOffset).Offset;

    /// <summary>Original address of the first byte, an index for DMA and partial MDLs; not necessarily accessible. Any IRQL. WDK: MmGetMdlVirtualAddress.</summary>
    /// <param name="mdl">A live MDL; null faults as a null dereference does.</param>
    /// <returns>StartVa plus ByteOffset, in the address space the MDL was made for.</returns>
    [return: MdlValue(MdlValueKind.MdlVirtualAddress)]
    public static nuint MmGetMdlVirtualAddress(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) =>
        MdlChecks.Require(Processor.Current, mdl, Mdl.StartVaOffset).VirtualAddress;

    /// <summary>Page-aligned original address. Any IRQL. WDK: MmGetMdlBaseVa.</summary>
    /// <param name="mdl">A live MDL; null faults as a null dereference does.</param>
    /// <returns>StartVa, a multiple of the page size.</returns>
    [return: MdlValue(MdlValueKind.BaseVa)]
    public static nuint MmGetMdlBaseVa(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) =>
        MdlChecks.Require(Processor.Current, mdl, Mdl.StartVaOffset).BaseVa;

    /// <summary>The frame numbers behind the header, in the memory itself. Any IRQL. WDK: MmGetMdlPfnArray.</summary>
    /// <param name="mdl">A live MDL; null faults as a null dereference does.</param>
    /// <returns>One entry per page that the buffer touches; meaningful only while the pages are locked or the MDL is built.</returns>
    [return: MdlValue(MdlValueKind.PageFrameNumber)]
    public static Span<nuint> MmGetMdlPfnArray(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) =>
        MdlChecks.Require(Processor.Current, mdl, Mdl.HeaderSize).Pfns;

    /// <summary>Formats the header of an MDL; the rest of its memory keeps what it held. IRQL at most DISPATCH_LEVEL. WDK: MmInitializeMdl.</summary>
    /// <param name="mdl">The MDL, in at least MmSizeOfMdl bytes of non-paged memory.</param>
    /// <param name="baseVa">Address of the first byte; need not be valid.</param>
    /// <param name="length">Length in bytes; only the low 32 bits are stored.</param>
    public static void MmInitializeMdl(
        [MdlEffect(MdlEffect.InitializesMdl)] Mdl mdl,
        [MdlValue(MdlValueKind.BufferAddress)] nuint baseVa,
        [MdlValue(MdlValueKind.Length)] nuint length) =>
        MdlAllocation.Initialize(mdl, baseVa, length);

    /// <summary>Bytes that an MDL for a buffer needs. Any IRQL. WDK: MmSizeOfMdl.</summary>
    /// <param name="baseVa">Address of the first byte; only its offset in the page counts.</param>
    /// <param name="length">Length of the buffer in bytes.</param>
    /// <returns>Bytes of header and array.</returns>
    [MdlMacro(MdlMacro.SizeOfMdl)]
    public static nuint MmSizeOfMdl(
        [MdlValue(MdlValueKind.BufferAddress)] nuint baseVa,
        [MdlValue(MdlValueKind.Length)] nuint length) =>
        Mdl.HeaderSize + 8 * (nuint)ADDRESS_AND_SIZE_TO_SPAN_PAGES(baseVa, length);

    /// <summary>Releases the system mapping that a partial MDL owns; nothing else changes. IRQL at most DISPATCH_LEVEL. WDK: MmPrepareMdlForReuse.</summary>
    /// <param name="mdl">A live MDL; null faults as a null dereference does.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmPrepareMdlForReuse(
        [MdlEffect(MdlEffect.PreparesForReuse)] Mdl mdl) =>
        MdlMapping.Prepare(mdl);

    /// <summary>Fills in the frames of a buffer in non-paged system memory. IRQL at most DISPATCH_LEVEL. WDK: MmBuildMdlForNonPagedPool.</summary>
    /// <param name="mdl">An initialized MDL over non-paged memory. A page that is not in memory stops the machine with 0x1A (0x1240, ...).</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmBuildMdlForNonPagedPool(
        [MdlEffect(MdlEffect.BuildsNonPaged)] Mdl mdl) =>
        MdlNonPaged.Build(mdl);

    /// <summary>Physical address behind a virtual one. Any IRQL. Not for programming devices: they see logical addresses. WDK: MmGetPhysicalAddress.</summary>
    /// <param name="baseAddress">A valid, non-paged address.</param>
    /// <returns>The address, or 0 where nothing is in memory.</returns>
    [return: MdlValue(MdlValueKind.PhysicalAddress)]
    public static PhysicalAddress MmGetPhysicalAddress(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint baseAddress) =>
        MdlNonPaged.GetPhysicalAddress(baseAddress);

    /// <summary>Whether reading an address would not fault now. IRQL at most DISPATCH_LEVEL. The answer is stale at once unless the page is locked. WDK: MmIsAddressValid.</summary>
    /// <param name="virtualAddress">Any address.</param>
    /// <returns>False for addresses that are not mapped, not accessible or not in memory.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool MmIsAddressValid(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint virtualAddress) =>
        MdlNonPaged.IsAddressValid(virtualAddress);
}
