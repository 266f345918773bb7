namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Stack location control: the request was marked pending at this level.</summary>
    public const byte SL_PENDING_RETURNED = 0x01;

    /// <summary>Stack location control: the request came back with a status that is no success.</summary>
    public const byte SL_ERROR_RETURNED = 0x02;

    /// <summary>Stack location control: when the completion routine is called.</summary>
    public const byte SL_INVOKE_ON_CANCEL = 0x20, SL_INVOKE_ON_SUCCESS = 0x40, SL_INVOKE_ON_ERROR = 0x80;

    /// <summary>IRP flags.</summary>
    public const uint
        IRP_NOCACHE = 0x1, IRP_PAGING_IO = 0x2, IRP_SYNCHRONOUS_API = 0x4, IRP_ASSOCIATED_IRP = 0x8,
        IRP_BUFFERED_IO = 0x10, IRP_DEALLOCATE_BUFFER = 0x20, IRP_INPUT_OPERATION = 0x40, IRP_CREATE_OPERATION = 0x80,
        IRP_READ_OPERATION = 0x100, IRP_WRITE_OPERATION = 0x200, IRP_CLOSE_OPERATION = 0x400, IRP_DEFER_IO_COMPLETION = 0x800,
        IRP_OB_QUERY_NAME = 0x1000, IRP_HOLD_DEVICE_QUEUE = 0x2000;

    /// <summary>Second meanings of IRP flags, for requests that mount a volume and for paging I/O.</summary>
    public const uint IRP_MOUNT_COMPLETION = 0x2, IRP_SYNCHRONOUS_PAGING_IO = 0x40;

    /// <summary>Allocation flags of an IRP.</summary>
    public const byte IRP_QUOTA_CHARGED = 0x01, IRP_ALLOCATED_MUST_SUCCEED = 0x02, IRP_ALLOCATED_FIXED_SIZE = 0x04, IRP_LOOKASIDE_ALLOCATION = 0x08;

    /// <summary>Type of an IRP.</summary>
    public const short IO_TYPE_IRP = 6;

    /// <summary>Minor functions of IRP_MJ_PNP.</summary>
    public const byte IRP_MN_START_DEVICE = 0x00, IRP_MN_REMOVE_DEVICE = 0x02;

    /// <summary>Minor function of IRP_MJ_DIRECTORY_CONTROL.</summary>
    public const byte IRP_MN_QUERY_DIRECTORY = 0x01;

    /// <summary>Values of AlignmentRequirement: alignment minus 1.</summary>
    public const uint
        FILE_BYTE_ALIGNMENT = 0, FILE_WORD_ALIGNMENT = 1, FILE_LONG_ALIGNMENT = 3, FILE_QUAD_ALIGNMENT = 7, FILE_OCTA_ALIGNMENT = 0xF,
        FILE_32_BYTE_ALIGNMENT = 0x1F, FILE_64_BYTE_ALIGNMENT = 0x3F, FILE_128_BYTE_ALIGNMENT = 0x7F, FILE_256_BYTE_ALIGNMENT = 0xFF,
        FILE_512_BYTE_ALIGNMENT = 0x1FF;

    /// <summary>Device types.</summary>
    public const uint
        FILE_DEVICE_CD_ROM = 0x02, FILE_DEVICE_DISK = 0x07, FILE_DEVICE_NETWORK = 0x12, FILE_DEVICE_TAPE = 0x1F, FILE_DEVICE_UNKNOWN = 0x22,
        FILE_DEVICE_VIRTUAL_DISK = 0x24;
}
