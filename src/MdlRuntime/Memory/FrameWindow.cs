using System.Buffers;

namespace MdlRuntime;

/// <summary>A stretch of frame memory in the form that host file I/O takes. Made once per arena and stretch, so that slices cost nothing.</summary>
internal sealed unsafe class FrameWindow(FrameArena arena, nuint start, int length) : MemoryManager<byte>
{
    public Memory<byte> Slice(int offset, int count) => CreateMemory(offset, count);

    public override Span<byte> GetSpan() => arena.Bytes(new(start >> PAGE_SHIFT), 0, length);

    /// <summary>Native memory does not move: there is nothing to pin.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
        ref byte first = ref GetSpan()[0];
        return new((byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref first) + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
