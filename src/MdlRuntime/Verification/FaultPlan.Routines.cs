namespace MdlRuntime.Verification;

public sealed partial class FaultPlan
{
    private static readonly string[] s_routines =
    [
        nameof(Executive.ExAllocatePool2),
        nameof(DmaAdapter.AllocateAdapterChannelEx),
        nameof(DmaAdapter.AllocateCommonBuffer),
        nameof(DmaAdapter.AllocateCommonBufferEx),
        nameof(DmaAdapter.AllocateCommonBufferVector),
        nameof(DmaAdapter.AllocateCommonBufferWithBounds),
        nameof(DmaAdapter.AllocateDomainCommonBuffer),
        nameof(DmaAdapter.CreateCommonBufferFromMdl),
        nameof(DmaAdapter.BuildMdlFromScatterGatherList),
        nameof(DmaAdapter.BuildScatterGatherList),
        nameof(DmaAdapter.BuildScatterGatherListEx),
        nameof(DmaAdapter.GetScatterGatherList),
        nameof(DmaAdapter.GetScatterGatherListEx),
        nameof(IoManager.IoAllocateIrp),
        nameof(IoManager.IoAllocateMdl),
        nameof(IoManager.IoAllocateWorkItem),
        nameof(IoManager.IoBuildAsynchronousFsdRequest),
        nameof(IoManager.IoBuildDeviceIoControlRequest),
        nameof(IoManager.IoBuildSynchronousFsdRequest),
        nameof(IoManager.IoCreateDevice),
        nameof(IoManager.IoGetDmaAdapter),
        nameof(IoManager.IoMakeAssociatedIrp),
        nameof(MemoryManager.MmAllocateContiguousMemory),
        nameof(MemoryManager.MmAllocateContiguousMemoryEx),
        nameof(MemoryManager.MmAllocateContiguousMemorySpecifyCache),
        nameof(MemoryManager.MmAllocateContiguousMemorySpecifyCacheNode),
        nameof(MemoryManager.MmAllocateContiguousNodeMemory),
        nameof(MemoryManager.MmAllocateMappingAddress),
        nameof(MemoryManager.MmAllocateMappingAddressEx),
        nameof(MemoryManager.MmAllocateMdlForIoSpace),
        nameof(MemoryManager.MmAllocateNodePagesForMdlEx),
        nameof(MemoryManager.MmAllocateNonCachedMemory),
        nameof(MemoryManager.MmAllocatePagesForMdl),
        nameof(MemoryManager.MmAllocatePagesForMdlEx),
        nameof(MemoryManager.MmCreateMdl),
        nameof(MemoryManager.MmGetSystemAddressForMdlSafe),
        nameof(MemoryManager.MmMapIoSpace),
        nameof(MemoryManager.MmMapIoSpaceEx),
        nameof(MemoryManager.MmMapLockedPagesSpecifyCache),
        nameof(MemoryManager.MmMapMdl),
        nameof(MemoryManager.MmProbeAndLockPages),
        nameof(MemoryManager.MmProbeAndLockProcessPages),
        nameof(MemoryManager.MmProbeAndLockSelectedPages),
        IoManagerCalls.AllocateIrp,
        IoManagerCalls.AllocateMdl,
        IoManagerCalls.AllocatePool,
        IoManagerCalls.ProbeAndLockPages,
    ];

    private static readonly string[] s_tagged =
    [
        nameof(Executive.ExAllocatePool2),
        nameof(MemoryManager.MmAllocateMappingAddress),
        nameof(MemoryManager.MmAllocateMappingAddressEx),
        IoManagerCalls.AllocatePool,
    ];

    /// <summary>The routines that can be made to fail, by WDK name; those that begin with <c>Io!</c> are the I/O manager's own calls.</summary>
    public static IReadOnlyList<string> Routines { get; } = Array.AsReadOnly(s_routines);
}
