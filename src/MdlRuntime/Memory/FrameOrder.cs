using MdlRuntime.Simulation;

namespace MdlRuntime;

/// <summary>The order in which free frames are handed out: zone after zone, each in the manner of the frame policy.</summary>
internal sealed class FrameOrder
{
    private readonly FrameZone[] _zones;

    /// <summary>An order over frames <paramref name="first"/> to count - 1. Those below <paramref name="low"/> come last: 24-bit devices live on them.</summary>
    public FrameOrder(FramePolicy policy, nuint first, nuint low, nuint count, int seed)
    {
        var random = new Random(seed);
        low = Math.Clamp(low, first, count);
        nuint middle = low + (count - low) / 2;
        _zones = policy switch
        {
            FramePolicy.Sequential => [new OrderedZone(low, count - low, descending: false), new OrderedZone(first, low - first, descending: false)],
            FramePolicy.Reversed => [new OrderedZone(low, count - low, descending: true), new OrderedZone(first, low - first, descending: true)],
            FramePolicy.HighFirst =>
            [
                new ScatteredZone(middle, count - middle, random),
                new ScatteredZone(low, middle - low, random),
                new ScatteredZone(first, low - first, random),
            ],
            FramePolicy.Scattered => [new ScatteredZone(low, count - low, random), new ScatteredZone(first, low - first, random)],
            _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "allowed: Scattered, Sequential, Reversed, HighFirst"),
        };
    }

    /// <summary>The next frame, free unless it was taken by number; false when every zone is used up.</summary>
    public bool TryNext(out Pfn pfn)
    {
        foreach (FrameZone zone in _zones)
        {
            if (zone.TryNext(out pfn))
                return true;
        }

        pfn = Pfn.None;
        return false;
    }

    public void Return(Pfn pfn)
    {
        foreach (FrameZone zone in _zones)
        {
            if (zone.Contains(pfn))
                zone.Return(pfn);
        }
    }
}
