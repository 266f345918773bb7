namespace MdlRuntime;

/// <summary>A range of physical addresses that a device answers: memory of its own, or registers.</summary>
internal abstract class PhysicalWindow(nuint pageCount)
{
    /// <summary>The first frame number, once the window is part of the device space.</summary>
    public Pfn First { get; set; }

    public nuint PageCount => pageCount;

    /// <summary>The device's memory; empty for registers.</summary>
    public virtual Span<byte> Memory => [];

    public abstract void Read(ulong offset, Span<byte> destination);

    public abstract void Write(ulong offset, ReadOnlySpan<byte> source);

    /// <summary>Bytes between the start of the window and a position in one of its frames.</summary>
    public ulong OffsetOf(Pfn pfn, uint offset) => ((ulong)(pfn.Number - First.Number) << PAGE_SHIFT) + offset;
}
