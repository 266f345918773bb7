using MdlRuntime.Annotations;

namespace MdlRuntime;

public struct IoStatusBlock
{
    public NtStatus Status;

    [MdlValue(MdlValueKind.BytesTransferred)]
    public nuint Information;
}
