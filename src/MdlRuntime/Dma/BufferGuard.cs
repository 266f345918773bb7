namespace MdlRuntime;

/// <summary>The tags and the padding around a buffer that the verifier watches (DMA-315).</summary>
internal readonly struct BufferGuard
{
    private const int TagLength = 8;

    /// <summary>What precedes a buffer: a page of padding that ends with the tag.</summary>
    private static readonly byte[] s_leading = new byte[PAGE_SIZE];

    /// <summary>What follows a buffer: the tag, then padding for the rest of its last page and a page more.</summary>
    private static readonly byte[] s_trailing = new byte[2 * PAGE_SIZE];

    private readonly MemorySystem _memory;
    private readonly nuint _start;
    private readonly nuint _length;

    static BufferGuard()
    {
        s_leading.AsSpan().Fill(MapRegisterPool.Pattern);
        s_trailing.AsSpan().Fill(MapRegisterPool.Pattern);
        Tag.CopyTo(s_leading.AsSpan((int)PAGE_SIZE - TagLength));
        Tag.CopyTo(s_trailing);
    }

    /// <summary>The guard of a page-aligned buffer in the non-paged region, with a page before it and one after it.</summary>
    public BufferGuard(MemorySystem memory, nuint start, nuint length) => (_memory, _start, _length) = (memory, start, length);

    /// <summary>What stands directly before and after a buffer.</summary>
    public static ReadOnlySpan<byte> Tag => "DmaVrfy0"u8;

    private nuint End => _start + _length;

    private nuint GuardEnd => _start + ROUND_TO_PAGES(_length) + PAGE_SIZE;

    public static bool IsInTag(nuint distance) => distance < TagLength;

    public void Fill()
    {
        s_leading.CopyTo(Page(_start - PAGE_SIZE));
        for (nuint at = End; at < GuardEnd; at = PAGE_ALIGN(at) + PAGE_SIZE)
            Expected(at).CopyTo(Page(at));
    }

    /// <summary>The sub-code of 0xE6/0x0F for the first change, nearest to the buffer, and its address; false when nothing has changed.</summary>
    public bool TryFindChange(out ulong subCode, out nuint address)
    {
        nuint leading = _start - PAGE_SIZE;
        for (nuint at = _start - 1; at >= leading; at--)
        {
            if (Page(at)[0] == s_leading[at - leading])
                continue;

            (subCode, address) = (IsInTag(_start - 1 - at) ? 1u : 4u, at);
            return true;
        }

        for (nuint at = End; at < GuardEnd; at = PAGE_ALIGN(at) + PAGE_SIZE)
        {
            Span<byte> page = Page(at);
            int same = page.CommonPrefixLength(Expected(at));
            if (same == page.Length)
                continue;

            address = at + (nuint)same;
            subCode = IsInTag(address - End) ? 2u : 5u;
            return true;
        }

        (subCode, address) = (0, 0);
        return false;
    }

    private ReadOnlySpan<byte> Expected(nuint at) => s_trailing.AsSpan((int)(at - End), (int)(PAGE_SIZE - BYTE_OFFSET(at)));

    /// <summary>The bytes from an address to the end of its page.</summary>
    private Span<byte> Page(nuint at) => _memory.Arena.Frame(_memory.NonPagedRegion[at].Pfn)[(int)BYTE_OFFSET(at)..];
}
