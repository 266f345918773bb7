namespace MdlRuntime;

/// <summary>A buffer of the verifier that stands in for a piece of a driver's, between two pages of guards (DMA-314, DMA-315).</summary>
/// <param name="memory">Where its pages are.</param>
/// <param name="driver">Whose transfers it serves.</param>
/// <param name="first">The page of guards before it; the pages of the buffer and one more page of guards follow.</param>
/// <param name="pages">Pages that the buffer itself touches.</param>
/// <param name="offset">Of the first byte of the buffer in its page.</param>
/// <param name="length">Bytes of the buffer.</param>
internal sealed class GuardedBuffer(MemorySystem memory, CodeOwner? driver, Pfn first, uint pages, uint offset, uint length)
{
    private const uint GuardPages = 2;

    public CodeOwner? Driver => driver;

    public uint Pages => pages;

    /// <summary>Physical address of the first byte.</summary>
    public ulong Start { get; } = (ulong)(first.Number + 1) * PAGE_SIZE + offset;

    public uint Length => length;

    /// <summary>Runs that use it: the pieces of a chain may share one.</summary>
    public int Users { get; set; } = 1;

    /// <summary>Whether a write outside it was reported when it happened.</summary>
    public bool IsReported { get; set; }

    private Span<byte> Region => memory.Arena.Bytes(first, 0, (int)((pages + GuardPages) * PAGE_SIZE));

    private int StartInRegion => (int)(PAGE_SIZE + offset);

    private int EndInRegion => StartInRegion + (int)length;

    public static bool TryMake(MemorySystem memory, DmaAdapter adapter, uint pages, uint offset, uint length, out GuardedBuffer? buffer)
    {
        buffer = null;
        ulong highest = adapter.Window.HighestAddress >> PAGE_SHIFT, boundary = adapter.LogicalBoundary >> PAGE_SHIFT;
        if (!memory.Frames.TryAllocateContiguous(
            pages + GuardPages, new(1), new((nuint)highest), (nuint)boundary, FrameUse.MapRegister, out Pfn first))
        {
            return false;
        }

        buffer = new(memory, adapter.Driver, first, pages, offset, length);
        buffer.Fill();
        return true;
    }

    public void Free()
    {
        for (nuint i = 0; i < pages + GuardPages; i++)
            memory.Frames.RemoveOwner(new(first.Number + i));
    }

    public bool Contains(ulong physical) => physical >= Start && physical - Start < length;

    /// <summary>Whether an address lies in the buffer or its guards.</summary>
    public bool IsAround(ulong physical) => (physical >> PAGE_SHIFT) - first.Number < pages + GuardPages;

    /// <summary>The sub-code of 0xE6/0x0F for an address in the guards.</summary>
    public ulong SubCodeOf(ulong physical) =>
        physical < Start
            ? BufferGuard.IsInTag((nuint)(Start - 1 - physical)) ? 1u : 4u
            : BufferGuard.IsInTag((nuint)(physical - (Start + length))) ? 2u : 5u;

    /// <summary>The changed byte of the guards that is nearest to the buffer; false when nothing has changed.</summary>
    public bool TryFindChange(out ulong physical)
    {
        Span<byte> region = Region, tag = stackalloc byte[BufferGuard.Tag.Length];
        BufferGuard.Tag.CopyTo(tag);
        for (int distance = 0; distance < Math.Max(StartInRegion, region.Length - EndInRegion); distance++)
        {
            int before = StartInRegion - 1 - distance, after = EndInRegion + distance;
            bool isTag = BufferGuard.IsInTag((nuint)distance);
            if (before >= 0 && region[before] != (isTag ? tag[^(distance + 1)] : MapRegisterPool.Pattern))
            {
                physical = (ulong)first.Number * PAGE_SIZE + (ulong)before;
                return true;
            }

            if (after < region.Length && region[after] != (isTag ? tag[distance] : MapRegisterPool.Pattern))
            {
                physical = (ulong)first.Number * PAGE_SIZE + (ulong)after;
                return true;
            }
        }

        physical = 0;
        return false;
    }

    private void Fill()
    {
        Region.Fill(MapRegisterPool.Pattern);
        BufferGuard.Tag.CopyTo(Region[(StartInRegion - BufferGuard.Tag.Length)..]);
        BufferGuard.Tag.CopyTo(Region[EndInRegion..]);
    }
}
