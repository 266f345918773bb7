namespace MdlRuntime;

/// <summary>What an extended configuration of a common buffer is about. WDK: DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION_TYPE.</summary>
public enum DmaCommonBufferExtendedConfigurationType
{
    /// <summary>Bounds of the logical addresses.</summary>
    CommonBufferConfigTypeLogicalAddressLimits = 0,

    /// <summary>A part of the MDL instead of all of it.</summary>
    CommonBufferConfigTypeSubSection = 1,

    /// <summary>What the device may do with the buffer.</summary>
    CommonBufferConfigTypeHardwareAccessPermissions = 2,

    /// <summary>One more than the highest type.</summary>
    CommonBufferConfigTypeMax = 3,
}
