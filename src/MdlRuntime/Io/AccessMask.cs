namespace MdlRuntime;

/// <summary>What a handle may be used for. WDK: ACCESS_MASK, file rights.</summary>
[Flags]
public enum AccessMask : uint
{
    /// <summary>No right on the data.</summary>
    None = 0,

    /// <summary>Reads, and control codes that ask for read access.</summary>
    FILE_READ_DATA = 0x1,

    /// <summary>Writes, and control codes that ask for write access.</summary>
    FILE_WRITE_DATA = 0x2,

    /// <summary>Writes.</summary>
    FILE_APPEND_DATA = 0x4,
}
