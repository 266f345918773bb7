using MdlRuntime.Simulation;

namespace MdlRuntime;

/// <summary>Who uses which page frame: allocation in policy order, owner and lock counts.</summary>
internal sealed partial class FrameDatabase
{
    /// <summary>Frames a 24-bit device can reach: handed out last.</summary>
    private const nuint LowFrames = 0x1000;

    private readonly FrameInfo[] _frames;
    private readonly FrameOrder _order;
    private readonly Queue<Pfn> _forced = new();
    private readonly bool _scatter;
    private readonly nuint _low;

    /// <summary>Frames whose caching attribute is not MmCached.</summary>
    private int _specialFrames;

    public FrameDatabase(nuint count, FramePolicy policy, int seed)
    {
        _frames = new FrameInfo[count];
        Devices = new(count);
        // Frame 0 is never handed out, so that a zero frame number is always a mistake.
        _frames[0].Use = FrameUse.Reserved;
        FreeCount = (long)count - 1;
        _scatter = policy is FramePolicy.Scattered or FramePolicy.HighFirst;
        _low = count > 2 * LowFrames ? LowFrames : 1;
        _order = new(policy, first: 1, _low, count, seed);
    }

    public nuint Count => (nuint)_frames.Length;

    /// <summary>The physical addresses beyond the frames.</summary>
    public DeviceSpace Devices { get; }

    /// <summary>Frames that nobody owns or locks.</summary>
    public long FreeCount { get; private set; }

    public ref FrameInfo this[Pfn pfn] => ref _frames[pfn.Number];

    public bool Contains(Pfn pfn) => pfn.Number < (nuint)_frames.Length;

    /// <summary>Takes one frame with one owner. Scattered policies do not place it next to <paramref name="neighbour"/>, the virtual neighbour's frame.</summary>
    public bool TryAllocate(FrameUse use, Pfn neighbour, out Pfn pfn)
    {
        if (!TryForced(out pfn))
        {
            if (!TryNextFree(out pfn))
                return false;
            if (_scatter && IsAdjacent(pfn, neighbour))
                pfn = NextNotAdjacent(pfn, neighbour);
        }

        Take(pfn, use);
        return true;
    }

    /// <summary>
    /// Takes adjacent frames between two frame numbers (inclusive) that do not cross a multiple of <paramref name="boundary"/> frames (0: none)
    /// and start at one of <paramref name="alignment"/> frames.
    /// </summary>
    public bool TryAllocateContiguous(nuint count, Pfn lowest, Pfn highest, nuint boundary, FrameUse use, out Pfn first, nuint alignment = 1)
    {
        nuint end = Math.Min(highest.Number, Count - 1);
        nuint start = Math.Max(lowest.Number, 1);
        // Low frames are left to those who can use no others.
        return TryTakeRun(count, Math.Max(start, _low), end, boundary, alignment, use, out first)
            || start < _low && TryTakeRun(count, start, end, boundary, alignment, use, out first);
    }

    public void AddOwner(Pfn pfn) => _frames[pfn.Number].OwnerCount++;

    /// <summary>Removes one owner; an unowned frame is free as soon as no MDL locks it (D11).</summary>
    public void RemoveOwner(Pfn pfn)
    {
        _frames[pfn.Number].OwnerCount--;
        FreeIfUnused(pfn);
    }

    public void Lock(Pfn pfn) => _frames[pfn.Number].LockCount++;

    public void Unlock(Pfn pfn)
    {
        _frames[pfn.Number].LockCount--;
        FreeIfUnused(pfn);
    }

