using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>What the requester sees, by the status the driver returns, whether it pended, and how the buffer travels.</summary>
public sealed class CompletionMatrixTests
{
    public static TheoryData<DeviceFlags, NtStatus, bool, bool> Combinations()
    {
        var data = new TheoryData<DeviceFlags, NtStatus, bool, bool>();
        foreach (DeviceFlags method in (DeviceFlags[])[Neither, DeviceFlags.DO_BUFFERED_IO, DeviceFlags.DO_DIRECT_IO])
        {
            foreach (NtStatus status in (NtStatus[])[NtStatus.STATUS_SUCCESS, NtStatus.STATUS_TIMEOUT, NtStatus.STATUS_BUFFER_OVERFLOW,
                NtStatus.STATUS_VERIFY_REQUIRED, NtStatus.STATUS_END_OF_FILE, NtStatus.STATUS_CANCELLED])
            {
                foreach (bool pends in (bool[])[false, true])
                {
                    data.Add(method, status, pends, false);
                    data.Add(method, status, pends, true);
                }
            }
        }

        return data;
    }

    [Theory, Proves("MDL-387", "MDL-433", "MDL-436", "MDL-437", "MDL-441", "MDL-442", "MDL-444", "MDL-446", "MDL-465")]
    [MemberData(nameof(Combinations))]
    public void The_status_block_is_written_unless_the_request_failed_at_once_or_synchronously(DeviceFlags method, NtStatus status, bool pends, bool isAsynchronous)
    {
        using var test = new TestDevice(method, (_, irp) =>
        {
            if (irp.AssociatedIrp.SystemBuffer != 0)
                VirtualMemory.CopyFrom(irp.AssociatedIrp.SystemBuffer, "data"u8);
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, status, 4);
            return pends ? NtStatus.STATUS_PENDING : status;
        });
        nuint buffer = test.Process.Allocate(8);
        bool isError = (uint)status >= 0xC000_0000;

        var (returned, request) = test.Read(buffer, 8, isAsynchronous);

        bool isReported = !isError || (pends && isAsynchronous);
        Assert.Equal(pends && isAsynchronous ? NtStatus.STATUS_PENDING : status, returned);
        Assert.Equal((isReported, isReported), (request.IsStatusBlockWritten, request.IsEventSignalled));
        Assert.Equal(isReported ? 4u : 0u, request.StatusBlock.Information);
        bool isCopied = method == DeviceFlags.DO_BUFFERED_IO && !isError && status != NtStatus.STATUS_VERIFY_REQUIRED;
        Assert.Equal(isCopied ? "data"u8 : "\0\0\0\0"u8, test.ReadUser(buffer, 4));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Theory, Proves("MDL-384", "MDL-449", "MDL-469")]
    [MemberData(nameof(Combinations))]
    public void An_empty_request_follows_the_same_rules(DeviceFlags method, NtStatus status, bool pends, bool isAsynchronous)
    {
        using var test = new TestDevice(method, (_, irp) =>
        {
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, status);
            return pends ? NtStatus.STATUS_PENDING : status;
        });

        var (_, request) = test.Read(buffer: 0, length: 0, isAsynchronous);

        Assert.Equal((uint)status < 0xC000_0000 || (pends && isAsynchronous), request.IsStatusBlockWritten);
    }

    [Theory, Proves("MDL-438")]
    [InlineData(false, NtStatus.STATUS_BUFFER_OVERFLOW)]
    [InlineData(true, NtStatus.STATUS_ACCESS_VIOLATION)]
    public void A_copy_that_faults_leaves_status_block_and_event_alone(bool pends, NtStatus expected)
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_BUFFER_OVERFLOW, 16);
            return pends ? NtStatus.STATUS_PENDING : NtStatus.STATUS_BUFFER_OVERFLOW;
        }, verifier: VerifierMode.Off);

        var (returned, request) = test.Read(test.Process.Allocate(16), length: 0, isAsynchronous: false);

        Assert.Equal(expected, returned);
        Assert.Equal((false, false), (request.IsStatusBlockWritten, request.IsEventSignalled));
    }

    [Fact, Proves("MDL-439")]
    public void Information_above_the_length_of_a_buffered_read_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 9));

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(16), 8));

        Assert.Equal((0xC9u, 0x312ul, "MDL5003"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-439")]
    public void Unwatched_information_above_the_length_leaks_pool_to_the_caller()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            VirtualMemory.CopyFrom(irp.AssociatedIrp.SystemBuffer + 8, "pool"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 12);
        }, verifier: VerifierMode.Off);
        nuint buffer = test.Process.Allocate(16);

        test.Handle.Read(buffer, 8);

        Assert.Equal("pool"u8, test.ReadUser(buffer + 8, 4));
    }

    [Fact, Proves("MDL-387")]
    public void A_synchronous_read_waits_for_a_completion_from_a_dpc()
    {
        var dpc = new KDpc();
        var timer = new KTimer();
        Irp? pending = null;
        KernelCore.KeInitializeDpc(dpc, (_, _, _, _) => Complete(pending!, NtStatus.STATUS_SUCCESS, 7), null);
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            pending = irp;
            IoMarkIrpPending(irp);
            KernelCore.KeInitializeTimer(timer);
            KernelCore.KeSetTimer(timer, -10_000, dpc);
            return NtStatus.STATUS_PENDING;
        });

        IoStatusBlock result = test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)7), (result.Status, result.Information));
    }

    [Fact]
    public void A_request_that_nobody_can_complete_any_more_is_an_error_of_the_host()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            return NtStatus.STATUS_PENDING;
        });

        Assert.Throws<InvalidOperationException>(() => test.Handle.Read(test.Process.Allocate(8), 8));
    }
}
