using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>What a driver owes the MDL of a request, and what happens to one that forgets it.</summary>
public sealed class DirectIoDutyTests
{
    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;

    private static byte[] Bytes(nuint address, int length)
    {
        byte[] bytes = new byte[length];
        VirtualMemory.CopyTo(address, bytes);
        return bytes;
    }

    [Fact, Proves("MDL-391", "DMA-119")]
    public void A_mapping_that_fails_fails_the_request_for_lack_of_resources()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            nuint data = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority);
            if (data == 0)
                return Complete(irp, NtStatus.STATUS_INSUFFICIENT_RESOURCES);
            VirtualMemory.CopyFrom(data, "data"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
        });
        nuint buffer = test.Process.Allocate(8);
        _ = test.Handle;
        test.Machine.Faults.FailNth(nameof(MmGetSystemAddressForMdlSafe), 1);

        IoStatusBlock failed = test.Handle.Read(buffer, 8), retried = test.Handle.Read(buffer, 8);

        Assert.Equal((NtStatus.STATUS_INSUFFICIENT_RESOURCES, (nuint)0), (failed.Status, failed.Information));
        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)4), (retried.Status, retried.Information));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Theory, Proves("MDL-379", "MDL-382", "MDL-383")]
    [InlineData("Io!IoAllocateMdl")]
    [InlineData("Io!MmProbeAndLockPages")]
    [InlineData("Io!IoAllocateIrp")]
    public void A_request_that_cannot_be_set_up_leaves_nothing_behind(string routine)
    {
        int calls = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            calls++;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = test.Process.Allocate(8);
        test.Handle.Read(buffer, 8);
        (long frames, int references) = (test.Machine.FreeFrames, test.Handle.File.References);
        test.Machine.Faults.FailNth(routine, 1);

        Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, test.Handle.Read(buffer, 8).Status);

        Assert.Equal((1, frames, references, 0), (calls, test.Machine.FreeFrames, test.Handle.File.References, test.Process.LockedPages));
        Assert.Empty(test.Outstanding());
    }

    [Fact, Proves("MDL-392")]
    public void Completion_unmaps_unlocks_and_frees_the_mdl()
    {
        Mdl? mdl = null;
        nuint data = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            mdl = irp.MdlAddress!;
            data = MmGetSystemAddressForMdlSafe(mdl, Priority);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = test.Process.Allocate(8);
        int ptes = test.Machine.FreeSystemPtes;

        test.Handle.Read(buffer, 8);

        Assert.Equal((true, ptes, 0), (mdl!.IsFreed, test.Machine.FreeSystemPtes, test.Process.LockedPages));
        Assert.False(test.Machine.Run(() => MmIsAddressValid(data)));
    }

    [Theory, Proves("MDL-392")]
    [InlineData(VerifierMode.Strict, false)]
    [InlineData(VerifierMode.Strict, true)]
    [InlineData(VerifierMode.Off, false)]
    [InlineData(VerifierMode.Off, true)]
    public void A_driver_that_does_it_first_stops_the_machine(VerifierMode verifier, bool frees)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            MmUnlockPages(irp.MdlAddress!);
            if (frees)
                IoFreeMdl(irp.MdlAddress!);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }, verifier: verifier);

        Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));
    }

    [Fact, Proves("MDL-394", "MDL-042", "DMA-113")]
    public void The_user_address_means_something_else_in_another_context()
    {
        Irp? pending = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pending = irp;
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(0x1000);
        test.Process.Write(buffer, "mine"u8);
        UserProcess other = test.Machine.CreateProcess("other");
        other.Commit(other.Reserve(0x1000, buffer), 0x1000);
        other.Write(buffer, "else"u8);
        Task<IoStatusBlock> write = test.Handle.WriteAsync(buffer, 4);

        other.Run(() =>
        {
            Assert.Equal("else"u8, Bytes(MmGetMdlVirtualAddress(pending!.MdlAddress!), 4));
            Assert.Equal("mine"u8, Bytes(MmGetSystemAddressForMdlSafe(pending.MdlAddress!, Priority), 4));
        });

        test.Machine.Run(() => Complete(pending!, NtStatus.STATUS_SUCCESS, 4));
        test.Machine.RunUntilIdle();
        Assert.True(write.IsCompleted);
    }

    [Fact, Proves("MDL-394", "DMA-113")]
    public void The_user_address_may_be_gone_while_the_pages_are_not()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);
        nuint buffer = test.Process.Allocate(0x1000);
        test.Driver.MajorFunction[MajorFunction.IRP_MJ_READ] = (_, irp) =>
        {
            test.Process.Free(buffer);
            Assert.Throws<NtStatusException>(() => Bytes(MmGetMdlVirtualAddress(irp.MdlAddress!), 1));
            Bytes(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), 1);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        };

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Read(buffer, 8).Status);
    }

    [Fact, Proves("MDL-395", "DMA-337")]
    public void The_bytes_change_under_the_hands_of_the_driver_unless_it_copies_them()
    {
        (byte First, byte Second, byte Copy) seen = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);
        nuint buffer = test.Process.Allocate(8);
        test.Process.Write(buffer, [1]);
        test.Driver.MajorFunction[MajorFunction.IRP_MJ_WRITE] = (_, irp) =>
        {
            nuint data = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority);
            byte[] copy = Bytes(data, 8);
            byte first = Bytes(data, 1)[0];
            test.Process.Write(buffer, [2]);
            seen = (first, Bytes(data, 1)[0], copy[0]);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 8);
        };

        test.Handle.Write(buffer, 8);

        Assert.Equal(((byte)1, (byte)2, (byte)1), seen);
    }

    [Theory, Proves("MDL-397")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_driver_can_alter_pages_of_a_write_that_the_process_itself_may_not(VerifierMode verifier)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), "evil"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
        }, verifier: verifier);
        nuint buffer = test.Process.Allocate(8);
        test.Process.Protect(buffer, 8, PageProtection.PAGE_READONLY);
        Assert.Throws<NtStatusException>(() => test.Process.Write(buffer, "self"u8));

        test.Handle.Write(buffer, 8);

        Assert.Equal("evil"u8, test.ReadUser(buffer, 4));
    }

    [Fact, Proves("MDL-397")]
    public void Mapping_without_write_permission_catches_the_driver()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority | MmPagePriority.MdlMappingNoWrite), "evil"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
        });

        Assert.Equal(0xBEu, Assert.Throws<BugCheckException>(() => test.Handle.Write(test.Process.Allocate(8), 8)).Code);
    }

    [Fact, Proves("MDL-400")]
    public void A_success_with_no_information_tells_the_caller_that_nothing_was_read()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), "data"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, information: 0);
        });
        nuint buffer = test.Process.Allocate(8);

        IoStatusBlock result = test.Handle.Read(buffer, 8);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0), (result.Status, result.Information));
        Assert.Equal("data"u8, test.ReadUser(buffer, 4));
    }

    [Fact, Proves("MDL-401")]
    public void Locking_the_mdl_of_a_request_again_is_a_finding()
    {
        using TestDevice test = LockingAgain(VerifierMode.Strict);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        Assert.Equal((0xC4u, 0xB0ul, "MDL3009"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-401")]
    public void Unwatched_the_second_lock_is_never_released()
    {
        using TestDevice test = LockingAgain(VerifierMode.Off);

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal(1, test.Process.LockedPages);
    }

    private static TestDevice LockingAgain(VerifierMode verifier) => new(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
    {
        MmProbeAndLockPages(irp.MdlAddress!, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
        return Complete(irp, NtStatus.STATUS_SUCCESS);
    }, verifier: verifier);

    [Theory, Proves("MDL-411")]
    [InlineData(METHOD_IN_DIRECT)]
    [InlineData(METHOD_OUT_DIRECT)]
    public void A_driver_answers_through_the_mdl_of_a_control_code(uint method)
    {
        using var test = new TestDevice(Neither, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = (_, irp) =>
        {
            Assert.Equal("question"u8, Bytes(irp.AssociatedIrp.SystemBuffer, 8));
            VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), "This string is from the driver\0"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, MmGetMdlByteCount(irp.MdlAddress!));
        });
        (nuint input, nuint output) = (test.Process.Allocate(8), test.Process.Allocate(100));
        test.Process.Write(input, "question"u8);

        IoStatusBlock result = test.Handle.DeviceIoControl(CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, method, FILE_ANY_ACCESS), input, 8, output, 100);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)100), (result.Status, result.Information));
        Assert.Equal("This string is from the driver\0"u8, test.ReadUser(output, 31));
    }

    /// <summary>The driver's own lock of a METHOD_NEITHER buffer, with each step undone in the reverse order.</summary>
    private static NtStatus AnswerByOwnMdl(Irp irp)
    {
        DeviceIoControlParameters parameters = IoGetCurrentIrpStackLocation(irp).Parameters.DeviceIoControl;
        NtStatus status = NtStatus.STATUS_SUCCESS;
        Mdl? mdl = null;
        try
        {
            ProbeForRead(parameters.Type3InputBuffer, parameters.InputBufferLength, 1);
            ProbeForWrite(irp.UserBuffer, parameters.OutputBufferLength, 1);
            mdl = IoAllocateMdl(irp.UserBuffer, parameters.OutputBufferLength, false, true, null);
            if (mdl is null)
                return Complete(irp, NtStatus.STATUS_INSUFFICIENT_RESOURCES);
            MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
        }
        catch (NtStatusException fault)
        {
            if (mdl is not null)
                IoFreeMdl(mdl);
            return Complete(irp, fault.Status);
        }

        nuint data = MmGetSystemAddressForMdlSafe(mdl, Priority);
        if (data == 0)
            status = NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        else
            VirtualMemory.CopyFrom(data, "answer"u8);
        MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        Assert.Null(irp.MdlAddress);
        return Complete(irp, status, data == 0 ? 0u : 6);
    }

    [Theory, Proves("MDL-413")]
    [InlineData(null, true, NtStatus.STATUS_SUCCESS)]
    [InlineData(null, false, NtStatus.STATUS_ACCESS_VIOLATION)]
    [InlineData(nameof(IoAllocateMdl), true, NtStatus.STATUS_INSUFFICIENT_RESOURCES)]
    [InlineData(nameof(MmProbeAndLockPages), true, NtStatus.STATUS_INSUFFICIENT_RESOURCES)]
    [InlineData(nameof(MmGetSystemAddressForMdlSafe), true, NtStatus.STATUS_INSUFFICIENT_RESOURCES)]
    public void A_driver_locks_the_buffers_of_neither_io_itself(string? failing, bool isWritable, NtStatus expected)
    {
        using var test = new TestDevice(Neither, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = (_, irp) => AnswerByOwnMdl(irp));
        (nuint input, nuint output) = (test.Process.Allocate(8), test.Process.Allocate(8));
        if (!isWritable)
            test.Process.Protect(output, 8, PageProtection.PAGE_READONLY);
        uint code = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, METHOD_NEITHER, FILE_ANY_ACCESS);
        test.Handle.DeviceIoControl(code, input, 8, output, 8);
        long frames = test.Machine.FreeFrames;
        if (failing is not null)
            test.Machine.Faults.FailNth(failing, 1);

        Assert.Equal(expected, test.Handle.DeviceIoControl(code, input, 8, output, 8).Status);

        Assert.Equal((frames, 0), (test.Machine.FreeFrames, test.Process.LockedPages));
        if (isWritable)
            Assert.Equal("answer"u8, test.ReadUser(output, 6));
    }

    [Fact, Proves("MDL-475")]
    public void A_request_completed_by_its_cancel_routine_takes_the_pages_from_a_transfer_in_progress()
    {
        Irp? pending = null;
        nuint data = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            data = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority);
            pending = irp;
            IoMarkIrpPending(irp);
            IoSetCancelRoutine(irp, (_, cancelled) =>
            {
                IoReleaseCancelSpinLock(cancelled.CancelIrql);
                Complete(cancelled, NtStatus.STATUS_CANCELLED);
            });
            return NtStatus.STATUS_PENDING;
        }, verifier: VerifierMode.Off);
        test.Handle.ReadAsync(test.Process.Allocate(8), 8);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
        {
            VirtualMemory.CopyFrom(data, "first half"u8);
            IoCancelIrp(pending!);
            VirtualMemory.CopyFrom(data, "second half"u8);
        }));

        Assert.Equal((0x50u, (ulong)data), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-475")]
    public void A_request_that_the_device_works_on_is_completed_as_cancelled_when_the_device_is_done()
    {
        Irp? pending = null;
        nuint data = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            data = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority);
            pending = irp;
            IoMarkIrpPending(irp);
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(8);
        Task<IoStatusBlock> read = test.Handle.ReadAsync(buffer, 8);

        test.Machine.Run(() =>
        {
            Assert.False(IoCancelIrp(pending!));
            Assert.Equal(1, test.Process.LockedPages);
            VirtualMemory.CopyFrom(data, "whole"u8);
            Complete(pending!, pending!.Cancel ? NtStatus.STATUS_CANCELLED : NtStatus.STATUS_SUCCESS);
        });
        test.Machine.RunUntilIdle();

        Assert.Equal(NtStatus.STATUS_CANCELLED, ResultOf(read).Status);
        Assert.Equal("whole"u8, test.ReadUser(buffer, 5));
    }
}
