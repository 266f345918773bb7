using MdlRuntime.Annotations;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>MapRegisterBase: an opaque handle; null is a legal value and means that the adapter needs no map registers.</summary>
[MdlEntity(MdlEntity.MapRegisters)]
public sealed class MapRegisters : ITracked
{
    /// <summary>Where the bases of the machine's registers begin: addresses of the kernel at which nothing is mapped.</summary>
    private const ulong FirstHandle = 0xFFFF_E000_0000_0000;

    internal MapRegisters() => Map.Registers = this;

    nuint ITracked.Address => 0;

    ObjectHistory? ITracked.History { get; set; }

    internal DmaAdapter? Adapter { get; set; }

    /// <summary>Index of the first register in the machine's pool; -1 where the adapter needs no registers.</summary>
    internal int First { get; set; }

    internal uint Count { get; set; }

    internal bool IsAllocated { get; set; }

    /// <summary>The version 3 request that they were allocated for.</summary>
    internal DmaTransferContext? Context { get; set; }

    internal TransferMap Map { get; } = new();

    /// <summary>What stops print as the base: the address of the first register (DMA-313); 0 where the adapter needs none.</summary>
    internal ulong Handle => First < 0 ? 0 : FirstHandle + (ulong)First * PAGE_SIZE;
}
