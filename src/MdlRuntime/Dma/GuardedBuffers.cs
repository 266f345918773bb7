namespace MdlRuntime;

/// <summary>The buffers with guards that the transfers of verified drivers go through on a machine that has them.</summary>
internal sealed class GuardedBuffers(MemorySystem memory)
{
    /// <summary>Each watched register costs two pages of guards; so only the first ones of a driver are watched (DMA-314).</summary>
    private const uint RegistersPerDriver = 64;

    private readonly List<GuardedBuffer> _live = [];

    /// <summary>A buffer for a piece of a driver's buffer; false when its driver has enough of them, or there is no memory for one.</summary>
    public bool TryTake(DmaAdapter adapter, nuint va, uint length, out ulong start)
    {
        start = 0;
        uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, length), used = 0;
        foreach (GuardedBuffer other in _live)
            used += other.Driver == adapter.Driver ? other.Pages : 0;
        if (length == 0 || used + pages > RegistersPerDriver
            || !GuardedBuffer.TryMake(memory, adapter, pages, BYTE_OFFSET(va), length, out GuardedBuffer? buffer))
        {
            return false;
        }

        _live.Add(buffer!);
        start = buffer!.Start;
        return true;
    }

    /// <summary>One more run uses the buffer that holds an address, if any does.</summary>
    public void Share(ulong physical)
    {
        if (Find(physical) is { } buffer)
            buffer.Users++;
    }

    public GuardedBuffer? Find(ulong physical) => _live.Find(buffer => buffer.Contains(physical));

    /// <summary>The buffer in whose guards an address lies.</summary>
    public GuardedBuffer? FindAround(ulong physical) => _live.Find(buffer => buffer.IsAround(physical) && !buffer.Contains(physical));

    /// <summary>The bytes at an address, as far as the buffer goes that holds it.</summary>
    public bool TryGetBytes(ulong physical, uint length, out Span<byte> bytes)
    {
        bytes = default;
        if (Find(physical) is not { } buffer)
            return false;

        ulong count = Math.Min(length, buffer.Start + buffer.Length - physical);
        bytes = memory.Arena.Bytes(new((nuint)(physical >> PAGE_SHIFT)), BYTE_OFFSET((nuint)physical), (int)count);
        return true;
    }

    public void Release(GuardedBuffer buffer)
    {
        _live.Remove(buffer);
        buffer.Free();
    }
}
