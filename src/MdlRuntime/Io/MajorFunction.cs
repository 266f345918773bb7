namespace MdlRuntime;

/// <summary>What a request asks for: the index into the dispatch table.</summary>
public enum MajorFunction : byte
{
    /// <summary>A handle is opened.</summary>
    IRP_MJ_CREATE = 0x00,

    /// <summary>The last reference to a file object is gone.</summary>
    IRP_MJ_CLOSE = 0x02,

    /// <summary>Data moves from the device to the caller.</summary>
    IRP_MJ_READ = 0x03,

    /// <summary>Data moves from the caller to the device.</summary>
    IRP_MJ_WRITE = 0x04,

    /// <summary>Facts about an open file are asked for.</summary>
    IRP_MJ_QUERY_INFORMATION = 0x05,

    /// <summary>Facts about an open file are changed.</summary>
    IRP_MJ_SET_INFORMATION = 0x06,

    /// <summary>Extended attributes are asked for.</summary>
    IRP_MJ_QUERY_EA = 0x07,

    /// <summary>Extended attributes are changed.</summary>
    IRP_MJ_SET_EA = 0x08,

    /// <summary>Buffered data must reach the device.</summary>
    IRP_MJ_FLUSH_BUFFERS = 0x09,

    /// <summary>Facts about the volume are asked for.</summary>
    IRP_MJ_QUERY_VOLUME_INFORMATION = 0x0A,

    /// <summary>Facts about the volume are changed.</summary>
    IRP_MJ_SET_VOLUME_INFORMATION = 0x0B,

    /// <summary>The entries of a directory are asked for.</summary>
    IRP_MJ_DIRECTORY_CONTROL = 0x0C,

    /// <summary>A control code for a file system.</summary>
    IRP_MJ_FILE_SYSTEM_CONTROL = 0x0D,

    /// <summary>A control code from outside the kernel.</summary>
    IRP_MJ_DEVICE_CONTROL = 0x0E,

    /// <summary>A control code from another driver.</summary>
    IRP_MJ_INTERNAL_DEVICE_CONTROL = 0x0F,

    /// <summary>The system goes down.</summary>
    IRP_MJ_SHUTDOWN = 0x10,

    /// <summary>The last handle of a file object is closed.</summary>
    IRP_MJ_CLEANUP = 0x12,

    /// <summary>The security descriptor is asked for.</summary>
    IRP_MJ_QUERY_SECURITY = 0x14,

    /// <summary>The security descriptor is changed.</summary>
    IRP_MJ_SET_SECURITY = 0x15,

    /// <summary>Power states.</summary>
    IRP_MJ_POWER = 0x16,

    /// <summary>Management instrumentation.</summary>
    IRP_MJ_SYSTEM_CONTROL = 0x17,

    /// <summary>Disk quotas are asked for.</summary>
    IRP_MJ_QUERY_QUOTA = 0x19,

    /// <summary>Disk quotas are changed.</summary>
    IRP_MJ_SET_QUOTA = 0x1A,

    /// <summary>Plug and Play.</summary>
    IRP_MJ_PNP = 0x1B,
}
