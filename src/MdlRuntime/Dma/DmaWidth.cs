namespace MdlRuntime;

/// <summary>Data width of a device on the system DMA controller. WDK: DMA_WIDTH.</summary>
public enum DmaWidth
{
    /// <summary>One byte.</summary>
    Width8Bits = 0,

    /// <summary>Two bytes.</summary>
    Width16Bits = 1,

    /// <summary>Four bytes.</summary>
    Width32Bits = 2,

    /// <summary>Eight bytes.</summary>
    Width64Bits = 3,

    /// <summary>No wrapping.</summary>
    WidthNoWrap = 4,

    /// <summary>One above the largest width.</summary>
    MaximumDmaWidth = 5,
}
