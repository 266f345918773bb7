namespace MdlRuntime;

/// <summary>A range of user addresses that was allocated as one; a driver's view of an MDL is removed only by unmapping it (MDL-220).</summary>
internal sealed record UserRegion(nuint Base, nuint PageCount, bool IsMdlView)
{
    public nuint End => Base + (PageCount << PAGE_SHIFT);
}
