namespace MdlRuntime.Verification;

/// <summary>What a DMA adapter has allocated, freed and mapped, at the moment that it was asked for: what the !dma extension of a debugger shows.</summary>
public sealed class DmaAdapterState
{
    internal DmaAdapterState()
    {
    }

    /// <summary>System address of the adapter: <see cref="DmaAdapter.Address"/>.</summary>
    public nuint Address { get; internal init; }

    /// <summary>Map registers of the machine's pool, those of scatter/gather lists included.</summary>
    public AllocationCount MapRegisters { get; internal init; }

    /// <summary>Scatter/gather lists.</summary>
    public AllocationCount ScatterGatherLists { get; internal init; }

    /// <summary>Common buffers.</summary>
    public AllocationCount CommonBuffers { get; internal init; }

    /// <summary>Grants of the adapter's channel.</summary>
    public AllocationCount AdapterChannels { get; internal init; }

    /// <summary>Bytes mapped since the last flush.</summary>
    public ulong MappedBytes { get; internal init; }

    /// <summary>The allocations of map registers that are not freed, the oldest first.</summary>
    public IReadOnlyList<MapRegisterFile> Files { get; internal init; } = [];
}
