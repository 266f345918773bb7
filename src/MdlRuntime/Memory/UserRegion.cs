namespace MdlRuntime;

/// <summary>A range of user addresses that was allocated as one.</summary>
/// <param name="IsMdlView">A driver's view of an MDL: only unmapping it removes it (MDL-220).</param>
internal sealed record UserRegion(nuint Base, nuint PageCount, bool IsMdlView)
{
    public nuint End => Base + (PageCount << PAGE_SHIFT);
}
