namespace MdlRuntime;

/// <summary>What the source of MmCopyMemory is; exactly one. WDK: the MM_COPY_MEMORY_ constants.</summary>
[Flags]
public enum MmCopyFlags : uint
{
    /// <summary>Neither: the call fails.</summary>
    None = 0,

    /// <summary>A physical address of memory.</summary>
    MM_COPY_MEMORY_PHYSICAL = 0x1,

    /// <summary>A virtual address.</summary>
    MM_COPY_MEMORY_VIRTUAL = 0x2,
}
