using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

/// <summary>What can be seen between the stages of a completion.</summary>
public sealed class CompletionStageTests
{
    [Theory, Proves("MDL-447", "MDL-428", "MDL-432", "MDL-436", "MDL-440")]
    [InlineData(false)]
    [InlineData(true)]
    public void The_buffer_is_unlocked_before_the_mdl_is_freed_and_that_before_the_result_is_reported(bool pends)
    {
        var seen = new List<(string Stage, int Locked, bool IsMdlFreed, bool IsReported)>();
        TestDevice? open = null;
        Mdl? mdl = null;
        UserRequest? request = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            (mdl, request) = (irp.MdlAddress, irp.Request);
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_SUCCESS, 8);
            return pends ? NtStatus.STATUS_PENDING : NtStatus.STATUS_SUCCESS;
        }, trace: record =>
        {
            if (mdl is not null && record.Routine is "IoCompleteRequest" or "IoCompletionStage1" or "IoCompletionStage2" or "IoFreeMdl")
                seen.Add((record.Routine, open!.Process.LockedPages, mdl!.IsFreed, request!.IsStatusBlockWritten || request.Event.IsSet));
        });
        open = test;
        nuint buffer = test.Process.Allocate(8);

        test.Handle.Read(buffer, 8);

        Assert.Equal(
            [("IoCompleteRequest", 1, false, false), ("IoCompletionStage1", 1, false, false), ("IoCompletionStage2", 0, false, false), ("IoFreeMdl", 0, false, false)],
            seen.Where(record => record.Stage != "IoFreeMdl" || record.Locked == 0));
        Assert.Equal((true, true), (mdl!.IsFreed, request!.IsStatusBlockWritten));
    }

    [Fact, Proves("MDL-447", "MDL-434", "MDL-432")]
    public void At_dispatch_level_a_request_can_be_seen_unlocked_and_not_yet_reported()
    {
        Irp? pending = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pending = irp;
            return NtStatus.STATUS_PENDING;
        });
        Task<IoStatusBlock> read = test.Handle.ReadAsync(test.Process.Allocate(8), 8);
        UserRequest request = pending!.Request!;
        Mdl mdl = pending.MdlAddress!;

        test.Machine.Run(() =>
        {
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            Complete(pending, NtStatus.STATUS_SUCCESS, 8);
            Assert.Equal((0, mdl, false, false), (test.Process.LockedPages, pending.Mdls, mdl.IsFreed, request.IsStatusBlockWritten));
            KeLowerIrql(old);
        });
        test.Machine.RunUntilIdle();

        Assert.Equal((true, true, true), (mdl.IsFreed, request.IsStatusBlockWritten, read.IsCompleted));
    }

    [Theory, Proves("MDL-440", "MDL-430")]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_mdl_of_the_chain_is_unlocked_and_freed(int added)
    {
        Irp? sent = null;
        var chain = new List<Mdl>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            sent = irp;
            chain.Add(irp.MdlAddress!);
            for (int i = 0; i < added; i++)
            {
                Mdl mdl = IoAllocateMdl(irp.MdlAddress!.StartVa, 8, secondaryBuffer: true, false, irp)!;
                MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoReadAccess);
                chain.Add(mdl);
            }

            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal(1 + added, chain.Count);
        Assert.All(chain, mdl => Assert.True(mdl.IsFreed));
        Assert.Equal((null, 0), (sent!.Mdls, test.Process.LockedPages));
        Assert.Empty(test.Machine.Findings);
    }

    [Theory, Proves("MDL-442", "MDL-441")]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_failed_request_of_a_synchronous_service_is_reported_if_it_was_pended(bool pends, bool isReported)
    {
        using var test = new TestDevice(Neither, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_QUERY_INFORMATION] = (_, irp) =>
        {
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_IO_DEVICE_ERROR, 3);
            return pends ? NtStatus.STATUS_PENDING : NtStatus.STATUS_IO_DEVICE_ERROR;
        });

        var (returned, request) = test.Issue(new(MajorFunction.IRP_MJ_QUERY_INFORMATION, 4, new(0, 0, test.Process.Allocate(8), 8)), isAsynchronous: false);

        Assert.Equal((NtStatus.STATUS_IO_DEVICE_ERROR, isReported, isReported), (returned, request.IsStatusBlockWritten, request.IsEventSignalled));
    }
}
