using System.Runtime.InteropServices;
using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Parameters of a stack location: a union, of which the major function decides the member.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct StackParameters
{
    /// <summary>IRP_MJ_READ.</summary>
    [FieldOffset(0)]
    [RequestParameters(MdlTransfer.Read)]
    public ReadParameters Read;

    /// <summary>IRP_MJ_WRITE.</summary>
    [FieldOffset(0)]
    [RequestParameters(MdlTransfer.Write)]
    public ReadParameters Write;

    /// <summary>IRP_MJ_DEVICE_CONTROL and IRP_MJ_INTERNAL_DEVICE_CONTROL.</summary>
    [FieldOffset(0)]
    [RequestParameters(MdlTransfer.DeviceControl)]
    public DeviceIoControlParameters DeviceIoControl;
}
