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

    /// <summary>IRP_MJ_DEVICE_CONTROL, IRP_MJ_INTERNAL_DEVICE_CONTROL and IRP_MJ_FILE_SYSTEM_CONTROL.</summary>
    [FieldOffset(0)]
    [RequestParameters(MdlTransfer.DeviceControl)]
    public DeviceIoControlParameters DeviceIoControl;

    /// <summary>IRP_MJ_QUERY_INFORMATION and IRP_MJ_SET_INFORMATION.</summary>
    [FieldOffset(0)]
    public FileInformationParameters QueryFile, SetFile;

    /// <summary>IRP_MJ_QUERY_VOLUME_INFORMATION and IRP_MJ_SET_VOLUME_INFORMATION.</summary>
    [FieldOffset(0)]
    public VolumeInformationParameters QueryVolume, SetVolume;

    /// <summary>IRP_MJ_DIRECTORY_CONTROL, IRP_MN_QUERY_DIRECTORY.</summary>
    [FieldOffset(0)]
    public DirectoryParameters QueryDirectory;

    /// <summary>IRP_MJ_QUERY_EA, IRP_MJ_SET_EA, IRP_MJ_QUERY_QUOTA and IRP_MJ_SET_QUOTA.</summary>
    [FieldOffset(0)]
    public ListParameters QueryEa, SetEa, QueryQuota, SetQuota;

    /// <summary>IRP_MJ_QUERY_SECURITY and IRP_MJ_SET_SECURITY.</summary>
    [FieldOffset(0)]
    public SecurityParameters QuerySecurity, SetSecurity;
}
