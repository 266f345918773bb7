using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Status codes: negative as signed numbers for errors and warnings. WDK: NTSTATUS.</summary>
[MdlEntity(MdlEntity.Status)]
public enum NtStatus : uint
{
    // The runtime finds the name of zero by halving: with this many members it meets the first of the twins.
    /// <summary>Done.</summary>
    STATUS_SUCCESS = 0x00000000,

    /// <summary>A completion routine lets completion go on.</summary>
    STATUS_CONTINUE_COMPLETION = 0x00000000,

    /// <summary>The time limit of a wait is over. A success code.</summary>
    STATUS_TIMEOUT = 0x00000102,

    /// <summary>The request goes on after the call. A success code.</summary>
    STATUS_PENDING = 0x00000103,

    /// <summary>A guard page was touched; the page is an ordinary one from now on.</summary>
    STATUS_GUARD_PAGE_VIOLATION = 0x80000001,

    /// <summary>The buffer was filled, but there was more data. A warning.</summary>
    STATUS_BUFFER_OVERFLOW = 0x80000005,

    /// <summary>The medium may have changed and must be verified first.</summary>
    STATUS_VERIFY_REQUIRED = 0x80000016,

    /// <summary>Failed for no stated reason.</summary>
    STATUS_UNSUCCESSFUL = 0xC0000001,

    /// <summary>The operation does not exist.</summary>
    STATUS_NOT_IMPLEMENTED = 0xC0000002,

    /// <summary>The buffer does not have the length that the kind of information has.</summary>
    STATUS_INFO_LENGTH_MISMATCH = 0xC0000004,

    /// <summary>A user address cannot be accessed.</summary>
    STATUS_ACCESS_VIOLATION = 0xC0000005,

    /// <summary>A page could not be read in.</summary>
    STATUS_IN_PAGE_ERROR = 0xC0000006,

    /// <summary>The handle is closed or of another kind.</summary>
    STATUS_INVALID_HANDLE = 0xC0000008,

    /// <summary>A parameter is not allowed.</summary>
    STATUS_INVALID_PARAMETER = 0xC000000D,

    /// <summary>The device does not exist or is gone.</summary>
    STATUS_NO_SUCH_DEVICE = 0xC000000E,

    /// <summary>The driver does not handle such requests.</summary>
    STATUS_INVALID_DEVICE_REQUEST = 0xC0000010,

    /// <summary>The transfer starts behind the end of the data.</summary>
    STATUS_END_OF_FILE = 0xC0000011,

    /// <summary>A completion routine takes the IRP back: completion stops here.</summary>
    STATUS_MORE_PROCESSING_REQUIRED = 0xC0000016,

    /// <summary>Memory or commitment is used up.</summary>
    STATUS_NO_MEMORY = 0xC0000017,

    /// <summary>The address range is in use or not available.</summary>
    STATUS_CONFLICTING_ADDRESSES = 0xC0000018,

    /// <summary>No view is mapped at the address.</summary>
    STATUS_NOT_MAPPED_VIEW = 0xC0000019,

    /// <summary>The address range cannot be deleted, such as a user view of an MDL by its process.</summary>
    STATUS_UNABLE_TO_DELETE_SECTION = 0xC000001B,

    /// <summary>The access is not permitted.</summary>
    STATUS_ACCESS_DENIED = 0xC0000022,

    /// <summary>The buffer is too short; nothing was written.</summary>
    STATUS_BUFFER_TOO_SMALL = 0xC0000023,

    /// <summary>Nothing has this name.</summary>
    STATUS_OBJECT_NAME_NOT_FOUND = 0xC0000034,

    /// <summary>The name is in use.</summary>
    STATUS_OBJECT_NAME_COLLISION = 0xC0000035,

    /// <summary>A part of the path does not exist.</summary>
    STATUS_OBJECT_PATH_NOT_FOUND = 0xC000003A,

    /// <summary>The page protection does not exist or is not allowed here.</summary>
    STATUS_INVALID_PAGE_PROTECTION = 0xC0000045,

    /// <summary>Nothing was mapped.</summary>
    STATUS_NONE_MAPPED = 0xC0000073,

    /// <summary>Pool, map registers or other resources are used up.</summary>
    STATUS_INSUFFICIENT_RESOURCES = 0xC000009A,

    /// <summary>The process may not have so many pages locked.</summary>
    STATUS_WORKING_SET_QUOTA = 0xC00000A1,

    /// <summary>The request is not supported.</summary>
    STATUS_NOT_SUPPORTED = 0xC00000BB,

    /// <summary>The user buffer cannot be used.</summary>
    STATUS_INVALID_USER_BUFFER = 0xC00000E8,

    /// <summary>The first parameter is not allowed.</summary>
    STATUS_INVALID_PARAMETER_1 = 0xC00000EF,

    /// <summary>The second parameter is not allowed.</summary>
    STATUS_INVALID_PARAMETER_2 = 0xC00000F0,

    /// <summary>The third parameter is not allowed.</summary>
    STATUS_INVALID_PARAMETER_3 = 0xC00000F1,

    /// <summary>The fourth parameter is not allowed.</summary>
    STATUS_INVALID_PARAMETER_4 = 0xC00000F2,

    /// <summary>The parameters do not go together.</summary>
    STATUS_INVALID_PARAMETER_MIX = 0xC0000030,

    /// <summary>What is to be taken or deleted is in use.</summary>
    STATUS_RESOURCE_IN_USE = 0xC0000708,

    /// <summary>The process is ending or has ended.</summary>
    STATUS_PROCESS_IS_TERMINATING = 0xC000010A,

    /// <summary>The request was cancelled.</summary>
    STATUS_CANCELLED = 0xC0000120,

    /// <summary>The device reported an error.</summary>
    STATUS_IO_DEVICE_ERROR = 0xC0000185,

    /// <summary>The device is not ready.</summary>
    STATUS_DEVICE_NOT_READY = 0xC00000A3,

    /// <summary>No match was found.</summary>
    STATUS_NO_MATCH = 0xC0000272,

    /// <summary>The length of the buffer is not allowed.</summary>
    STATUS_INVALID_BUFFER_SIZE = 0xC0000206,

    /// <summary>An address is not aligned as a probe demands.</summary>
    STATUS_DATATYPE_MISALIGNMENT = 0x80000002,

    /// <summary>The address is not allowed.</summary>
    STATUS_INVALID_ADDRESS = 0xC0000141,
}
