namespace Benchmarks;

/// <summary>The host's own page locks, for comparison.</summary>
internal sealed class HostPages : IDisposable
{
    private readonly nuint _length;
    private readonly nint _buffer;

    public HostPages(int pages)
    {
        _length = (nuint)pages * PAGE_SIZE;
        _buffer = Marshal.AllocHGlobal((nint)_length + (nint)PAGE_SIZE);
        Address = (_buffer + (nint)PAGE_SIZE - 1) & ~((nint)PAGE_SIZE - 1);
        // Present before the first lock, as the pages of the machine are.
        for (nint at = 0; at < (nint)_length; at += (nint)PAGE_SIZE)
            Marshal.WriteByte(Address, (int)at, 1);
    }

    private nint Address { get; }

    /// <summary>Locks the pages and lets them go; the host's limit on locked memory must be above their size.</summary>
    public ulong LockAndUnlock(int times)
    {
        for (int i = 0; i < times; i++)
        {
            bool done = OperatingSystem.IsWindows()
                ? VirtualLock(Address, _length) && VirtualUnlock(Address, _length)
                : Lock(Address, _length) == 0 && Unlock(Address, _length) == 0;
            if (!done)
                throw new InvalidOperationException($"the host does not lock {_length} bytes (error {Marshal.GetLastPInvokeError()})");
        }

        return (ulong)times;
    }

    public void Dispose() => Marshal.FreeHGlobal(_buffer);

    [DllImport("libc", EntryPoint = "mlock", SetLastError = true)]
    private static extern int Lock(nint address, nuint length);

    [DllImport("libc", EntryPoint = "munlock", SetLastError = true)]
    private static extern int Unlock(nint address, nuint length);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool VirtualLock(nint address, nuint length);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool VirtualUnlock(nint address, nuint length);
}
