namespace Streamer;

/// <summary>Counts the requests inside the driver, so that the removal of the device can wait for the last one.</summary>
internal sealed class RemoveLock
{
    private readonly KEvent _drained = new();
    private bool _isRemoved;

    /// <summary>One for the device itself, and one for each request.</summary>
    private int _count = 1;

    public RemoveLock() => KeInitializeEvent(_drained, notification: true, state: false);

    /// <summary>Lets a request in, unless the device is being removed.</summary>
    public bool TryAcquire()
    {
        Interlocked.Increment(ref _count);
        if (!_isRemoved)
            return true;

        Release();
        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            KeSetEvent(_drained, increment: 0, wait: false);
    }

    /// <summary>Lets no further request in and returns when the last one is out. IRQL PASSIVE_LEVEL.</summary>
    public void ReleaseAndWait()
    {
        _isRemoved = true;
        Release();
        KeWaitForSingleObject(_drained);
    }
}
