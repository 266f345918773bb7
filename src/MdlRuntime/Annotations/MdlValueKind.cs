namespace MdlRuntime.Annotations;

/// <summary>The quantity that a number or an address stands for. Two kinds are different quantities even where their types agree.</summary>
public enum MdlValueKind
{
    /// <summary>No declared quantity.</summary>
    None = 0,

    /// <summary>Bytes between the start of the first page and the first byte of the buffer: below PAGE_SIZE.</summary>
    ByteOffset = 1,

    /// <summary>Length of the buffer that an MDL describes, in bytes.</summary>
    ByteCount = 2,

    /// <summary>Page-aligned address of the first page: the buffer starts at this address plus the byte offset.</summary>
    BaseVa = 3,

    /// <summary>Virtual address of the first byte that an MDL describes, or of a position behind it: an index into the MDL, not a pointer.</summary>
    MdlVirtualAddress = 4,

    /// <summary>System address of the first byte of a mapped buffer, byte offset included.</summary>
    SystemAddress = 5,

    /// <summary>System address of the first page of a mapping, byte offset not included.</summary>
    MappedPageBase = 6,

    /// <summary>Address in the user half of one process.</summary>
    UserAddress = 7,

    /// <summary>Address of the first byte of any buffer that an MDL is to describe.</summary>
    BufferAddress = 8,

    /// <summary>Address through which memory is read or written.</summary>
    MemoryAddress = 9,

    /// <summary>Address of the system buffer of a buffered request.</summary>
    BufferedAddress = 10,

    /// <summary>Address of memory from the pool allocator: page aligned if one page or more was asked for.</summary>
    PoolAddress = 11,

    /// <summary>Virtual address of memory that always starts on a page boundary (common buffer, contiguous memory).</summary>
    PageAlignedAddress = 12,

    /// <summary>Number of a physical page; of a span or array: its elements.</summary>
    PageFrameNumber = 13,

    /// <summary>Physical address in bytes.</summary>
    PhysicalAddress = 14,

    /// <summary>Address that a device sees on its bus, in bytes.</summary>
    LogicalAddress = 15,

    /// <summary>Number of pages.</summary>
    PageCount = 16,

    /// <summary>Number of map registers.</summary>
    MapRegisterCount = 17,

    /// <summary>Position in a file or on a disk, in bytes.</summary>
    FileOffset = 18,

    /// <summary>Length of a transfer or of a piece of it, in bytes.</summary>
    TransferLength = 19,

    /// <summary>Bytes between the first byte that an MDL describes and the current position: 0 is the first byte of the buffer.</summary>
    TransferOffset = 20,

    /// <summary>Position in the device's own address range, in bytes.</summary>
    DeviceOffset = 21,

    /// <summary>Length of the input buffer of a control request, in bytes.</summary>
    InputLength = 22,

    /// <summary>Bytes that a finished request reports as transferred.</summary>
    BytesTransferred = 23,

    /// <summary>Length of any buffer or memory range, in bytes.</summary>
    Length = 24,

    /// <summary>Alignment in bytes, or the mask of the bits that have to be clear.</summary>
    Alignment = 25,

    /// <summary>Control code of a device control request: its low two bits name the transfer method.</summary>
    ControlCode = 26,
}
