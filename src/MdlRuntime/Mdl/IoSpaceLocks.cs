using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>Lock counts of device pages, which have no entry in the frame database.</summary>
internal sealed class IoSpaceLocks
{
    private readonly Dictionary<nuint, int> _counts = [];

    public void Lock(nuint frame) => CollectionsMarshal.GetValueRefOrAddDefault(_counts, frame, out _)++;

    /// <summary>
    /// Releases one lock of each page from <paramref name="firstDevicePage"/> on and skips the frames of memory below it; the index of the first
    /// device page that nobody locks, or -1.
    /// </summary>
    public int Unlock(ReadOnlySpan<nuint> frames, nuint firstDevicePage)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            if (frames[i] < firstDevicePage)
                continue;
            if (!_counts.TryGetValue(frames[i], out int count))
                return i;
            if (count == 1)
                _counts.Remove(frames[i]);
            else
                _counts[frames[i]] = count - 1;
        }

        return -1;
    }
}
