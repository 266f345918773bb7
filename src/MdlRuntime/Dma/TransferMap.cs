using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>What is mapped through one allocation of map registers, one scatter/gather list, or an adapter that needs no registers.</summary>
internal sealed class TransferMap
{
    private MappedRun[] _runs = new MappedRun[4];
    private int _hint;
    private bool _anyLoose;

    /// <summary>Whose device the mapping is for.</summary>
    public DmaAdapter Owner { get; set; } = null!;

    /// <summary>The allocation that this is the register file of; null for what is mapped with a null base.</summary>
    public MapRegisters? Registers { get; set; }

    public int Count { get; private set; }

    /// <summary>Registers used since the last flush (DMA-155).</summary>
    public uint RegistersUsed { get; set; }

    public TransferMap? NextLive { get; set; }

    public TransferMap? PreviousLive { get; set; }

    public Span<MappedRun> Runs => _runs.AsSpan(0, Count);

    public void Add(in MappedRun run)
    {
        if (Count == _runs.Length)
            Array.Resize(ref _runs, 2 * Count);
        _runs[Count++] = run;
    }

    /// <summary>Adds a run, all zero, that the caller fills in.</summary>
    public ref MappedRun AddRef()
    {
        if (Count == _runs.Length)
            Array.Resize(ref _runs, 2 * Count);
        return ref _runs[Count++];
    }

    public void Clear()
    {
        if (Count > 0 && Owner.EndsRuns)
            UnmapAll();
        Runs.Clear();
        (Count, RegistersUsed, _hint, _anyLoose) = (0, 0, 0, false);
    }

    private void UnmapAll()
    {
        foreach (ref readonly MappedRun run in Runs)
            End(run);
    }

    /// <summary>Ends the mapping of a run that is about to be removed.</summary>
    public void End(in MappedRun run)
    {
        if (Owner.EndsRuns)
            Owner.EndRun(run);
    }

    /// <summary>Removes runs whose mapping has ended, all at once: one by one would move the rest each time.</summary>
    public void RemoveRange(int index, int count)
    {
        if (count == 0)
            return;
        Count -= count;
        Array.Copy(_runs, index + count, _runs, index, Count - index);
        Array.Clear(_runs, Count, count);
        // The next operation may map fewer runs than the one whose last run the device found last.
        if (_hint >= Count)
            _hint = 0;
    }

    /// <summary>The runs of the operation that begins at a position; false when none does.</summary>
    public bool TryFindOperation(ChainPosition start, out int first, out int count)
    {
        for (first = 0; first < Count; first++)
        {
            if (_runs[first].IsContinued || _runs[first].Mdl != start.Mdl || _runs[first].Va != start.Va)
                continue;
            count = 1;
            while (first + count < Count && _runs[first + count].IsContinued)
                count++;
            return true;
        }

        count = 0;
        return false;
    }

    /// <summary>Ends an operation; the registers are free for the next one when none is left.</summary>
    public void EndOperation(int first, int count)
    {
        foreach (ref readonly MappedRun run in Runs.Slice(first, count))
            End(run);
        RemoveRange(first, count);
        if (Count == 0)
            RegistersUsed = 0;
    }

    /// <summary>Keeps a run that the flush of its operation did not name; the next operation makes it go.</summary>
    public void Loosen(int index)
    {
        _runs[index].IsLoose = true;
        _anyLoose = true;
    }

    /// <summary>Forgets what an earlier flush left over once a new operation begins.</summary>
    public void BeginOperation(Mdl mdl)
    {
        if (_anyLoose)
            RemoveLoose(mdl);
        if (Count == 0)
            RegistersUsed = 0;
    }

    private void RemoveLoose(Mdl mdl)
    {
        bool anyMapped = false, anyKept = false;
        for (int i = Count - 1; i >= 0; i--)
            anyMapped |= !_runs[i].IsLoose;
        for (int i = Count - 1; i >= 0; i--)
        {
            if (!_runs[i].IsLoose)
                continue;
            if (anyMapped && _runs[i].Mdl != mdl)
            {
                anyKept = true;
                continue;
            }

            End(_runs[i]);
            RemoveRange(i, 1);
        }

        _anyLoose = anyKept;
    }

    public ulong MappedBytes
    {
        get
        {
            ulong bytes = 0;
            foreach (ref readonly MappedRun run in Runs)
                bytes += run.IsLoose ? 0 : run.Length;
            return bytes;
        }
    }

    public uint MappedPages
    {
        get
        {
            uint pages = 0;
            foreach (ref readonly MappedRun run in Runs)
                pages += run.IsLoose ? 0 : ADDRESS_AND_SIZE_TO_SPAN_PAGES(run.Va, run.Length);
            return pages;
        }
    }

    public bool IsMapped(Mdl mdl, nuint va, uint length)
    {
        foreach (ref readonly MappedRun run in Runs)
        {
            if (!run.IsLoose && run.Overlaps(mdl, va, length))
                return true;
        }

        return false;
    }

    /// <summary>What each of a number of registers maps: one page of a run after the other (DMA-155, DMA-313).</summary>
    public MapRegisterEntry[] Entries(uint count)
    {
        var entries = new MapRegisterEntry[count];
        int next = 0;
        foreach (ref readonly MappedRun run in Runs)
        {
            for (nuint va = run.Va; va < run.End && next < entries.Length && !run.IsLoose; va = PAGE_ALIGN(va) + PAGE_SIZE)
                entries[next++] = new((uint)(Math.Min(run.End, PAGE_ALIGN(va) + PAGE_SIZE) - va), va);
        }

        return entries;
    }

    /// <summary>The first position of a range that is mapped; the range itself where none is.</summary>
    public nuint FirstMapped(Mdl mdl, nuint va, uint length)
    {
        nuint first = nuint.MaxValue;
        foreach (ref readonly MappedRun run in Runs)
        {
            if (!run.IsLoose && run.Overlaps(mdl, va, length))
                first = Math.Min(first, Math.Max(va, run.Va));
        }

        return first == nuint.MaxValue ? va : first;
    }

    /// <summary>
    /// The run whose bytes, or else pages, hold a logical address. Devices go through a list in order, so the search starts where the last one ended.
    /// </summary>
    public bool TryFind(PhysicalAddress logical, bool wholePages, out BusRange found)
    {
        if (_hint >= Count)
            _hint = 0;
        for (int i = 0; i < Count; i++)
        {
            int index = _hint + i < Count ? _hint + i : _hint + i - Count;
            found = _runs[index].Range;
            if (!found.Holds(logical, wholePages))
                continue;

            _hint = index;
            return true;
        }

        found = default;
        return false;
    }
}
