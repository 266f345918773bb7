namespace MdlRuntime;

/// <summary>Logical addresses that a device may use now.</summary>
/// <param name="Logical">The first.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="IsReadOnly">Whether the device may only read there.</param>
internal readonly record struct BusRange(PhysicalAddress Logical, ulong Length, bool IsReadOnly)
{
    /// <summary>Whether the range, or one of the pages it lies in, holds an address.</summary>
    public bool Holds(PhysicalAddress at, bool wholePages)
    {
        uint before = wholePages ? BYTE_OFFSET((nuint)Logical.QuadPart) : 0;
        ulong length = wholePages ? ROUND_TO_PAGES(before + (nuint)Length) : Length;
        return unchecked((ulong)at.QuadPart - ((ulong)Logical.QuadPart - before)) < length;
    }
}
