using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>How a request ended. WDK: IO_STATUS_BLOCK.</summary>
public struct IoStatusBlock
{
    /// <summary>The final status.</summary>
    public NtStatus Status;

    /// <summary>For transfers, the number of bytes moved.</summary>
    [MdlValue(MdlValueKind.BytesTransferred)]
    public nuint Information;
}
