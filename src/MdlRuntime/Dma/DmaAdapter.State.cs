using MdlRuntime.Verification;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    private uint _registersAllocated, _channelsAllocated;

    /// <summary>What is counted for the checks at release (DMA-312), and the register files (DMA-313).</summary>
    internal DmaAdapterState Describe() => new()
    {
        Address = Address,
        MapRegisters = AllocationCount.Of(_registersAllocated, _registers),
        ScatterGatherLists = AllocationCount.Of(_listsAllocated, _lists),
        CommonBuffers = AllocationCount.Of(_commonBuffers?.AllocatedCount ?? 0, _commonBuffers?.Count ?? 0),
        AdapterChannels = AllocationCount.Of(_channelsAllocated, _owner is { IsWaiting: false } ? 1u : 0u),
        MappedBytes = _dma.MappedBytesOf(this),
        Files = _dma.FilesOf(this),
    };
}
