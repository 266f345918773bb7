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

    /// <summary>Large pages that the system keeps ready; with MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS and a SkipBytes that is a multiple of 2 MiB only.</summary>
    MM_ALLOCATE_FAST_LARGE_PAGES = 0x40,

    /// <summary>Takes pages from working sets if it must.</summary>
    MM_ALLOCATE_TRIM_IF_NECESSARY = 0x80,

    /// <summary>Takes the pages away from the system for good.</summary>
    MM_ALLOCATE_AND_HOT_REMOVE = 0x100,
}
