namespace MdlRuntime;

/// <summary>Bounds of logical addresses. WDK: DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION.LogicalAddressLimits.</summary>
/// <param name="MinimumAddress">The lowest that is acceptable.</param>
/// <param name="MaximumAddress">The highest that is acceptable.</param>
public readonly record struct DmaLogicalAddressLimits(PhysicalAddress MinimumAddress, PhysicalAddress MaximumAddress);
