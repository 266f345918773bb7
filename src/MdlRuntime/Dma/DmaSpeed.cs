namespace MdlRuntime;

/// <summary>Timing of a device on the system DMA controller. WDK: DMA_SPEED.</summary>
public enum DmaSpeed
{
    /// <summary>ISA compatible.</summary>
    Compatible = 0,

    /// <summary>Type A.</summary>
    TypeA = 1,

    /// <summary>Type B.</summary>
    TypeB = 2,

    /// <summary>Type C.</summary>
    TypeC = 3,

    /// <summary>Type F, where the firmware supports it.</summary>
    TypeF = 4,

    /// <summary>One above the largest timing.</summary>
    MaximumDmaSpeed = 5,
}
