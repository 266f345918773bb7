using System.Numerics;

namespace MdlRuntime;

/// <summary>
/// Allocates runs of consecutive slots next-fit: a released slot is reused as late as possible, so that stale addresses fault
/// instead of meeting a stranger's page; or, where nobody looks for stale uses, as soon as possible, while its memory is in the cache.
/// </summary>
internal sealed class RunBitmap
{
    private readonly ulong[] _used;
    private readonly int _count;
    private readonly bool _reusesSoon;
    private int _cursor;

    public RunBitmap(int count, bool reusesSoon = false)
    {
        _reusesSoon = reusesSoon;
        _count = count;
        _used = new ulong[(count + 63) / 64];
        FreeCount = count;
    }

    public int FreeCount { get; private set; }

    public bool TryTake(int length, out int first)
    {
        if (IsFreeAtCursor(length) || length > 0 && length <= FreeCount && TryMoveCursor(length))
        {
            first = _cursor;
            Mark(first, length, used: true);
            FreeCount -= length;
            // One slot is left behind each run as long as there is room, so that overruns fault.
            _cursor = first + length + 1 < _count ? first + length + 1 : 0;
            return true;
        }

        first = -1;
        return false;
    }

    /// <summary>Takes a run between two slots.</summary>
    public bool TryTake(int length, int start, int end, out int first)
    {
        if (!TryFind(length, start, end, out first))
            return false;

        Mark(first, length, used: true);
        FreeCount -= length;
        return true;
    }

    public bool IsUsed(int slot) => (_used[slot >> 6] >> (slot & 63) & 1) != 0;

    public void Release(int first, int length)
    {
        Mark(first, length, used: false);
        FreeCount += length;
        if (_reusesSoon)
            _cursor = first;
    }

    /// <summary>The usual case: a short run where the last one ended.</summary>
    private bool IsFreeAtCursor(int length)
    {
        int bit = _cursor & 63;
        if ((uint)(length - 1) >= (uint)(64 - bit) || _cursor + length > _count)
            return false;
        ulong mask = ulong.MaxValue >> (64 - length) << bit;
        return (_used[_cursor >> 6] & mask) == 0;
    }

    private bool TryMoveCursor(int length)
    {
        bool found = TryFind(length, _cursor, _count, out int first) || TryFind(length, 0, Math.Min(_count, _cursor + length), out first);
        if (found)
            _cursor = first;
        return found;
    }

    private bool TryFind(int length, int start, int end, out int first)
    {
        int run = 0;
        for (int at = start; at < end;)
        {
            ulong word = _used[at >> 6] >> (at & 63);
            int inWord = Math.Min(64 - (at & 63), end - at);
            int free = Math.Min(BitOperations.TrailingZeroCount(word), inWord);
            run += free;
            at += free;
            if (run >= length)
            {
                first = at - run;
                return true;
            }

            if (free < inWord)
            {
                run = 0;
                at += Math.Min(BitOperations.TrailingZeroCount(~(word >> free)), inWord - free);
            }
        }

        first = -1;
        return false;
    }

    private void Mark(int first, int length, bool used)
    {
        for (int at = first, end = first + length; at < end;)
        {
            int bits = Math.Min(64 - (at & 63), end - at);
            ulong mask = (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1) << (at & 63);
            if (used)
                _used[at >> 6] |= mask;
            else
                _used[at >> 6] &= ~mask;
            at += bits;
        }
    }
}
