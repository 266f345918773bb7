namespace MdlRuntime;

/// <summary>What an access wants to do with a page.</summary>
internal enum MemoryAccess : byte
{
    Read,
    Write,
    Execute,
}

/// <summary>Why a virtual address could not be accessed. The kernel decides what follows: page-in, a raised status or a stop.</summary>
internal enum PageFault : byte
{
    None,

    /// <summary>Nothing is committed at the address.</summary>
    NotMapped,
    NoAccess,
    WriteProtected,
    NoExecute,
    Guard,
    CopyOnWrite,

    /// <summary>The address is good, but the page is not in memory.</summary>
    NotResident,
}
