namespace MdlRuntime;

/// <summary>The number of a page frame: physical address divided by the page size.</summary>
internal readonly record struct Pfn(nuint Number)
{
    public static readonly Pfn None = new(nuint.MaxValue);

    public PhysicalAddress Address => new((long)(Number << PAGE_SHIFT));

    public static Pfn Of(PhysicalAddress address) => new((nuint)(ulong)address.QuadPart >> PAGE_SHIFT);

    public override string ToString() => $"0x{Number:X}";
}
