using System.Runtime.InteropServices;
using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Parameters.DeviceIoControl of a stack location.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct DeviceIoControlParameters
{
    /// <summary>Length of the second buffer in bytes.</summary>
    [FieldOffset(0x00)]
    [MdlValue(MdlValueKind.TransferLength)]
    [GovernsMdl(MdlTransfer.DeviceControl)]
    public uint OutputBufferLength;

    /// <summary>Length of the first buffer in bytes.</summary>
    [FieldOffset(0x08)]
    [MdlValue(MdlValueKind.InputLength)]
    public uint InputBufferLength;

    /// <summary>The control code; its low two bits are the transfer type.</summary>
    [FieldOffset(0x10)]
    [MdlValue(MdlValueKind.ControlCode)]
    public uint IoControlCode;

    /// <summary>METHOD_NEITHER: the caller's input pointer, unchecked.</summary>
    [FieldOffset(0x18)]
    [MdlValue(MdlValueKind.UserAddress)]
    public nuint Type3InputBuffer;
}
