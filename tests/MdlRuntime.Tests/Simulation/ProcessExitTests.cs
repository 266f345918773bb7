using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Simulation;

public sealed class ProcessExitTests
{
    private static TestDevice Pending(DeviceFlags method, DriverCancel? cancel = null, VerifierMode verifier = VerifierMode.Strict) => new(method, (_, irp) =>
    {
        IoMarkIrpPending(irp);
        IoSetCancelRoutine(irp, cancel);
        return NtStatus.STATUS_PENDING;
    }, verifier: verifier);

    [Fact]
    public void Exit_closes_handles_and_frees_memory()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        test.Process.Allocate(1);
        long frames = test.Machine.FreeFrames;
        test.Process.Allocate(0x5000);
        DeviceHandle handle = test.Handle;

        test.Process.Exit();

        Assert.True(test.Machine.FreeFrames > frames);
        Assert.Equal(NtStatus.STATUS_INVALID_HANDLE, handle.Read(0, 0).Status);
        Assert.Equal(0, test.Device.OpenHandles);
        Assert.Throws<InvalidOperationException>(() => test.Process.Allocate(1));
    }

    [Fact, Proves("MDL-454", "MDL-172")]
    public void Exit_cancels_requests_that_can_be_cancelled()
    {
        using TestDevice test = Pending(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoReleaseCancelSpinLock(irp.CancelIrql);
            Complete(irp, NtStatus.STATUS_CANCELLED);
        });
        _ = test.Handle.ReadAsync(test.Process.Allocate(0x3000), 0x3000);
        _ = test.Handle.ReadAsync(test.Process.Allocate(0x3000), 0x3000);

        test.Process.Exit();

        Assert.Equal(0, test.Process.LockedPages);
        Assert.Empty(test.Outstanding());
    }

    [Fact, Proves("MDL-454", "MDL-172", "MDL-532")]
    public void Exit_with_locked_pages_stops_the_machine()
    {
        using TestDevice test = Pending(DeviceFlags.DO_DIRECT_IO, verifier: VerifierMode.Off);
        _ = test.Handle.ReadAsync(test.Process.Allocate(0x3000), 0x3000);

        BugCheckException stop = Assert.Throws<BugCheckException>(test.Process.Exit);

        Assert.Equal((0x76u, 0ul, (ulong)test.Process.Object.Address, 3ul), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3));
    }

    [Fact, Proves("MDL-172", "MDL-538")]
    public void Exit_with_locked_pages_names_the_mdl_in_strict_mode()
    {
        using TestDevice test = Pending(DeviceFlags.DO_DIRECT_IO);
        _ = test.Handle.ReadAsync(test.Process.Allocate(0x3000), 0x3000);
        nuint mdl = test.Outstanding().Single().MdlAddress!.Address;

        BugCheckException stop = Assert.Throws<BugCheckException>(test.Process.Exit);

        Assert.Equal((0xCBu, (ulong)mdl, 3ul, "MDL3003"), (stop.Code, stop.Parameter3, stop.Parameter4, stop.RuleId));
    }

    [Fact, Proves("MDL-434")]
    public void A_request_that_outlives_its_process_is_dropped_without_a_report()
    {
        using TestDevice test = Pending(DeviceFlags.DO_BUFFERED_IO);
        Task<IoStatusBlock> read = test.Handle.ReadAsync(test.Process.Allocate(8), 8);
        Irp irp = test.Outstanding().Single();

        test.Process.Exit();
        test.Machine.Run(() => Complete(irp, NtStatus.STATUS_CANCELLED));
        test.Machine.RunUntilIdle();

        Assert.False(read.IsCompleted);
        Assert.Equal((IrpState.Freed, 0), (irp.State, test.Device.OpenHandles));
    }
}
