namespace MdlRuntime;

/// <summary>A wish about a common buffer that is made from an MDL. WDK: DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION.</summary>
public readonly record struct DmaCommonBufferExtendedConfiguration
{
    /// <summary>Which of the other members counts.</summary>
    public DmaCommonBufferExtendedConfigurationType ConfigType { get; init; }

    /// <summary>Bounds of the buffer's logical addresses.</summary>
    public DmaLogicalAddressLimits LogicalAddressLimits { get; init; }

    /// <summary>The part of the MDL that becomes the buffer.</summary>
    public DmaCommonBufferSubSection SubSection { get; init; }

    /// <summary>What the device may do with the buffer.</summary>
    public DmaCommonBufferExtendedConfigurationAccessType HardwareAccessType { get; init; }
}
