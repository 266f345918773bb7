using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Simulation;

public sealed class DeviceHandleTests
{
    private static NtStatus Pend(Irp irp)
    {
        IoMarkIrpPending(irp);
        return NtStatus.STATUS_PENDING;
    }

    [Fact]
    public void Opening_and_closing_reaches_the_entries_that_a_driver_has()
    {
        var log = new List<MajorFunction>();
        NtStatus Log(DeviceObject device, Irp irp)
        {
            Assert.Equal(Kirql.PASSIVE_LEVEL, KernelCore.KeGetCurrentIrql());
            log.Add(IoGetCurrentIrpStackLocation(irp).MajorFunction);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }

        using var test = new TestDevice(Neither, setUp: driver => (driver.MajorFunction[MajorFunction.IRP_MJ_CREATE],
            driver.MajorFunction[MajorFunction.IRP_MJ_CLEANUP], driver.MajorFunction[MajorFunction.IRP_MJ_CLOSE]) = (Log, Log, Log));

        DeviceHandle handle = test.Process.Open(Name);
        handle.Dispose();
        handle.Dispose();

        Assert.Equal([MajorFunction.IRP_MJ_CREATE, MajorFunction.IRP_MJ_CLEANUP, MajorFunction.IRP_MJ_CLOSE], log);
    }

    [Fact]
    public void Close_comes_after_the_last_request_at_passive_level()
    {
        var log = new List<(MajorFunction, Kirql)>();
        NtStatus Log(DeviceObject device, Irp irp)
        {
            log.Add((IoGetCurrentIrpStackLocation(irp).MajorFunction, KernelCore.KeGetCurrentIrql()));
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }

        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Pend(irp), driver =>
            (driver.MajorFunction[MajorFunction.IRP_MJ_CLEANUP], driver.MajorFunction[MajorFunction.IRP_MJ_CLOSE]) = (Log, Log));
        DeviceHandle handle = test.Handle;
        _ = handle.ReadAsync(0, 0);
        Irp irp = test.Outstanding().Single();

        handle.Dispose();
        Assert.Equal([(MajorFunction.IRP_MJ_CLEANUP, Kirql.PASSIVE_LEVEL)], log);
        test.Machine.Run(() => Complete(irp, NtStatus.STATUS_SUCCESS));
        test.Machine.RunUntilIdle();

        Assert.Equal((MajorFunction.IRP_MJ_CLOSE, Kirql.PASSIVE_LEVEL), log[^1]);
    }

    [Fact]
    public void A_driver_can_refuse_to_be_opened()
    {
        using var test = new TestDevice(Neither, setUp: driver =>
            driver.MajorFunction[MajorFunction.IRP_MJ_CREATE] = (_, irp) => Complete(irp, NtStatus.STATUS_ACCESS_DENIED));

        Assert.Equal(NtStatus.STATUS_ACCESS_DENIED, Assert.Throws<NtStatusException>(() => test.Process.Open(Name)).Status);
    }

    [Fact]
    public void An_unknown_name_cannot_be_opened()
    {
        using var machine = new Machine();
        NtStatusException raised = Assert.Throws<NtStatusException>(() => machine.CreateProcess("user").Open(@"\Device\None"));
        Assert.Equal(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, raised.Status);
    }

    [Fact, Proves("MDL-358")]
    public void A_device_that_is_still_initializing_cannot_be_opened()
    {
        using var test = new TestDevice(Neither);
        test.Device.Flags |= DeviceFlags.DO_DEVICE_INITIALIZING;

        Assert.Equal(NtStatus.STATUS_NO_SUCH_DEVICE, Assert.Throws<NtStatusException>(() => test.Process.Open(Name)).Status);
    }

    [Fact]
    public void An_exclusive_device_has_one_handle_at_a_time()
    {
        using var test = new TestDevice(DeviceFlags.DO_EXCLUSIVE);
        DeviceHandle first = test.Handle;

        Assert.Equal(NtStatus.STATUS_ACCESS_DENIED, Assert.Throws<NtStatusException>(() => test.Process.Open(Name)).Status);
        first.Dispose();
        test.Process.Open(Name).Dispose();
    }

    [Fact, Proves("MDL-370")]
    public void A_closed_handle_answers_with_a_status()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        DeviceHandle handle = test.Handle;
        handle.Dispose();

        Assert.Equal(NtStatus.STATUS_INVALID_HANDLE, handle.Read(0, 0).Status);
        Assert.Equal(NtStatus.STATUS_INVALID_HANDLE, handle.Write(0, 0).Status);
        Assert.Equal(NtStatus.STATUS_INVALID_HANDLE, handle.DeviceIoControl(0, 0, 0, 0, 0).Status);
        Assert.Equal(NtStatus.STATUS_INVALID_HANDLE, ResultOf(handle.ReadAsync(0, 0)).Status);
    }

    [Fact]
    public void Reads_of_a_driver_without_a_read_routine_are_invalid_requests()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);
        Assert.Equal(NtStatus.STATUS_INVALID_DEVICE_REQUEST, test.Handle.Read(test.Process.Allocate(8), 8).Status);
    }

    [Theory]
    [InlineData(NtStatus.STATUS_SUCCESS)]
    [InlineData(NtStatus.STATUS_IO_DEVICE_ERROR)]
    public void A_task_completes_in_a_later_run_even_when_the_driver_is_done_at_once(NtStatus status)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, status, 4));

        Task<IoStatusBlock> read = test.Handle.ReadAsync(test.Process.Allocate(8), 8);
        Assert.False(read.IsCompleted);
        test.Machine.RunUntilIdle();

        Assert.Equal(status, ResultOf(read).Status);
    }

    [Fact]
    public void A_task_of_a_request_that_never_reached_the_driver_completes_with_its_status()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Pend(irp));

        Task<IoStatusBlock> read = test.Handle.ReadAsync(0, 8);
        test.Machine.RunUntilIdle();

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, ResultOf(read).Status);
    }

    [Fact]
    public void Disposing_the_machine_faults_the_tasks_that_are_left()
    {
        Task<IoStatusBlock> read;
        using (var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Pend(irp)))
            read = test.Handle.ReadAsync(test.Process.Allocate(8), 8);

        Assert.IsType<ObjectDisposedException>(read.Exception!.InnerException);
    }

    [Fact]
    public void A_stopped_machine_repeats_its_stop_and_closes_handles_in_silence()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, _) => throw new NtStatusException(NtStatus.STATUS_NO_MEMORY));
        DeviceHandle handle = test.Handle;

        BugCheckException stop = Assert.Throws<BugCheckException>(() => handle.Read(0, 0));

        Assert.Equal((0x3Bu, (ulong)NtStatus.STATUS_NO_MEMORY), (stop.Code, stop.Parameter1));
        Assert.Equal(0x3Bu, Assert.Throws<BugCheckException>(() => handle.Read(0, 0)).Code);
        handle.Dispose();
    }
}
