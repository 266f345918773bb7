namespace MdlAnalyzers.Contracts;

/// <summary>The quantity a number or an address stands for. Mirrors <c>MdlValueKind</c> of the runtime by member name.</summary>
internal enum ValueKind
{
    None = 0,
    ByteOffset = 1,
    ByteCount = 2,
    BaseVa = 3,
    MdlVirtualAddress = 4,
    SystemAddress = 5,
    MappedPageBase = 6,
    UserAddress = 7,
    BufferAddress = 8,
    MemoryAddress = 9,
    BufferedAddress = 10,
    PoolAddress = 11,
    PageAlignedAddress = 12,
    PageFrameNumber = 13,
    PhysicalAddress = 14,
    LogicalAddress = 15,
    PageCount = 16,
    MapRegisterCount = 17,
    FileOffset = 18,
    TransferLength = 19,
    TransferOffset = 20,
    DeviceOffset = 21,
    InputLength = 22,
    BytesTransferred = 23,
    Length = 24,
    Alignment = 25,
    ControlCode = 26,
}
