namespace MdlRuntime;

/// <summary>How important a mapping is, with flags for its protection. WDK: MM_PAGE_PRIORITY and the MdlMapping flags.</summary>
[Flags]
public enum MmPagePriority : uint
{
    /// <summary>May fail when the system is fairly short of PTEs.</summary>
    LowPagePriority = 0,

    /// <summary>May fail when the system is very short of PTEs.</summary>
    NormalPagePriority = 16,

    /// <summary>Fails only when the system is out of PTEs.</summary>
    HighPagePriority = 32,

    /// <summary>Leaves an inaccessible page before and behind the mapping.</summary>
    MdlMappingWithGuardPtes = 0x20000000,

    /// <summary>The mapping cannot be executed; a verified machine expects it.</summary>
    MdlMappingNoExecute = 0x40000000,

    /// <summary>The mapping cannot be written.</summary>
    MdlMappingNoWrite = 0x80000000,
}
