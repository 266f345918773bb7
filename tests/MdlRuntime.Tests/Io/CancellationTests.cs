using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

public sealed class CancellationTests
{
    private static TestDevice Pending(DriverCancel? cancel, VerifierMode verifier = VerifierMode.Strict) => new(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
    {
        IoMarkIrpPending(irp);
        Assert.Null(IoSetCancelRoutine(irp, cancel));
        return NtStatus.STATUS_PENDING;
    }, verifier: verifier);

    [Fact, Proves("MDL-470", "MDL-471", "MDL-473", "MDL-474")]
    public void A_cancel_routine_is_called_once_at_dispatch_level_with_the_lock_held()
    {
        (Kirql Irql, Kirql Previous, bool Cancel, DeviceObject? Device) seen = default;
        using TestDevice test = Pending((device, irp) =>
        {
            seen = (KeGetCurrentIrql(), irp.CancelIrql, irp.Cancel, device);
            Assert.Null(IoSetCancelRoutine(irp, null));
            IoReleaseCancelSpinLock(irp.CancelIrql);
            Complete(irp, NtStatus.STATUS_CANCELLED);
        });
        Task<IoStatusBlock> read = test.Handle.ReadAsync(test.Process.Allocate(8), 8);
        Irp irp = test.Outstanding().Single();

        Assert.True(test.Machine.Run(() => IoCancelIrp(irp)));
        test.Machine.RunUntilIdle();

        Assert.Equal((Kirql.DISPATCH_LEVEL, Kirql.PASSIVE_LEVEL, true, test.Device), seen);
        Assert.Equal((NtStatus.STATUS_CANCELLED, (nuint)0), (ResultOf(read).Status, ResultOf(read).Information));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-470")]
    public void Without_a_cancel_routine_the_request_is_only_marked()
    {
        using TestDevice test = Pending(cancel: null);
        _ = test.Handle.ReadAsync(0, 0);
        Irp irp = test.Outstanding().Single();

        test.Machine.Run(() =>
        {
            Assert.False(IoCancelIrp(irp));
            Assert.Equal(Kirql.PASSIVE_LEVEL, KeGetCurrentIrql());
        });

        Assert.True(irp.Cancel);
    }

    [Fact, Proves("MDL-471", "MDL-548")]
    public void A_cancel_routine_that_keeps_the_lock_stops_the_machine()
    {
        using TestDevice test = Pending((_, _) => { });
        _ = test.Handle.ReadAsync(0, 0);
        Irp irp = test.Outstanding().Single();

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() => IoCancelIrp(irp)));

        Assert.Equal((0x11Bu, (ulong)irp.Address), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-472", "MDL-530")]
    public void Cancelling_a_completed_request_that_kept_its_cancel_routine_stops_the_machine()
    {
        using TestDevice test = Pending((_, _) => { }, VerifierMode.Off);
        _ = test.Handle.ReadAsync(0, 0);
        Irp irp = test.Outstanding().Single();

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
        {
            Complete(irp, NtStatus.STATUS_SUCCESS);
            IoCancelIrp(irp);
        }));

        Assert.Equal((0x48u, (ulong)irp.Address), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-420")]
    public void Completing_with_the_cancel_routine_set_is_a_finding()
    {
        using TestDevice test = Pending((_, _) => { });
        _ = test.Handle.ReadAsync(0, 0);
        Irp irp = test.Outstanding().Single();

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() => Complete(irp, NtStatus.STATUS_SUCCESS)));

        Assert.Equal((0xC9u, 7ul), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-474")]
    public void Passing_a_request_on_with_the_cancel_routine_set_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        test.AddFilter((device, irp) =>
        {
            IoSetCancelRoutine(irp, (_, _) => { });
            IoSkipCurrentIrpStackLocation(irp);
            return IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(0, 0));

        Assert.Equal((0xC9u, 0x203ul), (stop.Code, stop.Parameter1));
    }

    [Fact]
    public void The_cancel_lock_raises_to_dispatch_level_and_back()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            IoAcquireCancelSpinLock(out Kirql irql);
            Assert.Equal((Kirql.PASSIVE_LEVEL, Kirql.DISPATCH_LEVEL), (irql, KeGetCurrentIrql()));
            IoReleaseCancelSpinLock(irql);
            Assert.Equal(Kirql.PASSIVE_LEVEL, KeGetCurrentIrql());
        });
    }
}
