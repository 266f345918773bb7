using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>The bytes of physical memory: one native allocation, zero at first, that the host commits page by page on first touch.</summary>
internal sealed unsafe class FrameArena : IDisposable
{
    /// <summary>A window starts at every GiB and is twice as long, so that no run below 1 GiB leaves the window it starts in.</summary>
    private const int WindowShift = 30;

    private readonly FrameWindow?[] _windows;
    private void* _allocation;
    private byte* _base;

    public FrameArena(long bytes)
    {
        _windows = new FrameWindow?[(bytes >> WindowShift) + 1];
        FrameCount = (nuint)(bytes >> PAGE_SHIFT);
        // An aligned allocation may be recycled heap with another machine's bytes in it; a zeroed one costs nothing when it is fresh.
        _allocation = NativeMemory.AllocZeroed((FrameCount + 1) << PAGE_SHIFT);
        _base = (byte*)PAGE_ALIGN((nuint)_allocation + PAGE_SIZE - 1);
    }

    public nuint FrameCount { get; }

    /// <summary>The bytes from <paramref name="offset"/> in a frame on; may run into physically adjacent frames.</summary>
    public Span<byte> Bytes(Pfn pfn, uint offset, int length) => new(Pointer(pfn, offset, (nuint)length), length);

    public Span<byte> Frame(Pfn pfn) => Bytes(pfn, 0, (int)PAGE_SIZE);

    /// <summary>The byte at <paramref name="offset"/> of a frame known to exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte Byte(Pfn pfn, uint offset) => ref *(_base + (pfn.Number << PAGE_SHIFT) + offset);

    public void Zero(Pfn pfn) => Frame(pfn).Clear();

    /// <summary>Host view of physically contiguous bytes, for structures that live in simulated memory.</summary>
    public HostBlock Block(Pfn pfn, uint offset, nuint length) => new((nint)Pointer(pfn, offset, length));

    /// <summary>Physically contiguous bytes, at most 1 GiB, in the form that host file I/O takes. Valid as long as the arena lives.</summary>
    public Memory<byte> Memory(Pfn pfn, uint offset, int length)
    {
        var start = (nuint)(Pointer(pfn, offset, (nuint)length) - _base);
        int index = (int)(start >> WindowShift);
        nuint windowStart = (nuint)index << WindowShift;
        int windowLength = (int)Math.Min((FrameCount << PAGE_SHIFT) - windowStart, int.MaxValue);
        FrameWindow window = _windows[index] ??= new(this, windowStart, windowLength);
        return window.Slice((int)(start - windowStart), length);
    }

    private byte* Pointer(Pfn pfn, uint offset, nuint length)
    {
        ObjectDisposedException.ThrowIf(_base is null, this);
        if (pfn.Number >= FrameCount || offset + length > (FrameCount - pfn.Number) << PAGE_SHIFT)
            throw new ArgumentOutOfRangeException(nameof(pfn), pfn, $"frames are 0 to 0x{FrameCount - 1:X}; the range must end in one of them");
        return _base + (pfn.Number << PAGE_SHIFT) + offset;
    }

    public void Dispose()
    {
        NativeMemory.Free(_allocation);
        _allocation = null;
        _base = null;
    }
}
