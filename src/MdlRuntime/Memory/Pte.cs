namespace MdlRuntime;

/// <summary>What a page-table entry permits and where its page is.</summary>
[Flags]
internal enum PteFlags : ushort
{
    None = 0,

    /// <summary>The address exists: touching it is legal if the protection permits it.</summary>
    Committed = 0x01,

    /// <summary>The page is in the frame that the entry names.</summary>
    Resident = 0x02,
    Writable = 0x04,
    Executable = 0x08,
    NoAccess = 0x10,
    Guard = 0x20,
    CopyOnWrite = 0x40,

    /// <summary>The page may leave its frame unless it is locked.</summary>
    Pageable = 0x80,

    /// <summary>The entry shows a frame that an MDL holds; it does not own it.</summary>
    View = 0x100,

    /// <summary>The frame number is a device address, not memory.</summary>
    IoSpace = 0x200,

    /// <summary>Other address spaces show the page too; what owns its frame is a <see cref="SharedPage"/>.</summary>
    Shared = 0x400,
}

/// <summary>Page-table entry: one virtual page of one address space.</summary>
internal struct Pte
{
    /// <summary>The frame of a resident page; the page-file slot of one that is committed and not resident.</summary>
    public Pfn Pfn;
    public PteFlags Flags;
    public MemoryCachingType CacheType;

    /// <summary>The entry as the hardware would hold it: what stops print.</summary>
    public readonly ulong Contents
    {
        get
        {
            const ulong valid = 1, writable = 2, noExecute = 1ul << 63;
            ulong contents = ((ulong)Pfn.Number << PAGE_SHIFT) | (Has(PteFlags.Resident) ? valid : 0);
            return contents | (Has(PteFlags.Writable) ? writable : 0) | (Has(PteFlags.Executable) ? 0 : noExecute);
        }
    }

    public readonly bool Has(PteFlags flags) => (Flags & flags) == flags;
}
