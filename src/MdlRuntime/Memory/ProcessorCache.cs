namespace MdlRuntime;

/// <summary>
/// The processor's cache on a machine whose DMA is not coherent. The arena holds the processor's view of memory, and this class what is
/// really in memory, which is what devices read and write.
/// </summary>
/// <remarks>
/// <para>
/// The cache is as bad as a cache may be, and the same in every run. It holds every line of 64 bytes of cached memory from the start and drops
/// none by itself, so a device never sees a store that was not written back, and the processor never sees what a device has written to a line
/// that is cached. A line leaves the cache when it is invalidated, and is in it again when the processor stores to it or when the transfer that
/// it was invalidated for has ended. A line with stores in it is written back when it is cleaned or invalidated, or, if a device has written the
/// memory below it, as soon as the machine waits: the device's bytes are lost then.
/// </para>
/// <para>Frames that are not cached, and bounce pages, have one view only.</para>
/// </remarks>
internal sealed class ProcessorCache(FrameArena view, FrameDatabase frames) : IDisposable
{
    public const int LineSize = 64;
    private const int LineShift = 6;

    private readonly FrameArena _memory = new((long)frames.Count << PAGE_SHIFT);
    private readonly Dictionary<nuint, CachedPage> _pages = [];
    private readonly List<CachedPage> _waiting = [];
    private readonly HashSet<nuint> _shared = [];

    /// <summary>Whether devices have written below lines with stores in them.</summary>
    public bool HasLostWrites => _waiting.Count > 0;

    /// <summary>
    /// Says that a cached frame is used by processor and device at the same time: the processor may look at any moment, so that a line which is
    /// invalidated is fetched again at once.
    /// </summary>
    public void Share(Pfn pfn, bool isShared)
    {
        if (isShared)
            _shared.Add(pfn.Number);
        else
            _shared.Remove(pfn.Number);
    }

    /// <summary>What a device reads.</summary>
    public void Read(ulong physical, Span<byte> destination)
    {
        for (int done = 0; done < destination.Length;)
        {
            (Pfn pfn, uint offset, int part) = PartOfPage(physical, done, destination.Length);
            (IsCoherent(pfn) ? view : _memory).Bytes(pfn, offset, part).CopyTo(destination[done..]);
            done += part;
        }
    }

    /// <summary>What a device writes.</summary>
    public void Write(ulong physical, ReadOnlySpan<byte> source)
    {
        for (int done = 0; done < source.Length;)
        {
            (Pfn pfn, uint offset, int part) = PartOfPage(physical, done, source.Length);
            if (IsCoherent(pfn))
                source.Slice(done, part).CopyTo(view.Bytes(pfn, offset, part));
            else
                WriteLines(pfn, offset, source.Slice(done, part));
            done += part;
        }
    }

    /// <summary>Writes the processor's stores in a range of a frame back to memory; the lines stay cached.</summary>
    public void Clean(Pfn pfn, uint offset, uint length)
    {
        if (!IsCoherent(pfn))
        {
            CachedPage page = PageOf(pfn);
            for (int line = First(offset); line <= Last(offset, length); line++)
                Clean(page, line);
        }
    }

    /// <summary>Writes the processor's stores in a range of a frame back to memory, and takes the lines out of the cache.</summary>
    public void CleanAndInvalidate(Pfn pfn, uint offset, uint length)
    {
        if (!IsCoherent(pfn))
        {
            CachedPage page = PageOf(pfn);
            for (int line = First(offset); line <= Last(offset, length); line++)
            {
                Clean(page, line);
                Drop(page, line);
            }
        }
    }

    /// <summary>
    /// Ends a transfer from a device to a range of a frame: the processor may look at the bytes now, which puts their lines into the cache.
    /// They are invalidated before, or were before the transfer; in the second case a line that is partly outside waits for the rest of it.
    /// </summary>
    public void EndTransfer(Pfn pfn, uint offset, uint length, bool invalidates)
    {
        if (IsCoherent(pfn))
            return;

        CachedPage page = PageOf(pfn);
        for (int line = First(offset); line <= Last(offset, length); line++)
        {
            bool isWhole = (uint)line << LineShift >= offset && (uint)(line + 1) << LineShift <= offset + length;
            // Stores in such a line may be to what lies beside the buffer.
            if (invalidates && !isWhole)
                Clean(page, line);
            if (invalidates)
                Drop(page, line);
            if (invalidates || isWhole)
                page.Absent &= ~Bit(line);
        }
    }

