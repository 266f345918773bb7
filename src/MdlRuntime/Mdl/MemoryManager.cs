using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    [return: MdlValue(MdlValueKind.ByteCount)]
    public static uint MmGetMdlByteCount(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) => throw null!;
    [return: MdlValue(MdlValueKind.ByteOffset)]
    public static uint MmGetMdlByteOffset(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) => throw null!;
    [return: MdlValue(MdlValueKind.MdlVirtualAddress)]
    public static nuint MmGetMdlVirtualAddress(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) => throw null!;
    [return: MdlValue(MdlValueKind.BaseVa)]
    public static nuint MmGetMdlBaseVa(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) => throw null!;
    [return: MdlValue(MdlValueKind.PageFrameNumber)]
    public static Span<nuint> MmGetMdlPfnArray(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmGetSystemAddressForMdlSafe(
        [MdlEffect(MdlEffect.MapsOnce)] Mdl mdl,
        MmPagePriority priority) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmGetSystemAddressForMdl(
        [MdlEffect(MdlEffect.MapsOnce)] Mdl mdl) => throw null!;
    public static void MmInitializeMdl(
        [MdlEffect(MdlEffect.InitializesMdl)] Mdl mdl,
        [MdlValue(MdlValueKind.BufferAddress)] nuint baseVa,
        [MdlValue(MdlValueKind.Length)] nuint length) => throw null!;
    [MdlMacro(MdlMacro.SizeOfMdl)]
    public static nuint MmSizeOfMdl(
        [MdlValue(MdlValueKind.BufferAddress)] nuint baseVa,
        [MdlValue(MdlValueKind.Length)] nuint length) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmPrepareMdlForReuse(
        [MdlEffect(MdlEffect.PreparesForReuse)] Mdl mdl) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmBuildMdlForNonPagedPool(
        [MdlEffect(MdlEffect.BuildsNonPaged)] Mdl mdl) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmProbeAndLockPages(
        [MdlEffect(MdlEffect.Locks)] Mdl mdl,
        KProcessorMode accessMode,
        LockOperation operation) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmProbeAndLockProcessPages(
        [MdlEffect(MdlEffect.Locks)] Mdl mdl,
        EProcess process,
        KProcessorMode accessMode,
        LockOperation operation) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnlockPages(
        [MdlEffect(MdlEffect.Unlocks)] Mdl mdl) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmMapLockedPagesSpecifyCache(
        [MdlEffect(MdlEffect.Maps)] Mdl mdl,
        KProcessorMode accessMode,
        MemoryCachingType cacheType,
        nuint requestedAddress,
        bool bugCheckOnFailure,
        MmPagePriority priority) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmMapLockedPages(
        [MdlEffect(MdlEffect.Maps)] Mdl mdl,
        KProcessorMode accessMode) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnmapLockedPages(
        [MdlValue(MdlValueKind.SystemAddress)] [BelongsTo("mdl")] nuint baseAddress,
        [MdlEffect(MdlEffect.Unmaps)] Mdl mdl) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateMappingAddress(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        uint poolTag) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    public static void MmFreeMappingAddress(
        [MdlValue(MdlValueKind.PageAlignedAddress)] [MdlEffect(MdlEffect.FreesPool)] nuint baseAddress,
        uint poolTag) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    [return: BelongsTo("mdl")]
    public static nuint MmMapLockedPagesWithReservedMapping(
        [MdlValue(MdlValueKind.PageAlignedAddress)] nuint mappingAddress,
        uint poolTag,
        [MdlEffect(MdlEffect.MapsReserved)] Mdl mdl,
        MemoryCachingType cacheType) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnmapReservedMapping(
        [MdlValue(MdlValueKind.PageAlignedAddress)] nuint baseAddress,
        uint poolTag,
        [MdlEffect(MdlEffect.UnmapsReserved)] Mdl mdl) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesPages)]
    public static Mdl? MmAllocatePagesForMdl(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        PhysicalAddress skipBytes,
        [MdlValue(MdlValueKind.Length)] nuint totalBytes) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesPages)]
    public static Mdl? MmAllocatePagesForMdlEx(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        PhysicalAddress skipBytes,
        [MdlValue(MdlValueKind.Length)] nuint totalBytes,
        MemoryCachingType cacheType,
        MmAllocateFlags flags) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmFreePagesFromMdl(
        [MdlEffect(MdlEffect.FreesPages)] Mdl mdl) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmProtectMdlSystemAddress(
        [MdlEffect(MdlEffect.Protects)] Mdl mdl,
        PageProtection newProtect) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmAdvanceMdl(
        [MdlEffect(MdlEffect.Advances)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferLength)] uint numberOfBytes) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.MemoryAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmMapIoSpace(
        [MdlValue(MdlValueKind.PhysicalAddress)] PhysicalAddress physicalAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        MemoryCachingType cacheType) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnmapIoSpace(
        [MdlValue(MdlValueKind.MemoryAddress)] [MdlEffect(MdlEffect.FreesPool)] nuint baseAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint MmAllocateContiguousMemorySpecifyCache(
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        PhysicalAddress lowest,
        PhysicalAddress highest,
        PhysicalAddress boundary,
        MemoryCachingType cacheType) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmFreeContiguousMemory(
        [MdlValue(MdlValueKind.PageAlignedAddress)] [MdlEffect(MdlEffect.FreesPool)] nuint baseAddress) => throw null!;
    [return: MdlValue(MdlValueKind.PhysicalAddress)]
    public static PhysicalAddress MmGetPhysicalAddress(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint baseAddress) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool MmIsAddressValid(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint virtualAddress) => throw null!;
}
