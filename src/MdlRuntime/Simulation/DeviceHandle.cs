namespace MdlRuntime.Simulation;

/// <summary>A handle on a device, as user code holds it. Results come as status blocks; nothing here throws a status.</summary>
/// <remarks>
/// A call on a closed handle returns STATUS_INVALID_HANDLE, one beyond the rights of the handle STATUS_ACCESS_DENIED. A stop of the machine comes out of any call.
/// </remarks>
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
    /// <param name="ioStatusBlock">User address of 16 bytes that receive the status block as well, or 0.</param>
    /// <returns>Status and number of bytes. A request that fails at once leaves Information 0, whatever the driver set.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock Read(nuint buffer, uint length, long byteOffset = 0, nuint ioStatusBlock = 0) =>
        Call(new(MajorFunction.IRP_MJ_READ, 0, new(0, 0, buffer, length), byteOffset, ioStatusBlock));

    /// <summary>Writes to the device and waits for the result.</summary>
    /// <param name="buffer">User address of the data.</param>
    /// <param name="length">Length in bytes; 0 is legal with any address.</param>
    /// <param name="byteOffset">Position on the device in bytes; -2 for the file position, -1 for the end.</param>
    /// <param name="ioStatusBlock">User address of 16 bytes that receive the status block as well, or 0.</param>
    /// <returns>Status and number of bytes. A request that fails at once leaves Information 0, whatever the driver set.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock Write(nuint buffer, uint length, long byteOffset = 0, nuint ioStatusBlock = 0) =>
        Call(new(MajorFunction.IRP_MJ_WRITE, 0, new(0, 0, buffer, length), byteOffset, ioStatusBlock));

    /// <summary>Sends a control code and waits for the result.</summary>
    /// <param name="code">The control code; its low two bits are the transfer type.</param>
    /// <param name="input">User address of the first buffer, or 0.</param>
    /// <param name="inputLength">Its length in bytes.</param>
    /// <param name="output">User address of the second buffer, or 0.</param>
    /// <param name="outputLength">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock DeviceIoControl(uint code, nuint input, uint inputLength, nuint output, uint outputLength) =>
        Call(new(MajorFunction.IRP_MJ_DEVICE_CONTROL, code, new(input, inputLength, output, outputLength)));

    /// <summary>Sends a file-system control code and waits for the result; as <see cref="DeviceIoControl"/> with another major function.</summary>
    /// <param name="code">The control code; its low two bits are the transfer type.</param>
    /// <param name="input">User address of the first buffer, or 0.</param>
    /// <param name="inputLength">Its length in bytes.</param>
    /// <param name="output">User address of the second buffer, or 0.</param>
    /// <param name="outputLength">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock FileSystemControl(uint code, nuint input, uint inputLength, nuint output, uint outputLength) =>
        Call(new(MajorFunction.IRP_MJ_FILE_SYSTEM_CONTROL, code, new(input, inputLength, output, outputLength)));

    /// <summary>Asks for facts about the open file; FilePositionInformation (14) is answered without the driver.</summary>
    /// <param name="informationClass">What the buffer holds.</param>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock QueryInformation(uint informationClass, nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_QUERY_INFORMATION, informationClass, new(0, 0, buffer, length)));

    /// <summary>Changes facts about the open file; FilePositionInformation (14) is done without the driver.</summary>
    /// <param name="informationClass">What the buffer holds.</param>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock SetInformation(uint informationClass, nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_SET_INFORMATION, informationClass, new(0, 0, buffer, length)));

    /// <summary>Asks for facts about the volume.</summary>
    /// <param name="informationClass">What the buffer holds.</param>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock QueryVolumeInformation(uint informationClass, nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION, informationClass, new(0, 0, buffer, length)));

    /// <summary>Changes facts about the volume.</summary>
    /// <param name="informationClass">What the buffer holds.</param>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock SetVolumeInformation(uint informationClass, nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_SET_VOLUME_INFORMATION, informationClass, new(0, 0, buffer, length)));

    /// <summary>Asks for entries of a directory.</summary>
    /// <param name="informationClass">What an entry holds.</param>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock QueryDirectory(uint informationClass, nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_DIRECTORY_CONTROL, informationClass, new(0, 0, buffer, length)));

    /// <summary>Asks for extended attributes.</summary>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock QueryEa(nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_QUERY_EA, 0, new(0, 0, buffer, length)));

    /// <summary>Changes extended attributes.</summary>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock SetEa(nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_SET_EA, 0, new(0, 0, buffer, length)));

    /// <summary>Asks for disk quotas.</summary>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock QueryQuota(nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_QUERY_QUOTA, 0, new(0, 0, buffer, length)));

    /// <summary>Changes disk quotas.</summary>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock SetQuota(nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_SET_QUOTA, 0, new(0, 0, buffer, length)));

    /// <summary>Asks for the security descriptor.</summary>
    /// <param name="securityInformation">Which parts of it.</param>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock QuerySecurity(uint securityInformation, nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_QUERY_SECURITY, securityInformation, new(0, 0, buffer, length)));

    /// <summary>Changes the security descriptor.</summary>
    /// <param name="securityInformation">Which parts of it.</param>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock SetSecurity(uint securityInformation, nuint buffer, uint length) =>
        Call(new(MajorFunction.IRP_MJ_SET_SECURITY, securityInformation, new(0, 0, buffer, length)));

    /// <summary>Has the driver bring its buffered data to the device.</summary>
    /// <returns>The status.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public IoStatusBlock Flush() => Call(new(MajorFunction.IRP_MJ_FLUSH_BUFFERS, 0, default));

    /// <summary>Sends a read to the device; the task completes in a later run of the machine, such as RunUntilIdle.</summary>
    /// <param name="buffer">User address of the buffer.</param>
    /// <param name="length">Length in bytes; 0 is legal with any address.</param>
    /// <param name="byteOffset">Position on the device in bytes.</param>
    /// <param name="ioStatusBlock">User address of 16 bytes that receive the status block as well, or 0.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public Task<IoStatusBlock> ReadAsync(nuint buffer, uint length, long byteOffset = 0, nuint ioStatusBlock = 0) =>
        CallAsync(new(MajorFunction.IRP_MJ_READ, 0, new(0, 0, buffer, length), byteOffset, ioStatusBlock));

    /// <summary>Sends a write to the device; the task completes in a later run of the machine, such as RunUntilIdle.</summary>
    /// <param name="buffer">User address of the data.</param>
    /// <param name="length">Length in bytes; 0 is legal with any address.</param>
    /// <param name="byteOffset">Position on the device in bytes; -1 for the end.</param>
    /// <param name="ioStatusBlock">User address of 16 bytes that receive the status block as well, or 0.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public Task<IoStatusBlock> WriteAsync(nuint buffer, uint length, long byteOffset = 0, nuint ioStatusBlock = 0) =>
        CallAsync(new(MajorFunction.IRP_MJ_WRITE, 0, new(0, 0, buffer, length), byteOffset, ioStatusBlock));

    /// <summary>Sends a control code; the task completes in a later run of the machine, such as RunUntilIdle.</summary>
    /// <param name="code">The control code; its low two bits are the transfer type.</param>
    /// <param name="input">User address of the first buffer, or 0.</param>
    /// <param name="inputLength">Its length in bytes.</param>
    /// <param name="output">User address of the second buffer, or 0.</param>
    /// <param name="outputLength">Its length in bytes.</param>
    /// <returns>Status and number of bytes.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public Task<IoStatusBlock> DeviceIoControlAsync(uint code, nuint input, uint inputLength, nuint output, uint outputLength) =>
        CallAsync(new(MajorFunction.IRP_MJ_DEVICE_CONTROL, code, new(input, inputLength, output, outputLength)));

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

    private IoStatusBlock Call(in UserCall service)
    {
        _process.ThrowIfMachineUnusable();
        if (_isClosed)
            return InvalidHandle;

        using HostCall call = _process.EnterService();
        KernelSystem system = _process.Kernel;
        UserRequests requests = system.Layer<IoSystem>().Requests;
        UserRequest request = requests.Take(_file.WaitsSynchronously);
        NtStatus status = service.Issue(system.Processor, _file, request);
        if (status == NtStatus.STATUS_PENDING && !request.IsSynchronous)
        {
            system.Scheduler.Wait(request.Event, timeout: null);
            status = request.FinalStatus;
        }

        var result = new IoStatusBlock { Status = status, Information = request.StatusBlock.Information };
        requests.Return(request);
        return result;
    }

    private Task<IoStatusBlock> CallAsync(in UserCall service)
    {
        if (_file.AlwaysWaits)
            return Task.FromResult(Call(service));

        _process.ThrowIfMachineUnusable();
        if (_isClosed)
            return Task.FromResult(InvalidHandle);

        KernelSystem system = _process.Kernel;
        using HostCall call = system.Scheduler.Enter(_process.AsynchronousThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
        UserRequests requests = system.Layer<IoSystem>().Requests;
        UserRequest request = requests.TakeAsynchronous(out Task<IoStatusBlock> task);
        NtStatus status = service.Issue(system.Processor, _file, request);
        if (status != NtStatus.STATUS_PENDING)
        {
            request.StatusBlock.Status = status;
            requests.Post(request);
        }

        return task;
    }
}
