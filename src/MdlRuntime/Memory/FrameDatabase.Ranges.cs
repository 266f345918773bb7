namespace MdlRuntime;

/// <content>Frames of chosen physical ranges.</content>
internal sealed partial class FrameDatabase
{
    /// <summary>Takes free frames between two frame numbers (inclusive), one for each element; how many were found.</summary>
    /// <remarks>Low frames come last. Where the policy scatters, and adjacent frames are not asked for, neighbours in the result are not adjacent.</remarks>
    public int AllocateBetween(Pfn lowest, Pfn highest, FrameUse use, bool adjacent, Span<nuint> numbers)
    {
        nuint end = Math.Min(highest.Number, Count - 1);
        nuint start = Math.Max(lowest.Number, 1);
        nuint step = _scatter && !adjacent ? 2u : 1;
        int found = 0;
        for (nuint phase = 0; phase < step; phase++)
            found += TakeEach(Math.Max(start, _low) + phase, end, step, use, numbers[found..]);
        nuint lowEnd = Math.Min(end, _low - 1);
        for (nuint phase = 0; phase < step; phase++)
            found += TakeEach(start + phase, lowEnd, step, use, numbers[found..]);
        return found;
    }

    private int TakeEach(nuint start, nuint end, nuint step, FrameUse use, Span<nuint> numbers)
    {
        int found = 0;
        for (nuint at = start; at <= end && found < numbers.Length; at += step)
        {
            if (_frames[at].Use != FrameUse.Free)
                continue;
            Take(new(at), use);
            numbers[found++] = at;
        }

        return found;
    }
}
