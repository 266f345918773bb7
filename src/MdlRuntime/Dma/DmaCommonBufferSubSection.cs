namespace MdlRuntime;

/// <summary>A part of an MDL chain. WDK: DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION.SubSection.</summary>
/// <param name="Offset">Bytes from the start of the first MDL's buffer.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct DmaCommonBufferSubSection(ulong Offset, uint Length);
