namespace MdlRuntime.Simulation;

/// <summary>A handle on a device, as user code holds it. Results come as status blocks; nothing here throws a status.</summary>
/// <remarks>A call on a closed handle returns STATUS_INVALID_HANDLE. A stop of the machine comes out of any call.</remarks>
public sealed class DeviceHandle : IDisposable
{
    private readonly UserProcess _process;
    private readonly FileObject _file;
    private bool _isClosed;

    internal DeviceHandle(UserProcess process, FileObject file)
    {
        _process = process;
        _file = file;
    }

    internal FileObject File => _file;

    /// <summary>Reads from the device and waits for the result.</summary>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Length in bytes; 0 is legal with any address.</param>
    /// <param name="byteOffset">Position on the device in bytes; -2 for the file position.</param>
    /// <returns>Status and number of bytes. A request that fails at once leaves Information 0, whatever the driver set.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock Read(nuint buffer, uint length, long byteOffset = 0) =>
        Transfer(MajorFunction.IRP_MJ_READ, buffer, length, byteOffset);

    /// <summary>Writes to the device and waits for the result.</summary>
    /// <param name="buffer">User address of the data.</param>
    /// <param name="length">Length in bytes; 0 is legal with any address.</param>
    /// <param name="byteOffset">Position on the device in bytes; -2 for the file position, -1 for the end.</param>
    /// <returns>Status and number of bytes. A request that fails at once leaves Information 0, whatever the driver set.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock Write(nuint buffer, uint length, long byteOffset = 0) =>
        Transfer(MajorFunction.IRP_MJ_WRITE, buffer, length, byteOffset);

    /// <summary>Sends a control code and waits for the result.</summary>
    /// <param name="code">The control code; its low two bits are the transfer type.</param>
    /// <param name="input">User address of the first buffer, or 0.</param>
    /// <param name="inputLength">Its length in bytes.</param>
    /// <param name="output">User address of the second buffer, or 0.</param>
    /// <param name="outputLength">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock DeviceIoControl(uint code, nuint input, uint inputLength, nuint output, uint outputLength)
    {
        _process.ThrowIfMachineUnusable();
        if (_isClosed)
            return InvalidHandle;

        using HostCall call = _process.EnterService();
        UserRequests requests = _process.Kernel.Layer<IoSystem>().Requests;
        UserRequest request = requests.Take();
        NtStatus status = ControlRequests.Issue(_process.Kernel.Processor, _file, code, input, inputLength, output, outputLength, request);
        return EndSynchronous(requests, request, status);
    }

    /// <summary>Sends a read to the device; the task completes in a later run of the machine, such as RunUntilIdle.</summary>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Length in bytes; 0 is legal with any address.</param>
    /// <param name="byteOffset">Position on the device in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public Task<IoStatusBlock> ReadAsync(nuint buffer, uint length, long byteOffset = 0) =>
        TransferAsync(MajorFunction.IRP_MJ_READ, buffer, length, byteOffset);

    /// <summary>Sends a write to the device; the task completes in a later run of the machine, such as RunUntilIdle.</summary>
    /// <param name="buffer">User address of the data.</param>
    /// <param name="length">Length in bytes; 0 is legal with any address.</param>
    /// <param name="byteOffset">Position on the device in bytes; -1 for the end.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public Task<IoStatusBlock> WriteAsync(nuint buffer, uint length, long byteOffset = 0) =>
        TransferAsync(MajorFunction.IRP_MJ_WRITE, buffer, length, byteOffset);

    /// <summary>Closes the handle: the driver gets IRP_MJ_CLEANUP, and IRP_MJ_CLOSE when no request is left. Does nothing on a halted machine.</summary>
    public void Dispose()
    {
        if (_isClosed || !_process.IsMachineUsable)
            return;

        using HostCall call = _process.EnterService();
        Close();
    }

    /// <summary>Closes the handle from inside the machine.</summary>
    internal void Close()
    {
        _isClosed = true;
        _process.Forget(this);
        FileRequests.Cleanup(_process.Kernel.Processor, _file);
    }

    private static IoStatusBlock InvalidHandle => new() { Status = NtStatus.STATUS_INVALID_HANDLE };

    private IoStatusBlock Transfer(MajorFunction function, nuint buffer, uint length, long byteOffset)
    {
        _process.ThrowIfMachineUnusable();
        if (_isClosed)
            return InvalidHandle;

        using HostCall call = _process.EnterService();
        UserRequests requests = _process.Kernel.Layer<IoSystem>().Requests;
        UserRequest request = requests.Take();
        NtStatus status = TransferRequests.Issue(_process.Kernel.Processor, _file, function, buffer, length, byteOffset, request);
        return EndSynchronous(requests, request, status);
    }

    private static IoStatusBlock EndSynchronous(UserRequests requests, UserRequest request, NtStatus status)
    {
        var result = new IoStatusBlock { Status = status, Information = request.StatusBlock.Information };
        requests.Return(request);
        return result;
    }

    private Task<IoStatusBlock> TransferAsync(MajorFunction function, nuint buffer, uint length, long byteOffset)
    {
        _process.ThrowIfMachineUnusable();
        if (_isClosed)
            return Task.FromResult(InvalidHandle);

        KernelSystem system = _process.Kernel;
        using HostCall call = system.Scheduler.Enter(_process.OverlappedThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
        UserRequests requests = system.Layer<IoSystem>().Requests;
        UserRequest request = requests.TakeAsynchronous(out Task<IoStatusBlock> task);
        NtStatus status = TransferRequests.Issue(system.Processor, _file, function, buffer, length, byteOffset, request);
        if (status != NtStatus.STATUS_PENDING)
        {
            request.StatusBlock.Status = status;
            requests.Post(request);
        }

        return task;
    }
}
