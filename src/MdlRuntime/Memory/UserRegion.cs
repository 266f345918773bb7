namespace MdlRuntime;

/// <summary>What a range of user addresses was allocated for.</summary>
internal enum UserRegionKind : byte
{
    /// <summary>Memory of the process's own.</summary>
    Private,

    /// <summary>Pages of another process, the same for both.</summary>
    SharedView,

    /// <summary>Pages of another process until they are written.</summary>
    WriteCopyView,

    /// <summary>A driver's view of an MDL, which only the driver removes (MDL-220).</summary>
    MdlView,
}

/// <summary>A range of user addresses that was allocated as one.</summary>
internal sealed record UserRegion(nuint Base, nuint PageCount, UserRegionKind Kind)
{
    public nuint End => Base + (PageCount << PAGE_SHIFT);

    public bool IsMdlView => Kind == UserRegionKind.MdlView;
}
