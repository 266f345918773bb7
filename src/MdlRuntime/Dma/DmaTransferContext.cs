using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Identifies one request for resources, and the transfer that follows, to the version 3 operations. WDK: DMA_TRANSFER_CONTEXT.</summary>
/// <remarks>
/// Opaque; prepared by <see cref="DmaAdapter.InitializeDmaTransferContext"/>, again before each new request, and never used for two
/// outstanding requests at a time.
/// </remarks>
[MdlEntity(MdlEntity.TransferContext)]
public sealed class DmaTransferContext
{
    /// <summary>The adapter that initialized the context; null before.</summary>
    internal DmaAdapter? Adapter { get; set; }

    /// <summary>The request that waits, runs its routine, or kept the channel.</summary>
    internal ChannelRequest? Request { get; set; }

    /// <summary>Map registers that the request left to the driver.</summary>
    internal MapRegisters? Registers { get; set; }

    /// <summary>A request was made since the context was initialized.</summary>
    internal bool IsUsed { get; set; }

    /// <summary>CancelAdapterChannel withdrew the request, or the one that is still to come (DMA-278).</summary>
    internal bool IsRequestCancelled { get; set; }

    /// <summary>CancelMappedTransfer was called; the flush takes the mark away (DMA-291).</summary>
    internal bool IsTransferCancelled { get; set; }

    /// <summary>Whether a request holds the context or resources came of it that are not freed.</summary>
    internal bool IsOutstanding => Request is not null || Registers is not null;

    internal void Initialize(DmaAdapter adapter) =>
        (Adapter, IsUsed, IsRequestCancelled, IsTransferCancelled) = (adapter, false, false, false);
}
