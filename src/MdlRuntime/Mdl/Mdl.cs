namespace MdlRuntime;

public sealed class Mdl
{
    /// <summary>The MDL structure that lives at <paramref name="nonPagedMemory"/> in the driver's own memory (for MmInitializeMdl); its contents are what that memory holds.</summary>
    public static Mdl At(nuint nonPagedMemory) => throw null!;
    /// <summary>System address of the structure itself: what stops print as their MDL parameter, and what ExFreePoolWithTag takes for an MDL that came from MmAllocatePagesForMdl.</summary>
    public nuint Address => throw null!;
    public Mdl? Next { get; set; }
    public short Size => throw null!;
    public MdlFlags MdlFlags { get; set; }
    public EProcess? Process => throw null!;
    public nuint MappedSystemVa => throw null!;
    public nuint StartVa => throw null!;
    public uint ByteCount => throw null!;
    public uint ByteOffset => throw null!;
}
