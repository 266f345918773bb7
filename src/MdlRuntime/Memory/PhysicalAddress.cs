namespace MdlRuntime;

/// <summary>A physical or, where DMA returns it, a logical address. WDK: PHYSICAL_ADDRESS.</summary>
/// <param name="QuadPart">The address in bytes.</param>
public readonly record struct PhysicalAddress(long QuadPart)
{
    /// <summary>The lower 32 bits.</summary>
    public uint LowPart => (uint)QuadPart;

    /// <summary>The upper 32 bits.</summary>
    public int HighPart => (int)(QuadPart >> 32);
}
