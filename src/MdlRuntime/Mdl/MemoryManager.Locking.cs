using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Makes the pages of a buffer resident, checks that they permit the operation, and locks them. IRQL at most APC_LEVEL; DISPATCH_LEVEL for non-pageable buffers. WDK: MmProbeAndLockPages.</summary>
    /// <param name="mdl">An initialized MDL, not locked, mapped or built. A user buffer must belong to the current process.</param>
    /// <param name="accessMode">UserMode: the range must lie in the user half. KernelMode: any address.</param>
    /// <param name="operation">What the pages will be used for.</param>
    /// <exception cref="NtStatusException">STATUS_ACCESS_VIOLATION or what the page fault raised; the MDL is not locked then and no page stays locked.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmProbeAndLockPages(
        [MdlEffect(MdlEffect.Locks)] Mdl mdl,
        KProcessorMode accessMode,
        LockOperation operation) =>
        MdlLocking.ProbeAndLock(mdl, accessMode, operation, nameof(MmProbeAndLockPages));

    /// <summary><see cref="MmProbeAndLockPages"/> with addresses of another process. IRQL at most APC_LEVEL. WDK: MmProbeAndLockProcessPages.</summary>
    /// <param name="mdl">An initialized MDL, not locked, mapped or built.</param>
    /// <param name="process">The process whose user half the addresses mean.</param>
    /// <param name="accessMode">UserMode: the range must lie in the user half. KernelMode: any address.</param>
    /// <param name="operation">What the pages will be used for.</param>
    /// <exception cref="NtStatusException">As for MmProbeAndLockPages; STATUS_PROCESS_IS_TERMINATING for a process that has exited.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmProbeAndLockProcessPages(
        [MdlEffect(MdlEffect.Locks)] Mdl mdl,
        EProcess process,
        KProcessorMode accessMode,
        LockOperation operation) =>
        MdlLocking.ProbeAndLock(mdl, process, accessMode, operation);

    /// <summary>
    /// <see cref="MmProbeAndLockPages"/> for a page here and a page there: the frame of each element goes to the same place of the MDL's array. IRQL
    /// at most APC_LEVEL. WDK: MmProbeAndLockSelectedPages.
    /// </summary>
    /// <param name="mdl">An MDL allocated for one page per element, page-aligned; its virtual address means nothing.</param>
    /// <param name="segmentArray">The pages, in the order of the data. The WDK's array has no length of its own; here it has at least one element per
    /// page of the MDL. User addresses must belong to the current process.</param>
    /// <param name="accessMode">UserMode: every page must lie in the user half. KernelMode: any address.</param>
    /// <param name="operation">What the pages will be used for.</param>
    /// <exception cref="NtStatusException">As for MmProbeAndLockPages.</exception>
    [Irql(Kirql.APC_LEVEL)]
    public static void MmProbeAndLockSelectedPages(
        [MdlEffect(MdlEffect.Locks)] Mdl mdl,
        ReadOnlySpan<FileSegmentElement> segmentArray,
        KProcessorMode accessMode,
        LockOperation operation) =>
        MdlLocking.ProbeAndLockSelected(mdl, segmentArray, accessMode, operation);

    /// <summary>Releases the system mapping if there is one, and the page locks. Any process context; IRQL at most DISPATCH_LEVEL. WDK: MmUnlockPages.</summary>
    /// <param name="mdl">A locked MDL. Pages that are not locked stop the machine with 0x76 (1, ...) or 0x4E (7, ...).</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void MmUnlockPages(
        [MdlEffect(MdlEffect.Unlocks)] Mdl mdl) =>
        MdlLocking.Unlock(mdl);
}
