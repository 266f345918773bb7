namespace MdlRuntime;

/// <summary>One open instance of a device. WDK: FILE_OBJECT.</summary>
public sealed class FileObject
{
    private readonly KEvent _unlocked = new();
    private bool _isLocked;
    private int _waiting;

    internal FileObject(DeviceObject device, AccessMask access, CreateOptions? options)
    {
        DeviceObject = device;
        Access = access;
        Options = options;
    }

    /// <summary>The device that was opened by name; requests go to the top of its stack.</summary>
    public DeviceObject DeviceObject { get; }

    /// <summary>The driver's own state for this open instance.</summary>
    public object? FsContext { get; set; }

    /// <summary>More of the driver's own state.</summary>
    public object? FsContext2 { get; set; }

    /// <summary>Set by a driver that caches the file: reads and writes are then tried through its fast I/O routines first.</summary>
    public object? PrivateCacheMap { get; set; }

    /// <summary>File position of synchronous transfers, in bytes.</summary>
    public long CurrentByteOffset { get; set; }

    /// <summary>What the handle may be used for.</summary>
    internal AccessMask Access { get; }

    /// <summary>How the device was opened; null for a handle that serves synchronous and asynchronous calls alike.</summary>
    internal CreateOptions? Options { get; }

    internal bool IsUnbuffered => ((Options ?? CreateOptions.None) & CreateOptions.FILE_NO_INTERMEDIATE_BUFFERING) != 0;

    /// <summary>The handle and the requests in progress; IRP_MJ_CLOSE follows the last.</summary>
    internal int References { get; set; } = 1;

    /// <summary>Whether a call that waits for its result makes a synchronous request.</summary>
    internal bool WaitsSynchronously => Options is not { } options || (options & CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT) != 0;

    /// <summary>Whether a call that need not wait makes a synchronous request nevertheless.</summary>
    internal bool AlwaysWaits => Options is { } options && (options & CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT) != 0;

    /// <summary>Takes the file-object lock: one synchronous request at a time.</summary>
    internal void Lock(Scheduler scheduler)
    {
        while (_isLocked)
        {
            _waiting++;
            try
            {
                scheduler.Wait(_unlocked, timeout: null);
            }
            finally
            {
                _waiting--;
            }
        }

        _isLocked = true;
    }

    internal void Unlock(Scheduler scheduler)
    {
        _isLocked = false;
        if (_waiting > 0)
            scheduler.Signal(_unlocked);
    }
}
