using MdlRuntime.Simulation;

namespace MdlRuntime;

/// <summary>
/// The order in which never-used frames are handed out: a permutation computed on demand, so that a large machine starts at once.
/// Scattered orders walk each zone with a stride coprime to its size and never 1, hence neighbours in the order are never adjacent.
/// </summary>
internal sealed class FrameOrder
{
    private readonly record struct Zone(nuint First, nuint Count, nuint Stride, nuint Start);

    private readonly Zone[] _zones;
    private int _zone;
    private nuint _step;

    /// <summary>An order over frames <paramref name="first"/> to count - 1. Those below <paramref name="low"/> come last: 24-bit devices live on them.</summary>
    public FrameOrder(FramePolicy policy, nuint first, nuint low, nuint count, int seed)
    {
        var random = new Random(seed);
        low = Math.Clamp(low, first, count);
        nuint middle = low + (count - low) / 2;
        _zones = policy switch
        {
            FramePolicy.Sequential => [Sequential(low, count), Sequential(first, low)],
            FramePolicy.Reversed => [Reversed(low, count), Reversed(first, low)],
            FramePolicy.HighFirst => [Scattered(middle, count, random), Scattered(low, middle, random), Scattered(first, low, random)],
            FramePolicy.Scattered => [Scattered(low, count, random), Scattered(first, low, random)],
            _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "allowed: Scattered, Sequential, Reversed, HighFirst"),
        };
    }

    /// <summary>The next frame of the order, or false when all have been handed out once.</summary>
    public bool TryNext(out Pfn pfn)
    {
        while (_zone < _zones.Length)
        {
            ref readonly Zone zone = ref _zones[_zone];
            if (_step < zone.Count)
            {
                UInt128 position = ((UInt128)_step * zone.Stride + zone.Start) % zone.Count;
                pfn = new(zone.First + (nuint)position);
                _step++;
                return true;
            }

            _zone++;
            _step = 0;
        }

        pfn = Pfn.None;
        return false;
    }

    private static Zone Sequential(nuint first, nuint end) => new(first, end - first, 1, 0);

    private static Zone Reversed(nuint first, nuint end)
    {
        nuint count = end - first;
        return count == 0 ? default : new(first, count, count - 1, count - 1);
    }

    private static Zone Scattered(nuint first, nuint end, Random random)
    {
        nuint count = end - first;
        if (count < 5)
            return Sequential(first, end);

        nuint stride = (nuint)random.NextInt64(2, (long)count - 1);
        while (GreatestCommonDivisor(stride, count) != 1 || stride == 1 || stride == count - 1)
            stride = stride + 1 < count ? stride + 1 : 2;
        return new(first, count, stride, (nuint)random.NextInt64((long)count));
    }

    private static nuint GreatestCommonDivisor(nuint a, nuint b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
