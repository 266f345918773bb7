namespace MdlRuntime;

/// <summary>The members of DMA_OPERATIONS by their position in the table; position 0 is the size (DMA-084).</summary>
internal enum DmaSlot
{
    Size,

    PutDmaAdapter,
    AllocateCommonBuffer,
    FreeCommonBuffer,
    AllocateAdapterChannel,
    FlushAdapterBuffers,
    FreeAdapterChannel,
    FreeMapRegisters,
    MapTransfer,
    GetDmaAlignment,
    ReadDmaCounter,
    GetScatterGatherList,
    PutScatterGatherList,

    CalculateScatterGatherList,
    BuildScatterGatherList,
    BuildMdlFromScatterGatherList,

    GetDmaAdapterInfo,
    GetDmaTransferInfo,
    InitializeDmaTransferContext,
    AllocateCommonBufferEx,
    AllocateAdapterChannelEx,
    ConfigureAdapterChannel,
    CancelAdapterChannel,
    MapTransferEx,
    GetScatterGatherListEx,
    BuildScatterGatherListEx,
    FlushAdapterBuffersEx,
    FreeAdapterObject,
    CancelMappedTransfer,
    AllocateDomainCommonBuffer,
    FlushDmaBuffer,
    JoinDmaDomain,
    LeaveDmaDomain,
    GetDmaDomain,
    AllocateCommonBufferWithBounds,
    AllocateCommonBufferVector,
    GetCommonBufferFromVectorByIndex,
    FreeCommonBufferFromVector,
    FreeCommonBufferVector,
    CreateCommonBufferFromMdl,
}
