using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

public sealed class RequestMisuseTests
{
    private static BugCheckException StopOf(DriverDispatch read, VerifierMode verifier = VerifierMode.Strict, uint length = 8)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, read, verifier: verifier);
        nuint buffer = test.Process.Allocate(8);
        return Assert.Throws<BugCheckException>(() => test.Handle.Read(buffer, length));
    }

    private static void AssertIoViolation(BugCheckException stop, ulong what, string? ruleId) =>
        Assert.Equal((0xC9u, what, ruleId), (stop.Code, stop.Parameter1, stop.RuleId));

    [Fact, Proves("MDL-465")]
    public void Returning_pending_without_marking_is_a_finding() =>
        AssertIoViolation(StopOf((_, _) => NtStatus.STATUS_PENDING), 0x23D, "MDL5004");

    [Fact, Proves("MDL-465", "MDL-466")]
    public void Completing_and_returning_pending_without_marking_is_a_finding() =>
        AssertIoViolation(StopOf((_, irp) =>
        {
            Complete(irp, NtStatus.STATUS_SUCCESS);
            return NtStatus.STATUS_PENDING;
        }), 0x23D, "MDL5004");

    [Fact, Proves("MDL-465")]
    public void Marking_and_returning_something_else_is_a_finding() =>
        AssertIoViolation(StopOf((_, irp) =>
        {
            IoMarkIrpPending(irp);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }), 0x23E, "MDL5004");

    [Fact, Proves("MDL-467")]
    public void Returning_without_doing_anything_about_the_request_is_a_finding() =>
        AssertIoViolation(StopOf((_, _) => NtStatus.STATUS_SUCCESS), 0x226, "MDL5005");

    [Fact, Proves("MDL-465")]
    public void Returning_another_status_than_the_requests_is_a_finding() =>
        AssertIoViolation(StopOf((_, irp) =>
        {
            Complete(irp, NtStatus.STATUS_END_OF_FILE);
            return NtStatus.STATUS_SUCCESS;
        }), 0x224, "MDL5004");

    [Theory, Proves("MDL-420")]
    [InlineData((uint)NtStatus.STATUS_PENDING)]
    [InlineData(uint.MaxValue)]
    public void Completing_with_a_status_that_is_not_final_is_a_finding(uint status) =>
        AssertIoViolation(StopOf((_, irp) => Complete(irp, (NtStatus)status)), 6, "MDL5004");

    [Theory, Proves("MDL-419", "MDL-529")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Completing_twice_stops_the_machine_in_every_mode(VerifierMode verifier)
    {
        nuint address = 0;
        BugCheckException stop = StopOf((_, irp) =>
        {
            address = irp.Address;
            NtStatus status = Complete(irp, NtStatus.STATUS_SUCCESS);
            IoCompleteRequest(irp, 0);
            return status;
        }, verifier);

        Assert.Equal((0x44u, (ulong)address, "MDL5005"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-419")]
    public void A_request_completed_as_pending_and_again_after_it_is_gone_stops_the_machine()
    {
        Irp? kept = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            kept = irp;
            IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_SUCCESS);
            return NtStatus.STATUS_PENDING;
        }, verifier: VerifierMode.Off);
        test.Handle.Read(0, 0);

        Assert.Equal(0x44u, Assert.Throws<BugCheckException>(() => test.Machine.Run(() => IoCompleteRequest(kept!, 0))).Code);
    }

    [Fact, Proves("MDL-418")]
    public void Completing_above_dispatch_level_is_a_finding() =>
        AssertIoViolation(StopOf((_, irp) =>
        {
            KeRaiseIrql(Kirql.HIGH_LEVEL, out Kirql _);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }), 0x0E, "MDL6004");

    [Fact, Proves("MDL-461")]
    public void Passing_a_request_on_above_dispatch_level_is_a_finding() =>
        AssertIoViolation(StopOf((device, irp) =>
        {
            KeRaiseIrql(Kirql.HIGH_LEVEL, out Kirql _);
            return IoCallDriver(device, irp);
        }), 0x10, "MDL6004");

    [Fact]
    public void Returning_at_another_irql_is_a_finding() =>
        AssertIoViolation(StopOf((_, irp) =>
        {
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql _);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }), 5, "MDL6004");

    [Fact]
    public void Reading_the_status_back_from_a_completed_request_is_a_finding()
    {
        BugCheckException stop = StopOf((_, irp) =>
        {
            irp.IoStatus.Status = NtStatus.STATUS_SUCCESS;
            IoCompleteRequest(irp, 0);
            return irp.IoStatus.Status;
        });

        Assert.Equal((0xCCu, "MDL3001"), (stop.Code, stop.RuleId));
    }

    [Fact]
    public void Using_the_stack_location_of_a_completed_request_is_a_finding()
    {
        BugCheckException stop = StopOf((_, irp) =>
        {
            IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
            Complete(irp, NtStatus.STATUS_SUCCESS);
            return stack.Parameters.Read.Length == 0 ? NtStatus.STATUS_SUCCESS : NtStatus.STATUS_UNSUCCESSFUL;
        });

        Assert.Equal("MDL3001", stop.RuleId);
    }

    [Theory, Proves("MDL-393", "DMA-112", "DMA-326")]
    [InlineData(true)]
    [InlineData(false)]
    public void Using_the_mdl_of_an_empty_request_stops_the_machine(bool throughRoutine)
    {
        BugCheckException stop = StopOf((_, irp) =>
        {
            uint count = throughRoutine ? MmGetMdlByteCount(irp.MdlAddress!) : irp.MdlAddress!.ByteCount;
            return Complete(irp, NtStatus.STATUS_SUCCESS, count);
        }, length: 0);

        Assert.Equal((0x3Bu, (ulong)NtStatus.STATUS_ACCESS_VIOLATION, "MDL2001"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact]
    public void What_a_test_asserts_inside_a_driver_reaches_the_test()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, _) => throw new InvalidTimeZoneException());

        Assert.Throws<InvalidTimeZoneException>(() => test.Handle.Read(0, 0));
    }

    [Fact]
    public void A_finding_of_the_survey_lets_the_request_go_on()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            Complete(irp, NtStatus.STATUS_END_OF_FILE);
            return NtStatus.STATUS_SUCCESS;
        }, verifier: VerifierMode.Survey);

        test.Handle.Read(0, 0);

        Finding finding = Assert.Single(test.Machine.Findings);
        Assert.Equal((0xC9u, 0x224ul, "MDL5004"), (finding.BugCheckCode, finding.Parameter1, finding.RuleId));
    }

    [Fact, Proves("MDL-467")]
    public void An_unwatched_driver_that_forgets_its_request_has_it_finished_for_it()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, _) => NtStatus.STATUS_SUCCESS, verifier: VerifierMode.Off);

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Read(test.Process.Allocate(8), 8).Status);

        Assert.Empty(test.Outstanding());
    }
}
