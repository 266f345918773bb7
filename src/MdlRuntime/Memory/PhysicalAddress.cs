namespace MdlRuntime;

/// <summary>PHYSICAL_ADDRESS: a physical or, where DMA returns it, a logical address in bytes.</summary>
public readonly record struct PhysicalAddress(long QuadPart)
{
    public uint LowPart => (uint)QuadPart;
    public int HighPart => (int)(QuadPart >> 32);
}
