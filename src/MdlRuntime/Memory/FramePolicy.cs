namespace MdlRuntime.Simulation;

/// <summary>In which order a machine hands out its free page frames.</summary>
public enum FramePolicy
{
    /// <summary>A seeded order in which consecutive allocations are never physically adjacent.</summary>
    Scattered,

    /// <summary>Ascending frame numbers: virtual neighbours are usually physical neighbours.</summary>
    Sequential,

    /// <summary>Descending frame numbers: virtual neighbours are adjacent in the wrong direction.</summary>
    Reversed,

    /// <summary>Scattered, but from the upper half of memory first: devices with a short reach need bounce pages.</summary>
    HighFirst,
}
