using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.Mdl)]
public sealed class Mdl
{
    /// <summary>The MDL structure that lives at <paramref name="nonPagedMemory"/> in the driver's own memory (for MmInitializeMdl); its contents are what that memory holds.</summary>
    public static Mdl At(nuint nonPagedMemory) => throw null!;
    /// <summary>System address of the structure itself: what stops print as their MDL parameter, and what ExFreePoolWithTag takes for an MDL that came from MmAllocatePagesForMdl.</summary>
    public nuint Address => throw null!;
    public Mdl? Next { get; set; }
    [OpaqueMember]
    public short Size => throw null!;
    public MdlFlags MdlFlags { get; set; }
    [OpaqueMember]
    public EProcess? Process => throw null!;
    [MdlValue(MdlValueKind.MappedPageBase)]
    [OpaqueMember("MmGetSystemAddressForMdlSafe")]
    public nuint MappedSystemVa => throw null!;
    [MdlValue(MdlValueKind.BaseVa)]
    [OpaqueMember("MmGetMdlVirtualAddress")]
    public nuint StartVa => throw null!;
    [MdlValue(MdlValueKind.ByteCount)]
    [OpaqueMember("MmGetMdlByteCount")]
    public uint ByteCount => throw null!;
    [MdlValue(MdlValueKind.ByteOffset)]
    [OpaqueMember("MmGetMdlByteOffset")]
    public uint ByteOffset => throw null!;
}
