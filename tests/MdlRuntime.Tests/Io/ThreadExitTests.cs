using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

/// <summary>Requests whose thread ends before they do.</summary>
public sealed class ThreadExitTests
{
    private static TestDevice Pending(List<Irp> pending, bool cancels) => new(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
    {
        IoMarkIrpPending(irp);
        pending.Add(irp);
        if (cancels)
        {
            IoSetCancelRoutine(irp, (_, cancelled) =>
            {
                IoReleaseCancelSpinLock(cancelled.CancelIrql);
                Complete(cancelled, NtStatus.STATUS_CANCELLED);
            });
        }

        return NtStatus.STATUS_PENDING;
    });

    [Fact, Proves("MDL-454")]
    public void The_io_manager_cancels_the_requests_of_a_thread_that_ends()
    {
        var pending = new List<Irp>();
        using TestDevice test = Pending(pending, cancels: true);
        nuint buffer = test.Process.Allocate(16);
        Task<IoStatusBlock>? read = null, other = test.Handle.ReadAsync(buffer, 8);
        test.Process.StartThread(() => read = test.Handle.ReadAsync(buffer + 8, 8));

        test.Machine.RunUntilIdle();

        Assert.Equal(NtStatus.STATUS_CANCELLED, ResultOf(read!).Status);
        Assert.Equal((false, 1), (other.IsCompleted, test.Process.LockedPages));
    }

    [Fact, Proves("MDL-454")]
    public void The_buffer_stays_locked_until_the_driver_completes_the_request_of_a_thread_that_is_gone()
    {
        var pending = new List<Irp>();
        using TestDevice test = Pending(pending, cancels: false);
        nuint buffer = test.Process.Allocate(16);
        EThread thread = test.Process.StartThread(() => test.Handle.ReadAsync(buffer, 8));

        test.Machine.RunUntilIdle();

        Assert.Equal((ThreadState.Terminated, true, 1), (thread.State, pending[0].Cancel, test.Process.LockedPages));
        test.Machine.Run(() => Complete(pending[0], NtStatus.STATUS_SUCCESS, 8));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-487", "MDL-454")]
    public void A_synchronous_request_is_in_the_list_of_the_thread_that_built_it()
    {
        var pending = new List<Irp>();
        using TestDevice test = Pending(pending, cancels: true);
        KEvent? ended = null;
        IoStatusHolder? result = null;

        test.Machine.Run(() => ProcessStructure.PsCreateSystemThread(out _, _ =>
        {
            ended = new();
            KeInitializeEvent(ended, notification: true, state: false);
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 1);
            IoCallDriver(test.Device, IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, pool, 16, 0, ended, out result)!);
        }, null));
        test.Machine.RunUntilIdle();

        Assert.Equal((true, NtStatus.STATUS_CANCELLED, IrpState.Freed), (ended!.IsSet, result!.Value.Status, pending[0].State));
    }

    [Fact, Proves("MDL-454")]
    public void A_process_that_exits_does_not_wait_for_a_thread_that_waits_for_its_requests()
    {
        var pending = new List<Irp>();
        using TestDevice test = Pending(pending, cancels: false);
        test.Process.StartThread(() => test.Handle.ReadAsync(0, 0));
        test.Machine.Run(() => KeDelayExecutionThread(KProcessorMode.KernelMode, false, -10));
        Assert.Single(pending);

        test.Process.Exit();

        test.Machine.Run(() => Complete(pending[0], NtStatus.STATUS_SUCCESS));
        Assert.Equal(IrpState.Freed, pending[0].State);
    }
}