    /// <summary>
    /// Locks the frames of the leading entries whose flags under <paramref name="mask"/> are exactly <paramref name="wanted"/> and notes their
    /// numbers; how many they were.
    /// </summary>
    public int LockRun(ReadOnlySpan<Pte> entries, PteFlags mask, PteFlags wanted, Span<nuint> numbers)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly Pte pte = ref entries[i];
            if ((pte.Flags & mask) != wanted)
                return i;
            _frames[pte.Pfn.Number].LockCount++;
            numbers[i] = pte.Pfn.Number;
        }

        return entries.Length;
    }

    /// <summary>Makes page-table entries show frames that somebody else holds. The caching type is a wish (<see cref="CacheTypeFor"/>).</summary>
    public void FillView(Span<Pte> entries, ReadOnlySpan<nuint> frames, PteFlags protection, MemoryCachingType cacheType)
    {
        if (_specialFrames > 0 || cacheType != MemoryCachingType.MmCached || Devices.HasMappings)
        {
            FillViewByAttribute(entries, frames, protection, cacheType);
            return;
        }

        for (int i = 0; i < frames.Length; i++)
        {
            Pfn pfn = new(frames[i]);
            entries[i] = new() { Pfn = pfn, Flags = protection | ViewFlags(pfn), CacheType = cacheType };
        }
    }

    /// <summary>Gives a frame a caching attribute other than MmCached until it is free; MmNotMapped leaves the choice to its first mapping.</summary>
    public void SetCacheType(Pfn pfn, MemoryCachingType cacheType)
    {
        ref FrameInfo frame = ref _frames[pfn.Number];
        _specialFrames += (cacheType == MemoryCachingType.MmCached ? 0 : 1) - (frame.CacheType == MemoryCachingType.MmCached ? 0 : 1);
        frame.CacheType = cacheType;
    }

    /// <summary>How a new mapping of a frame is cached: by its attribute; as wished if it has none yet or is no memory (MDL-193).</summary>
    public MemoryCachingType CacheTypeFor(Pfn pfn, MemoryCachingType wish)
    {
        if (!Contains(pfn))
            return Devices.CachingOf(pfn, wish);
        if (_frames[pfn.Number].CacheType == MemoryCachingType.MmNotMapped)
            SetCacheType(pfn, wish);
        return _frames[pfn.Number].CacheType;
    }

    /// <summary>Releases one lock of each frame, skipping numbers that are no memory; the index of the first frame that nobody locks, or -1.</summary>
    public int Unlock(ReadOnlySpan<nuint> frames)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            if (frames[i] >= (nuint)_frames.Length)
                continue;

            ref FrameInfo frame = ref _frames[frames[i]];
            if (frame.LockCount <= 0)
                return i;
            if (--frame.LockCount == 0)
                FreeIfUnused(new(frames[i]));
        }

        return -1;
    }

    /// <summary>Whether the contents of a frame cannot move or leave it now.</summary>
    public bool IsPinned(Pfn pfn) =>
        _frames[pfn.Number] is { LockCount: > 0 } or { Use: not (FrameUse.Free or FrameUse.Process or FrameUse.PagedPool) };

    /// <summary>Page-table flags of a view of a frame; a number that is no memory becomes device space, which the host never touches.</summary>
    public PteFlags ViewFlags(Pfn pfn) => Contains(pfn)
        ? PteFlags.Committed | PteFlags.Resident | PteFlags.View
        : PteFlags.Committed | PteFlags.Resident | PteFlags.View | PteFlags.IoSpace;

    /// <summary>Makes the next single-frame allocations return these frames, in order, as far as they are free.</summary>
    public void ForceNext(params ReadOnlySpan<nuint> frames)
    {
        foreach (nuint frame in frames)
            _forced.Enqueue(new(frame));
    }

    private void FillViewByAttribute(Span<Pte> entries, ReadOnlySpan<nuint> frames, PteFlags protection, MemoryCachingType cacheType)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            Pfn pfn = new(frames[i]);
            entries[i] = new() { Pfn = pfn, Flags = protection | ViewFlags(pfn), CacheType = CacheTypeFor(pfn, cacheType) };
        }
    }

    private bool TryForced(out Pfn pfn)
    {
        while (_forced.TryDequeue(out pfn))
        {
            if (_frames[pfn.Number].Use == FrameUse.Free)
                return true;
        }

        return false;
    }

    private bool TryNextFree(out Pfn pfn)
    {
        while (_order.TryNext(out pfn))
        {
            ref FrameInfo frame = ref _frames[pfn.Number];
            frame.IsListed = false;
            if (frame.Use == FrameUse.Free)
                return true;
        }

        return false;
    }

    /// <summary>Looks a few frames ahead; the frames passed over stay free.</summary>
    private Pfn NextNotAdjacent(Pfn candidate, Pfn neighbour)
    {
        // Two frames are adjacent to the neighbour, and each may come up twice.
        Span<Pfn> passed = stackalloc Pfn[4];
        int count = 0;
        while (count < passed.Length && IsAdjacent(candidate, neighbour) && TryNextFree(out Pfn next))
        {
            passed[count++] = candidate;
            candidate = next;
        }

        foreach (Pfn pfn in passed[..count])
            Return(pfn);
        return candidate;
    }

    private bool TryTakeRun(nuint count, nuint start, nuint end, nuint boundary, nuint alignment, FrameUse use, out Pfn first)
    {
        first = Pfn.None;
        if (count == 0)
            return false;

        for (nuint run = 0, at = start; at <= end; at++)
        {
            bool crosses = boundary != 0 && at % boundary == 0;
            run = _frames[at].Use != FrameUse.Free ? 0 : crosses ? 1 : run + 1;
            if (run == 1 && at % alignment != 0)
                run = 0;
            if (run != count)
                continue;

            first = new(at - count + 1);
            for (nuint i = 0; i < count; i++)
                Take(new(first.Number + i), use);
            return true;
        }

        return false;
    }

    private void Return(Pfn pfn)
    {
        ref FrameInfo frame = ref _frames[pfn.Number];
        if (frame.IsListed)
            return;

        frame.IsListed = true;
        _order.Return(pfn);
    }

    private static bool IsAdjacent(Pfn a, Pfn b) => b != Pfn.None && (a.Number == b.Number + 1 || b.Number == a.Number + 1);

    private void Take(Pfn pfn, FrameUse use)
    {
        ref FrameInfo frame = ref _frames[pfn.Number];
        frame.Use = use;
        frame.OwnerCount = 1;
        FreeCount--;
    }

    private void FreeIfUnused(Pfn pfn)
    {
        ref FrameInfo frame = ref _frames[pfn.Number];
        if (frame.OwnerCount > 0 || frame.LockCount > 0)
            return;

        if (frame.CacheType != MemoryCachingType.MmCached)
            SetCacheType(pfn, MemoryCachingType.MmCached);
        (frame.OwnerCount, frame.LockCount, frame.Use) = (0, 0, FrameUse.Free);
        FreeCount++;
        Return(pfn);
    }
}
