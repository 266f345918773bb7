namespace MdlRuntime;

/// <summary>What <see cref="DmaAdapter.GetDmaTransferInfo"/> fills in. WDK: DMA_TRANSFER_INFO.</summary>
public struct DmaTransferInfo
{
    /// <summary>Set by the caller: <see cref="IoManager.DMA_TRANSFER_INFO_VERSION1"/> or <see cref="IoManager.DMA_TRANSFER_INFO_VERSION2"/>.</summary>
    public uint Version { get; set; }

    /// <summary>Filled in for versions 1 and 2, which begin alike.</summary>
    public readonly DmaTransferInfoV1 V1 => new(V2.MapRegisterCount, V2.ScatterGatherElementCount, V2.ScatterGatherListSize);

    /// <summary>Filled in for version 2; for version 1 without its last member.</summary>
    public DmaTransferInfoV2 V2 { get; internal set; }
}
