namespace MdlRuntime;

/// <summary>Options of MmAllocatePagesForMdlEx. WDK: the MM_ALLOCATE_ constants.</summary>
[Flags]
public enum MmAllocateFlags : uint
{
    /// <summary>Zeroed pages, as many as there are.</summary>
    None = 0,

    /// <summary>The pages keep what they held.</summary>
    MM_DONT_ZERO_ALLOCATION = 0x01,

    /// <summary>Only pages of the ideal node.</summary>
    MM_ALLOCATE_FROM_LOCAL_NODE_ONLY = 0x02,

    /// <summary>All pages or none.</summary>
    MM_ALLOCATE_FULLY_REQUIRED = 0x04,

    /// <summary>Fails at once instead of waiting for pages.</summary>
    MM_ALLOCATE_NO_WAIT = 0x08,

    /// <summary>Adjacent pages where possible.</summary>
    MM_ALLOCATE_PREFER_CONTIGUOUS = 0x10,

    /// <summary>Adjacent pages in chunks as long as SkipBytes.</summary>
    MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS = 0x20,
}
