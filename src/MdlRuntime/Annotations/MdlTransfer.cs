namespace MdlRuntime.Annotations;

/// <summary>The kinds of request that carry a buffer.</summary>
[Flags]
public enum MdlTransfer
{
    /// <summary>No request.</summary>
    None = 0,

    /// <summary>A read: the length is that of the read parameters.</summary>
    Read = 1,

    /// <summary>A write: the length is that of the write parameters.</summary>
    Write = 2,

    /// <summary>A device control request: the length is the output length.</summary>
    DeviceControl = 4,

    /// <summary>Any of them.</summary>
    Any = Read | Write | DeviceControl,
}
