using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Returns a system address for the pages of <paramref name="mdl"/>, mapping them if they are not mapped yet. IRQL at most DISPATCH_LEVEL. WDK: MmGetSystemAddressForMdlSafe.</summary>
    /// <param name="mdl">Locked, non-paged, partial or page-allocated MDL.</param>
    /// <param name="priority">Importance of success, with the MdlMapping flags; no effect when the MDL is mapped.</param>
    /// <returns>Address of the first byte of the buffer (byte offset included), or 0 if no system PTEs are left.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmGetSystemAddressForMdlSafe(
        [MdlEffect(MdlEffect.MapsOnce)] Mdl mdl,
        MmPagePriority priority) =>
        MdlSystemAddress.GetSafe(mdl, priority);

    /// <summary>As <see cref="MmGetSystemAddressForMdlSafe"/>, but stops the machine with 0x3F when no system PTEs are left. Obsolete; a verified machine reports the mapping. IRQL at most DISPATCH_LEVEL. WDK: MmGetSystemAddressForMdl.</summary>
    /// <param name="mdl">Locked, non-paged, partial or page-allocated MDL.</param>
    /// <returns>Address of the first byte of the buffer; 0 only under MDL_MAPPING_CAN_FAIL.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmGetSystemAddressForMdl(
        [MdlEffect(MdlEffect.MapsOnce)] Mdl mdl) =>
        MdlSystemAddress.Get(mdl);

    /// <summary>Maps the pages of an MDL into system space or into the current process. IRQL at most DISPATCH_LEVEL for KernelMode, APC_LEVEL for UserMode. WDK: MmMapLockedPagesSpecifyCache.</summary>
    /// <param name="mdl">A locked MDL; partial ones for KernelMode, non-paged ones for UserMode only.</param>
    /// <param name="accessMode">KernelMode: a system address; at most one mapping. UserMode: a view in the current process.</param>
    /// <param name="cacheType">A wish; pages that have a caching attribute keep it.</param>
    /// <param name="requestedAddress">Page-aligned user address, or 0 for any. Ignored for KernelMode.</param>
    /// <param name="bugCheckOnFailure">True: KernelMode stops the machine with 0x3F instead of returning 0. Drivers pass false.</param>
    /// <param name="priority">Importance of success, with the MdlMapping flags.</param>
    /// <returns>Address of the first byte of the buffer (byte offset included); 0 if no system PTEs are left.</returns>
    /// <exception cref="NtStatusException">UserMode only: STATUS_INVALID_ADDRESS, STATUS_PROCESS_IS_TERMINATING, STATUS_CONFLICTING_ADDRESSES or STATUS_NO_MEMORY.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmMapLockedPagesSpecifyCache(
        [MdlEffect(MdlEffect.Maps)] Mdl mdl,
        KProcessorMode accessMode,
        MemoryCachingType cacheType,
        nuint requestedAddress,
        bool bugCheckOnFailure,
        MmPagePriority priority) =>
        MdlSystemAddress.Map(
            mdl, accessMode, cacheType, requestedAddress, bugCheckOnFailure, priority);

    /// <summary><see cref="MmMapLockedPagesSpecifyCache"/> cached, at any user address, with high priority and a stop on failure. Obsolete; a verified machine reports every use. WDK: MmMapLockedPages.</summary>
    /// <param name="mdl">A locked MDL.</param>
    /// <param name="accessMode">KernelMode or UserMode.</param>
    /// <returns>Address of the first byte of the buffer.</returns>
    /// <exception cref="NtStatusException">UserMode only: the view cannot be made.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.SystemAddress)]
    public static nuint MmMapLockedPages(
        [MdlEffect(MdlEffect.Maps)] Mdl mdl,
        KProcessorMode accessMode) =>
        MdlSystemAddress.MapObsolete(mdl, accessMode);

    /// <summary>Releases a mapping. IRQL at most DISPATCH_LEVEL for a system address, APC_LEVEL for a user address. WDK: MmUnmapLockedPages.</summary>
    /// <param name="baseAddress">What the mapping routine returned. A user view is removed in the process it was made in.</param>
    /// <param name="mdl">The MDL that was mapped; its pages stay locked.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnmapLockedPages(
        [MdlValue(MdlValueKind.SystemAddress)][BelongsTo("mdl")] nuint baseAddress,
        [MdlEffect(MdlEffect.Unmaps)] Mdl mdl) =>
        MdlSystemAddress.Unmap(baseAddress, mdl);
}
