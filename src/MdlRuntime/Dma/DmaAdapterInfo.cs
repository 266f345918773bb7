namespace MdlRuntime;

/// <summary>What <see cref="DmaAdapter.GetDmaAdapterInfo"/> fills in. WDK: DMA_ADAPTER_INFO.</summary>
public struct DmaAdapterInfo
{
    /// <summary>Set by the caller: <see cref="IoManager.DMA_ADAPTER_INFO_VERSION1"/>.</summary>
    public uint Version { get; set; }

    /// <summary>Filled in for version 1.</summary>
    public DmaAdapterInfoV1 V1 { get; internal set; }
}
