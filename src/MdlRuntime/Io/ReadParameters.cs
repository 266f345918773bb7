using System.Runtime.InteropServices;
using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Parameters.Read and Parameters.Write of a stack location.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct ReadParameters
{
    /// <summary>Length of the transfer in bytes; 0 is legal and comes without buffer and MDL.</summary>
    [FieldOffset(0x00)]
    [MdlValue(MdlValueKind.TransferLength)]
    [GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)]
    public uint Length;

    /// <summary>Sorts requests in a device queue.</summary>
    [FieldOffset(0x08)]
    public uint Key;

    /// <summary>Position on the device in bytes.</summary>
    [FieldOffset(0x10)]
    [MdlValue(MdlValueKind.FileOffset)]
    public long ByteOffset;
}
