namespace MdlRuntime;

/// <summary>State bits of an MDL. WDK: the MDL_ constants of MdlFlags.</summary>
[Flags]
public enum MdlFlags : ushort
{
    /// <summary>MappedSystemVa is the address of a system mapping that belongs to the MDL or is shared by it.</summary>
    MDL_MAPPED_TO_SYSTEM_VA = 0x0001,

    /// <summary>The pages were locked for this MDL, or belong to it.</summary>
    MDL_PAGES_LOCKED = 0x0002,

    /// <summary>Built over non-paged memory, which has a system address of its own.</summary>
    MDL_SOURCE_IS_NONPAGED_POOL = 0x0004,

    /// <summary>The structure came from the list of fixed-size MDLs.</summary>
    MDL_ALLOCATED_FIXED_SIZE = 0x0008,

    /// <summary>Describes a part of another MDL; owns no page locks.</summary>
    MDL_PARTIAL = 0x0010,

    /// <summary>The system mapping was made for this partial MDL and must be released with it.</summary>
    MDL_PARTIAL_HAS_BEEN_MAPPED = 0x0020,

    /// <summary>Used by the paging path for page reads.</summary>
    MDL_IO_PAGE_READ = 0x0040,

    /// <summary>The last lock was for write access.</summary>
    MDL_WRITE_OPERATION = 0x0080,

    /// <summary>Page tables are locked along with the pages.</summary>
    MDL_LOCKED_PAGE_TABLES = 0x0100,

    /// <summary>MmAdvanceMdl has left PTEs that unmapping must free.</summary>
    MDL_FREE_EXTRA_PTES = 0x0200,

    /// <summary>Describes address-windowing memory.</summary>
    MDL_DESCRIBES_AWE = 0x0400,

    /// <summary>At least one page is not ordinary memory.</summary>
    MDL_IO_SPACE = 0x0800,

    /// <summary>Reserved for the network stack.</summary>
    MDL_NETWORK_HEADER = 0x1000,

    /// <summary>Asks the obsolete mapping routines to return 0 instead of stopping the machine.</summary>
    MDL_MAPPING_CAN_FAIL = 0x2000,

    /// <summary>The contents are promised not to change.</summary>
    MDL_PAGE_CONTENTS_INVARIANT = 0x4000,

    /// <summary>Internal to the memory manager.</summary>
    MDL_INTERNAL = 0x8000,

    /// <summary>The bits that speak of mapping: mapped, locked, non-paged, mapped itself, shares a mapping (0x0100, the older meaning), device memory.</summary>
    MDL_MAPPING_FLAGS = MDL_MAPPED_TO_SYSTEM_VA | MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL_HAS_BEEN_MAPPED
        | MDL_LOCKED_PAGE_TABLES | MDL_IO_SPACE,
}
