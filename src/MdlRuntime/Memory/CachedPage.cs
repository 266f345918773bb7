namespace MdlRuntime;

/// <summary>A page whose lines are not all cached and up to date. A bit for each line.</summary>
internal sealed class CachedPage(nuint frame)
{
    private byte[]? _fetched;

    public nuint Frame => frame;

    /// <summary>Lines that are not in the cache: what a device writes there is seen at once.</summary>
    public ulong Absent { get; set; }

    /// <summary>Cached lines whose memory a device has written: the processor still sees what it fetched or stored before.</summary>
    public ulong Stale { get; set; }

    /// <summary>Whether the page waits for its stale, changed lines to be written back.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>What the stale lines held in memory when they were fetched: where the processor's view differs, it has stored since.</summary>
    public Span<byte> Fetched => _fetched ??= new byte[PAGE_SIZE];
}
