using MdlRuntime.Annotations;

namespace MdlRuntime;

public struct DeviceIoControlParameters
{
    [MdlValue(MdlValueKind.TransferLength)]
    [GovernsMdl(MdlTransfer.DeviceControl)]
    public uint OutputBufferLength;

    [MdlValue(MdlValueKind.InputLength)]
    public uint InputBufferLength;

    [MdlValue(MdlValueKind.ControlCode)]
    public uint IoControlCode;

    [MdlValue(MdlValueKind.UserAddress)]
    public nuint Type3InputBuffer;
}
