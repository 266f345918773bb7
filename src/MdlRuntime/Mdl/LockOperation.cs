namespace MdlRuntime;

/// <summary>What locked pages will be used for. WDK: LOCK_OPERATION.</summary>
public enum LockOperation
{
    /// <summary>The memory is only read: the device takes data from it.</summary>
    IoReadAccess = 0,

    /// <summary>The memory is written, and may be read: the device puts data into it.</summary>
    IoWriteAccess = 1,

    /// <summary>The same as <see cref="IoWriteAccess"/>.</summary>
    IoModifyAccess = 2,
}
