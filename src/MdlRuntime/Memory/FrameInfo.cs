namespace MdlRuntime;

/// <summary>What a frame is used for.</summary>
internal enum FrameUse : byte
{
    Free,
    Process,
    NonPagedPool,
    PagedPool,
    Contiguous,
    MdlPages,
    MapRegister,
    Reserved,
}

/// <summary>One entry of the frame database.</summary>
internal struct FrameInfo
{
    /// <summary>Probe-and-lock references, one per MDL and page.</summary>
    public int LockCount;

    /// <summary>Owners: page-table entries, pool, or a page-allocating MDL.</summary>
    public int OwnerCount;

    public FrameUse Use;

    /// <summary>Whether the frame is in its zone's list of returned frames: it must not be entered twice.</summary>
    public bool IsListed;

    /// <summary>The caching attribute, as its distance from MmCached, which a frame has by default.</summary>
    private sbyte _caching;

    /// <summary>How mappings of the frame are cached; MmNotMapped: as the first mapping asks for.</summary>
    public MemoryCachingType CacheType
    {
        readonly get => MemoryCachingType.MmCached + _caching;
        set => _caching = (sbyte)(value - MemoryCachingType.MmCached);
    }
}
