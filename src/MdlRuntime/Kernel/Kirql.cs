namespace MdlRuntime;

/// <summary>Interrupt request levels, 0 to 15: code is interrupted by higher levels only. WDK: KIRQL.</summary>
public enum Kirql : byte
{
    /// <summary>Ordinary code: everything may interrupt it, and it may wait.</summary>
    PASSIVE_LEVEL = 0,

    /// <summary>APCs are held back; waiting and page faults are still allowed.</summary>
    APC_LEVEL = 1,

    /// <summary>DPCs and spin locks: no waiting and no pageable memory.</summary>
    DISPATCH_LEVEL = 2,

    /// <summary>Nothing interrupts. Levels 3 to 12 between belong to device interrupts.</summary>
    HIGH_LEVEL = 15,
}
