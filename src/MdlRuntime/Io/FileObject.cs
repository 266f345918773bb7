namespace MdlRuntime;

/// <summary>One open instance of a device. WDK: FILE_OBJECT.</summary>
public sealed class FileObject
{
    internal FileObject(DeviceObject device) => DeviceObject = device;

    /// <summary>The device that was opened by name; requests go to the top of its stack.</summary>
    public DeviceObject DeviceObject { get; }

    /// <summary>The driver's own state for this open instance.</summary>
    public object? FsContext { get; set; }

    /// <summary>More of the driver's own state.</summary>
    public object? FsContext2 { get; set; }

    /// <summary>File position of synchronous transfers, in bytes.</summary>
    internal long CurrentByteOffset { get; set; }

    /// <summary>The handle and the requests in progress; IRP_MJ_CLOSE follows the last.</summary>
    internal int References { get; set; } = 1;
}
