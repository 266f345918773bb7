using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>Parameters.QueryFile and Parameters.SetFile of a stack location.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct FileInformationParameters
{
    /// <summary>Length of the buffer in bytes.</summary>
    [FieldOffset(0x00)]
    public uint Length;

    /// <summary>What the buffer holds.</summary>
    [FieldOffset(0x08)]
    public uint FileInformationClass;
}

/// <summary>Parameters.QueryVolume and Parameters.SetVolume of a stack location.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct VolumeInformationParameters
{
    /// <summary>Length of the buffer in bytes.</summary>
    [FieldOffset(0x00)]
    public uint Length;

    /// <summary>What the buffer holds.</summary>
    [FieldOffset(0x08)]
    public uint FsInformationClass;
}

/// <summary>Parameters.QueryDirectory of a stack location.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct DirectoryParameters
{
    /// <summary>Length of the buffer in bytes.</summary>
    [FieldOffset(0x00)]
    public uint Length;

    /// <summary>What the entries hold.</summary>
    [FieldOffset(0x10)]
    public uint FileInformationClass;
}

/// <summary>Parameters of requests on extended attributes and quotas: QueryEa, SetEa, QueryQuota, SetQuota.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct ListParameters
{
    /// <summary>Length of the buffer in bytes.</summary>
    [FieldOffset(0x00)]
    public uint Length;
}

/// <summary>Parameters.QuerySecurity and Parameters.SetSecurity of a stack location.</summary>
[StructLayout(LayoutKind.Explicit)]
public struct SecurityParameters
{
    /// <summary>Which parts of the security descriptor are meant.</summary>
    [FieldOffset(0x00)]
    public uint SecurityInformation;

    /// <summary>IRP_MJ_QUERY_SECURITY: length of the buffer in bytes.</summary>
    [FieldOffset(0x08)]
    public uint Length;

    /// <summary>IRP_MJ_SET_SECURITY: the caller's pointer to the descriptor.</summary>
    [FieldOffset(0x08)]
    public nuint SecurityDescriptor;
}
