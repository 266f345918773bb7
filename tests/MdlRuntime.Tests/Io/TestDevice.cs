using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>A machine with one driver, one named device, one process and an open handle on it.</summary>
internal sealed class TestDevice : IDisposable
{
    public const string Name = @"\Device\Test";

    public const DeviceFlags Neither = 0;

    private DeviceHandle? _handle;

    public TestDevice(DeviceFlags method, DriverDispatch? read = null, Action<DriverObject>? setUp = null,
        VerifierMode verifier = VerifierMode.Strict, Action<TraceRecord>? trace = null, MachineOptions? options = null)
    {
        Machine = new((options ?? new()) with { Verifier = verifier, Trace = trace });
        Driver = Machine.LoadDriver("test", (driver, _) =>
        {
            if (read is not null)
                (driver.MajorFunction[MajorFunction.IRP_MJ_READ], driver.MajorFunction[MajorFunction.IRP_MJ_WRITE]) = (read, read);
            NtStatus status = IoCreateDevice(driver, null, Name, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? device);
            device!.Flags |= method;
            setUp?.Invoke(driver);
            return status;
        });
        Process = Machine.CreateProcess("user");
    }

    public Machine Machine { get; }

    public DriverObject Driver { get; }

    public DeviceObject Device => Driver.DeviceObject!;

    public UserProcess Process { get; }

    public DeviceHandle Handle => _handle ??= Process.Open(Name);

    public static NtStatus Complete(Irp irp, NtStatus status, nuint information = 0)
    {
        irp.IoStatus.Status = status;
        irp.IoStatus.Information = information;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }

    /// <summary>Adds a device of another driver on top of the stack.</summary>
    public DeviceObject AddFilter(DriverDispatch read)
    {
        DriverObject filter = Machine.LoadDriver("filter", (driver, _) =>
        {
            driver.MajorFunction[MajorFunction.IRP_MJ_READ] = read;
            IoCreateDevice(driver, null, null, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? device);
            device!.Flags |= Device.Flags & (DeviceFlags.DO_BUFFERED_IO | DeviceFlags.DO_DIRECT_IO);
            device.DeviceExtension = IoAttachDeviceToDeviceStack(device, Device);
            return NtStatus.STATUS_SUCCESS;
        });
        return filter.DeviceObject!;
    }

    /// <summary>The result of a request that must be over.</summary>
    public static IoStatusBlock ResultOf(Task<IoStatusBlock> request)
    {
        Assert.True(request.IsCompleted, "the request is still in progress");
        return request.GetAwaiter().GetResult();
    }

    /// <summary>A read with the requester's side laid open; everything that can happen has happened when it returns.</summary>
    public (NtStatus Returned, UserRequest Request) Read(nuint buffer, uint length, bool isAsynchronous) =>
        Issue(new(MajorFunction.IRP_MJ_READ, 0, new(0, 0, buffer, length)), isAsynchronous);

    /// <summary>Any call of user code with the requester's side laid open; everything that can happen has happened when it returns.</summary>
    public (NtStatus Returned, UserRequest Request) Issue(UserCall call, bool isAsynchronous)
    {
        KernelSystem system = Machine.System;
        UserRequests requests = system.Layer<IoSystem>().Requests;
        UserRequest request = isAsynchronous ? requests.TakeAsynchronous(out _) : requests.Take();
        FileObject file = Handle.File;
        NtStatus returned;
        using (Process.EnterService())
            returned = call.Issue(system.Processor, file, request);
        Machine.RunUntilIdle();
        return (returned, request);
    }

    /// <summary>Requests that threads of the process wait for, newest first.</summary>
    public IEnumerable<Irp> Outstanding()
    {
        IrpLookaside irps = Machine.System.Layer<IoSystem>().Irps;
        for (Irp? irp = irps.NextOf(Process.Object, null); irp is not null; irp = irps.NextOf(Process.Object, irp))
            yield return irp;
    }

    public byte[] ReadUser(nuint address, int length)
    {
        byte[] bytes = new byte[length];
        Process.Read(address, bytes);
        return bytes;
    }

    public void Dispose() => Machine.Dispose();
}
