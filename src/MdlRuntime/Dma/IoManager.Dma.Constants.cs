namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Versions of DEVICE_DESCRIPTION.</summary>
    public const uint DEVICE_DESCRIPTION_VERSION = 0, DEVICE_DESCRIPTION_VERSION1 = 1, DEVICE_DESCRIPTION_VERSION2 = 2, DEVICE_DESCRIPTION_VERSION3 = 3;

    /// <summary>Flag of version 3 allocations: the routine runs inside the call, or the call fails.</summary>
    public const uint DMA_SYNCHRONOUS_CALLBACK = 0x1;

    /// <summary>Flags of version 3 allocations that no page describes (DMA-403).</summary>
    public const uint DMA_ZERO_BUFFERS = 0x2, DMA_FAIL_ON_BOUNCE = 0x4;

    /// <summary>Versions of DMA_ADAPTER_INFO and DMA_TRANSFER_INFO.</summary>
    public const uint DMA_ADAPTER_INFO_VERSION1 = 1, DMA_TRANSFER_INFO_VERSION1 = 1, DMA_TRANSFER_INFO_VERSION2 = 2;

    /// <summary>Version and size in bytes of DMA_TRANSFER_CONTEXT.</summary>
    public const uint DMA_TRANSFER_CONTEXT_VERSION1 = 1, DMA_TRANSFER_CONTEXT_SIZE_V1 = 128;

    /// <summary>Flags of DMA_ADAPTER_INFO.</summary>
    public const uint ADAPTER_INFO_SYNCHRONOUS_CALLBACK = 0x1, ADAPTER_INFO_API_BYPASS = 0x2;

    /// <summary>Flag of common buffers: memory in aligned groups of 512 pages.</summary>
    public const uint DOMAIN_COMMON_BUFFER_LARGE_PAGE = 0x1;
}