    /// <summary>Lets the lines with stores in them reach memory that devices have written meanwhile.</summary>
    public void WriteBack()
    {
        foreach (CachedPage page in _waiting)
        {
            page.IsWaiting = false;
            for (int line = 0; line < (int)PAGE_SIZE >> LineShift; line++)
            {
                if ((page.Stale & Bit(line)) != 0)
                    Clean(page, line);
            }
        }

        _waiting.Clear();
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Whether device and processor cannot disagree about a frame.</summary>
    private bool IsCoherent(Pfn pfn)
    {
        ref readonly FrameInfo frame = ref frames[pfn];
        return frame.Use == FrameUse.MapRegister || frame.CacheType is not (MemoryCachingType.MmCached or MemoryCachingType.MmNotMapped);
    }

    private void WriteLines(Pfn pfn, uint offset, ReadOnlySpan<byte> source)
    {
        CachedPage page = PageOf(pfn);
        while (source.Length > 0)
        {
            int line = First(offset);
            int part = Math.Min(source.Length, LineSize - (int)(offset & (LineSize - 1)));
            bool isSeen = IsAbsent(page, line);
            if (!isSeen)
                KeepFetched(page, line);
            source[..part].CopyTo(_memory.Bytes(pfn, offset, part));
            if (isSeen)
                source[..part].CopyTo(view.Bytes(pfn, offset, part));
            else if (IsChanged(page, line) && !page.IsWaiting)
                Await(page);
            source = source[part..];
            offset += (uint)part;
        }
    }

    private void Await(CachedPage page)
    {
        page.IsWaiting = true;
        _waiting.Add(page);
    }

    /// <summary>A line that the processor has stored to since it was invalidated is cached again.</summary>
    private bool IsAbsent(CachedPage page, int line)
    {
        if ((page.Absent & Bit(line)) == 0)
            return false;
        if (Seen(page, line).SequenceEqual(Stored(page, line)))
            return true;

        page.Absent &= ~Bit(line);
        return false;
    }

    private void KeepFetched(CachedPage page, int line)
    {
        if ((page.Stale & Bit(line)) != 0)
            return;
        page.Stale |= Bit(line);
        Stored(page, line).CopyTo(Fetched(page, line));
    }

    /// <summary>Whether the processor has stored to a line since it was fetched.</summary>
    private bool IsChanged(CachedPage page, int line) =>
        !Seen(page, line).SequenceEqual((page.Stale & Bit(line)) != 0 ? Fetched(page, line) : Stored(page, line));

    private void Clean(CachedPage page, int line)
    {
        if (!IsChanged(page, line))
            return;
        Seen(page, line).CopyTo(Stored(page, line));
        page.Stale &= ~Bit(line);
    }

    /// <summary>Takes a line out of the cache, with the stores that are in it.</summary>
    private void Drop(CachedPage page, int line)
    {
        Stored(page, line).CopyTo(Seen(page, line));
        page.Stale &= ~Bit(line);
        if (!_shared.Contains(page.Frame))
            page.Absent |= Bit(line);
    }

    private CachedPage PageOf(Pfn pfn)
    {
        if (!_pages.TryGetValue(pfn.Number, out CachedPage? page))
            _pages[pfn.Number] = page = new(pfn.Number);
        return page;
    }

    private Span<byte> Seen(CachedPage page, int line) => view.Bytes(new(page.Frame), (uint)line << LineShift, LineSize);

    private Span<byte> Stored(CachedPage page, int line) => _memory.Bytes(new(page.Frame), (uint)line << LineShift, LineSize);

    private static Span<byte> Fetched(CachedPage page, int line) => page.Fetched.Slice(line << LineShift, LineSize);

    private static ulong Bit(int line) => 1UL << line;

    private static int First(uint offset) => (int)(offset >> LineShift);

    private static int Last(uint offset, uint length) => (int)((offset + length - 1) >> LineShift);

    private static (Pfn Pfn, uint Offset, int Length) PartOfPage(ulong physical, int done, int length)
    {
        var at = (nuint)(physical + (uint)done);
        return (new(at >> PAGE_SHIFT), BYTE_OFFSET(at), MemoryAccesses.PartOfPage(at, (nuint)(length - done)));
    }
}
