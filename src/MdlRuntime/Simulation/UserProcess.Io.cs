using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

public sealed partial class UserProcess
{
    private readonly List<DeviceHandle> _handles = [];
    private EThread? _overlappedThread;

    /// <summary>Opens a device by the name given to IoCreateDevice; its driver gets IRP_MJ_CREATE if it has an entry for it.</summary>
    /// <param name="deviceName">The name; case does not matter.</param>
    /// <returns>A handle with read and write access, for synchronous and asynchronous calls.</returns>
    /// <exception cref="NtStatusException">STATUS_OBJECT_NAME_NOT_FOUND, STATUS_NO_SUCH_DEVICE (still initializing, or unplugged),
    /// STATUS_ACCESS_DENIED (exclusive and open), or what the driver refused the open with.</exception>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public DeviceHandle Open(string deviceName) =>
        Open(deviceName, AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA, options: null);

    /// <summary>Opens a device with chosen rights for either synchronous or asynchronous calls. Otherwise as <see cref="Open(string)"/>.</summary>
    /// <param name="deviceName">The name; case does not matter.</param>
    /// <param name="access">What the handle may be used for; calls beyond it return STATUS_ACCESS_DENIED.</param>
    /// <param name="options">Synchronous or asynchronous, with or without intermediate buffering.</param>
    /// <returns>The handle.</returns>
    /// <exception cref="NtStatusException">As for <see cref="Open(string)"/>.</exception>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public DeviceHandle Open(string deviceName, AccessMask access, CreateOptions options) => Open(deviceName, access, (CreateOptions?)options);

    private DeviceHandle Open(string deviceName, AccessMask access, CreateOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(deviceName);
        ThrowIfUnusable();
        using HostCall call = EnterService();
        IoSystem io = System.Layer<IoSystem>();
        var handle = new DeviceHandle(this, FileRequests.Create(System.Processor, io.Find(deviceName), access, options));
        _handles.Add(handle);
        return handle;
    }

    /// <summary>Ends the process: its requests are cancelled, its threads ended, its handles closed, its memory freed.</summary>
    /// <remarks>Pages that a driver still holds locked then stop the machine: 0x76, in strict mode 0xCB.</remarks>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public void Exit()
    {
        ThrowIfUnusable();
        using HostCall call = EnterService();
        Object.IsExiting = true;
        System.Scheduler.Terminate(Object, evenWaiting: false);
        CancelRequests();
        while (_handles.Count > 0)
            _handles[^1].Close();
        OrphanRequests();
        System.Scheduler.Terminate(Object, evenWaiting: true);
        System.Scheduler.RunUntilIdle();
        StopIfPagesAreLocked();
        Space.RemoveAll();
        Object.HasExited = true;
    }

    internal KernelSystem Kernel => System;

    internal HostCall EnterService() => Enter(KProcessorMode.KernelMode);

    /// <summary>The thread that asynchronous requests of the host report to: it only dispatches them and runs their APCs.</summary>
    /// <remarks>A user thread makes its own: they are cancelled when it ends.</remarks>
    internal EThread AsynchronousThread => Caller.IsUser ? Caller : _overlappedThread ??= new(Object, "Overlapped");

    /// <summary>Ends the calling thread if its process does.</summary>
    internal void ThrowIfMachineUnusable()
    {
        _machine.ThrowIfUnusable();
        if (Object.IsExiting && Caller.IsUser)
            throw new ThreadTerminatedException();
    }

    internal bool IsMachineUsable => _machine.IsUsable;

    internal void Forget(DeviceHandle handle) => _handles.Remove(handle);

    private void CancelRequests()
    {
        IrpLookaside irps = System.Layer<IoSystem>().Irps;
        if (irps.NextOf(Object, previous: null) is null)
            return;

        var outstanding = new List<Irp>();
        for (Irp? irp = irps.NextOf(Object, previous: null); irp is not null; irp = irps.NextOf(Object, irp))
            outstanding.Add(irp);
        foreach (Irp irp in outstanding)
        {
            // Ending one request may have ended others.
            if (irp.State == IrpState.Active && irp.Thread?.Process == Object)
                Cancellation.Cancel(System.Processor, irp);
        }

        System.Scheduler.RunUntilIdle();
    }

    /// <summary>Nobody is left to report to: requests that drivers still hold are dropped when they complete.</summary>
    private void OrphanRequests()
    {
        IrpLookaside irps = System.Layer<IoSystem>().Irps;
        while (irps.NextOf(Object, previous: null) is { } irp)
            irps.Orphan(irp);
    }

    private void StopIfPagesAreLocked()
    {
        int pages = Object.LockedPages;
        if (pages == 0)
            return;

        string explanation = $"Process {Object.Name} exits while drivers hold {pages} of its pages locked.";
        System.Layer<MdlLayer>().Locks.TryFind(Object, out PageLock left);
        System.Verifier.Report(new(BugCheckCode.DRIVER_LEFT_LOCKED_PAGES_IN_PROCESS, 0, 0, left.MdlAddress, (ulong)left.Pages, "MDL3003", explanation)
        {
            Made = System.Verifier.MadeAt(left.MdlAddress),
        });
        System.BugCheck(BugCheckCode.PROCESS_HAS_LOCKED_PAGES, 0, Object.Address, (ulong)pages, 0, explanation, "MDL3003");
    }
}
