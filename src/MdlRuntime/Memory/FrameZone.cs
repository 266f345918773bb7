namespace MdlRuntime;

/// <summary>
/// A range of frames and the order in which they are handed out. The order of frames never used before is computed on demand,
/// so that a large machine starts at once. A frame that was taken by number may still come up: the caller checks.
/// </summary>
internal abstract class FrameZone(nuint first, nuint count)
{
    protected nuint First => first;

    protected nuint Count => count;

    public bool Contains(Pfn pfn) => pfn.Number - first < count;

    public abstract bool TryNext(out Pfn pfn);

    /// <summary>Puts a frame back that was handed out or taken by number.</summary>
    public abstract void Return(Pfn pfn);
}
