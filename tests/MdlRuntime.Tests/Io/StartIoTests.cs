using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

public sealed class StartIoTests
{
    /// <summary>Starts each request with the key of its byte offset (0: none) and completes none.</summary>
    private static TestDevice Queueing(List<long> started, DriverCancel? cancel = null) => new(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
    {
        long offset = IoGetCurrentIrpStackLocation(irp).Parameters.Read.ByteOffset;
        IoMarkIrpPending(irp);
        IoStartPacket(device, irp, offset == 0 ? null : (uint)offset, cancel);
        return NtStatus.STATUS_PENDING;
    }, driver => driver.DriverStartIo = (device, irp) =>
    {
        Assert.Same(irp, device.CurrentIrp);
        Assert.Equal(Kirql.DISPATCH_LEVEL, KernelCore.KeGetCurrentIrql());
        started.Add(IoGetCurrentIrpStackLocation(irp).Parameters.Read.ByteOffset);
    });

    private static void FinishCurrent(TestDevice test, NtStatus status = NtStatus.STATUS_SUCCESS, bool cancelable = false) => test.Machine.Run(() =>
    {
        KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        IoSetCancelRoutine(test.Device.CurrentIrp!, null);
        Complete(test.Device.CurrentIrp!, status);
        IoStartNextPacket(test.Device, cancelable);
        KernelCore.KeLowerIrql(old);
    });

    [Fact, Proves("MDL-476", "MDL-477")]
    public void Requests_wait_for_the_device_in_order_of_arrival_behind_those_with_a_key()
    {
        var started = new List<long>();
        using TestDevice test = Queueing(started);
        foreach (long key in (long[])[9, 5, 3, 5, 0, 4, 0])
            _ = test.Handle.ReadAsync(0, 0, key);
        Assert.Equal([9], started);

        for (int i = 0; i < 6; i++)
            FinishCurrent(test);

        Assert.Equal([9, 3, 4, 5, 5, 0, 0], started);
        FinishCurrent(test);
        Assert.Null(test.Device.CurrentIrp);
    }

    [Fact, Proves("MDL-476")]
    public void An_idle_device_starts_the_next_request_at_once()
    {
        var started = new List<long>();
        using TestDevice test = Queueing(started);
        _ = test.Handle.ReadAsync(0, 0, 1);
        FinishCurrent(test);

        _ = test.Handle.ReadAsync(0, 0, 2);

        Assert.Equal([1, 2], started);
    }

    [Fact, Proves("MDL-476", "MDL-470", "MDL-473")]
    public void A_queued_request_can_be_cancelled()
    {
        var started = new List<long>();
        using TestDevice test = Queueing(started, Abort);
        _ = test.Handle.ReadAsync(0, 0, 1);
        nuint buffer = test.Process.Allocate(8);
        Task<IoStatusBlock> waiting = test.Handle.ReadAsync(buffer, 8, 2);
        Irp irp = test.Outstanding().First(irp => irp.MdlAddress is not null);

        Assert.True(test.Machine.Run(() => IoCancelIrp(irp)));
        test.Machine.RunUntilIdle();

        Assert.Equal(NtStatus.STATUS_CANCELLED, ResultOf(waiting).Status);
        Assert.Equal(0, test.Process.LockedPages);

        void Abort(DeviceObject device, Irp cancelled)
        {
            Assert.True(device.Queue.Remove(cancelled));
            IoReleaseCancelSpinLock(cancelled.CancelIrql);
            Complete(cancelled, NtStatus.STATUS_CANCELLED);
        }
    }

    [Fact, Proves("MDL-478")]
    public void Deferred_start_io_does_not_nest()
    {
        var log = new List<string>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            IoMarkIrpPending(irp);
            IoStartPacket(device, irp);
            return NtStatus.STATUS_PENDING;
        }, driver => driver.DriverStartIo = (device, irp) =>
        {
            log.Add("in");
            if (log.Count == 1)
            {
                log.Add("out");
                return;
            }

            Complete(irp, NtStatus.STATUS_SUCCESS);
            IoStartNextPacket(device, cancelable: false);
            log.Add("out");
        });
        IoSetStartIoAttributes(test.Device, deferredStartIo: true, nonCancelable: false);
        for (int i = 0; i < 3; i++)
            _ = test.Handle.ReadAsync(0, 0);

        FinishCurrent(test);

        Assert.Equal(["in", "out", "in", "out", "in", "out"], log);
    }

    [Fact, Proves("MDL-477")]
    public void Starting_the_next_request_below_dispatch_level_is_a_finding()
    {
        using TestDevice test = Queueing([]);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() => IoStartNextPacket(test.Device, false)));

        Assert.Equal("MDL6004", stop.RuleId);
    }

    [Fact, Proves("MDL-479")]
    public void A_fault_in_start_io_stops_the_machine_for_its_irql()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            IoMarkIrpPending(irp);
            IoStartPacket(device, irp);
            return NtStatus.STATUS_PENDING;
        }, driver => driver.DriverStartIo = (_, irp) => MemoryManager.MmGetMdlByteCount(irp.MdlAddress!));

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(0, 0));

        Assert.Equal((0xD1u, 2ul, "MDL2001"), (stop.Code, stop.Parameter2, stop.RuleId));
    }
}
