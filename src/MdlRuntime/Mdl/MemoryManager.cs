namespace MdlRuntime;

public static partial class MemoryManager
{
    public static uint MmGetMdlByteCount(Mdl mdl) => throw null!;
    public static uint MmGetMdlByteOffset(Mdl mdl) => throw null!;
    public static nuint MmGetMdlVirtualAddress(Mdl mdl) => throw null!;
    public static nuint MmGetMdlBaseVa(Mdl mdl) => throw null!;
    public static Span<nuint> MmGetMdlPfnArray(Mdl mdl) => throw null!;
    public static nuint MmGetSystemAddressForMdlSafe(Mdl mdl, MmPagePriority priority) => throw null!;
    public static nuint MmGetSystemAddressForMdl(Mdl mdl) => throw null!;
    public static void MmInitializeMdl(Mdl mdl, nuint baseVa, nuint length) => throw null!;
    public static nuint MmSizeOfMdl(nuint baseVa, nuint length) => throw null!;
    public static void MmPrepareMdlForReuse(Mdl mdl) => throw null!;
    public static void MmBuildMdlForNonPagedPool(Mdl mdl) => throw null!;
    public static void MmProbeAndLockPages(Mdl mdl, KProcessorMode accessMode, LockOperation operation) => throw null!;
    public static void MmProbeAndLockProcessPages(Mdl mdl, EProcess process, KProcessorMode accessMode, LockOperation operation) => throw null!;
    public static void MmUnlockPages(Mdl mdl) => throw null!;
    public static nuint MmMapLockedPagesSpecifyCache(Mdl mdl, KProcessorMode accessMode, MemoryCachingType cacheType, nuint requestedAddress, bool bugCheckOnFailure, MmPagePriority priority) => throw null!;
    public static nuint MmMapLockedPages(Mdl mdl, KProcessorMode accessMode) => throw null!;
    public static void MmUnmapLockedPages(nuint baseAddress, Mdl mdl) => throw null!;
    public static nuint MmAllocateMappingAddress(nuint numberOfBytes, uint poolTag) => throw null!;
    public static void MmFreeMappingAddress(nuint baseAddress, uint poolTag) => throw null!;
    public static nuint MmMapLockedPagesWithReservedMapping(nuint mappingAddress, uint poolTag, Mdl mdl, MemoryCachingType cacheType) => throw null!;
    public static void MmUnmapReservedMapping(nuint baseAddress, uint poolTag, Mdl mdl) => throw null!;
    public static Mdl? MmAllocatePagesForMdl(PhysicalAddress lowAddress, PhysicalAddress highAddress, PhysicalAddress skipBytes, nuint totalBytes) => throw null!;
    public static Mdl? MmAllocatePagesForMdlEx(PhysicalAddress lowAddress, PhysicalAddress highAddress, PhysicalAddress skipBytes, nuint totalBytes, MemoryCachingType cacheType, MmAllocateFlags flags) => throw null!;
    public static void MmFreePagesFromMdl(Mdl mdl) => throw null!;
    public static NtStatus MmProtectMdlSystemAddress(Mdl mdl, PageProtection newProtect) => throw null!;
    public static NtStatus MmAdvanceMdl(Mdl mdl, uint numberOfBytes) => throw null!;
    public static nuint MmMapIoSpace(PhysicalAddress physicalAddress, nuint numberOfBytes, MemoryCachingType cacheType) => throw null!;
    public static void MmUnmapIoSpace(nuint baseAddress, nuint numberOfBytes) => throw null!;
    public static nuint MmAllocateContiguousMemorySpecifyCache(nuint numberOfBytes, PhysicalAddress lowest, PhysicalAddress highest, PhysicalAddress boundary, MemoryCachingType cacheType) => throw null!;
    public static void MmFreeContiguousMemory(nuint baseAddress) => throw null!;
    public static PhysicalAddress MmGetPhysicalAddress(nuint baseAddress) => throw null!;
    public static bool MmIsAddressValid(nuint virtualAddress) => throw null!;
}
