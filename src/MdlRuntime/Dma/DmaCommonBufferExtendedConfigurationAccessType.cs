namespace MdlRuntime;

/// <summary>What a device may do with a common buffer. WDK: DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION_ACCESS_TYPE.</summary>
public enum DmaCommonBufferExtendedConfigurationAccessType
{
    /// <summary>Only read.</summary>
    CommonBufferHardwareAccessReadOnly = 0,

    /// <summary>Only write.</summary>
    CommonBufferHardwareAccessWriteOnly = 1,

    /// <summary>Read and write.</summary>
    CommonBufferHardwareAccessReadWrite = 2,

    /// <summary>One more than the highest value.</summary>
    CommonBufferHardwareAccessMax = 3,
}
