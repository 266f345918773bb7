using MdlRuntime.Annotations;

namespace MdlRuntime;

public struct ReadParameters
{
    [MdlValue(MdlValueKind.TransferLength)]
    [GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)]
    public uint Length;

    public uint Key;

    [MdlValue(MdlValueKind.FileOffset)]
    public long ByteOffset;
}
