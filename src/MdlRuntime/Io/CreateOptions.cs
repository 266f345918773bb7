namespace MdlRuntime;

/// <summary>How a device is opened. WDK: CreateOptions of NtCreateFile.</summary>
[Flags]
public enum CreateOptions : uint
{
    /// <summary>For asynchronous I/O: there is no file position, and calls do not wait for each other.</summary>
    None = 0,

    /// <summary>Transfers go to the device as they are: length and position must be multiples of the sector size, buffers aligned.</summary>
    FILE_NO_INTERMEDIATE_BUFFERING = 0x8,

    /// <summary>One request at a time, each one waited for; the file position follows them.</summary>
    FILE_SYNCHRONOUS_IO_NONALERT = 0x20,
}
