using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>Allocating, reusing, initializing and freeing requests, and the MDLs that drivers hang on them.</summary>
public sealed class IrpLifetimeTests
{
    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;

    private static TestDevice Pending(List<Irp> pending, VerifierMode verifier = VerifierMode.Strict) => new(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
    {
        IoMarkIrpPending(irp);
        pending.Add(irp);
        return NtStatus.STATUS_PENDING;
    }, verifier: verifier);

    private static Irp Send(TestDevice test)
    {
        Irp irp = IoAllocateIrp(test.Device.StackSize, chargeQuota: false)!;
        IoGetNextIrpStackLocation(irp).MajorFunction = MajorFunction.IRP_MJ_READ;
        IoSetCompletionRoutine(irp, (_, _, _) => NtStatus.STATUS_MORE_PROCESSING_REQUIRED, null, true, true, true);
        IoCallDriver(test.Device, irp);
        return irp;
    }

    private static BugCheckException StopOf(TestDevice test, Action code)
    {
        using (test)
            return Assert.Throws<BugCheckException>(() => test.Machine.Run(code));
    }

    [Fact, Proves("MDL-519")]
    public void Freeing_a_request_that_a_driver_below_works_on_is_a_finding()
    {
        TestDevice test = Pending([]);

        BugCheckException stop = StopOf(test, () => IoFreeIrp(Send(test)));

        Assert.Equal((0xC9u, 0x20Aul, "MDL5008"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-519")]
    public void Reusing_a_request_that_a_driver_below_works_on_is_a_finding()
    {
        TestDevice test = Pending([]);

        BugCheckException stop = StopOf(test, () => IoReuseIrp(Send(test), NtStatus.STATUS_SUCCESS));

        Assert.Equal((0xC9u, 0x310ul, "MDL5008"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact]
    public void A_request_that_came_back_may_be_reused_and_freed()
    {
        var pending = new List<Irp>();
        using TestDevice test = Pending(pending);
        test.Machine.Run(() =>
        {
            Irp irp = Send(test);
            Complete(pending[0], NtStatus.STATUS_SUCCESS);

            IoReuseIrp(irp, NtStatus.STATUS_SUCCESS);
            IoFreeIrp(irp);
        });

        Assert.Empty(test.Machine.Findings);
    }

    [Theory, Proves("MDL-492", "MDL-519")]
    [InlineData(false)]
    [InlineData(true)]
    public void Reusing_a_request_that_was_built_is_a_finding(bool synchronous)
    {
        var test = new TestDevice(Neither);

        BugCheckException stop = StopOf(test, () =>
        {
            Irp irp = synchronous
                ? IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, 0, 0, null, new(), out _)!
                : IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, 0, 0, null)!;
            IoReuseIrp(irp, NtStatus.STATUS_SUCCESS);
        });

        Assert.Equal((0xC9u, 0x311ul, "MDL5008"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-519")]
    public void Initializing_an_allocated_request_is_a_finding()
    {
        var test = new TestDevice(Neither);

        BugCheckException stop = StopOf(test, () => IoInitializeIrp(IoAllocateIrp(1, false)!, IoSizeOfIrp(1), 1));

        Assert.Equal((0xC9u, 0x20Dul, "MDL5008"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-368", "MDL-364")]
    public void Reuse_keeps_how_a_request_was_allocated_and_initializing_forgets_it()
    {
        using var machine = new Machine(new() { Verifier = VerifierMode.Off });
        machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(2, chargeQuota: true)!;
            byte allocated = irp.AllocationFlags;
            IoReuseIrp(irp, NtStatus.STATUS_SUCCESS);
            byte reused = irp.AllocationFlags;

            IoInitializeIrp(irp, IoSizeOfIrp(2), 2);

            const byte expected = IRP_QUOTA_CHARGED | IRP_ALLOCATED_FIXED_SIZE;
            Assert.Equal((expected, expected, (byte)0), (allocated, reused, irp.AllocationFlags));
        });
    }

    [Fact, Proves("MDL-368")]
    public void A_driver_can_keep_a_request_in_its_own_memory()
    {
        using var test = new TestDevice(Neither, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 5));
        test.Machine.Run(() =>
        {
            nuint memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeOfIrp(3), 1);
            Irp irp = Irp.At(memory, 3);

            IoInitializeIrp(irp, IoSizeOfIrp(3), 3);

            Assert.Equal((memory, (short)6, (ushort)424, (sbyte)3, (sbyte)4), (irp.Address, irp.Type, irp.Size, irp.StackCount, irp.CurrentLocation));
            Assert.Equal((null, 0u, (nuint)0, default, (byte)0), (irp.MdlAddress, irp.Flags, irp.UserBuffer, irp.IoStatus.Status, irp.AllocationFlags));
            IoSetCompletionRoutine(irp, (_, _, _) => NtStatus.STATUS_MORE_PROCESSING_REQUIRED, null, true, true, true);
            IoGetNextIrpStackLocation(irp).MajorFunction = MajorFunction.IRP_MJ_READ;
            IoCallDriver(test.Device, irp);
            Assert.Equal((nuint)5, irp.IoStatus.Information);
            ExFreePool(memory);
        });
    }

    [Fact]
    public void Freeing_a_request_in_memory_of_the_driver_is_a_finding()
    {
        var test = new TestDevice(Neither);

        BugCheckException stop = StopOf(test, () =>
        {
            Irp irp = Irp.At(ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeOfIrp(1), 1), 1);
            IoInitializeIrp(irp, IoSizeOfIrp(1), 1);
            IoFreeIrp(irp);
        });

        Assert.Equal((0xC9u, 1ul), (stop.Code, stop.Parameter1));
    }

    [Fact]
    public void A_request_at_an_address_without_memory_is_a_fault()
    {
        using var machine = new Machine();

        Assert.Equal(0x50u, Assert.Throws<BugCheckException>(() => machine.Run(() => Irp.At(unchecked((nuint)0xFFFF_F680_0000_0000), 1))).Code);
    }

    [Fact, Proves("MDL-496", "MDL-491")]
    public void A_mdl_over_the_drivers_own_pool_travels_in_its_own_request_and_is_only_freed()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), "data"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
        });
        test.Machine.Run(() =>
        {
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 1);
            Irp irp = IoAllocateIrp(1, false)!;
            MmBuildMdlForNonPagedPool(IoAllocateMdl(pool, 16, false, false, irp)!);
            IoGetNextIrpStackLocation(irp).MajorFunction = MajorFunction.IRP_MJ_READ;
            IoSetCompletionRoutine(irp, (_, own, _) =>
            {
                IoFreeMdl(own.MdlAddress!);
                own.MdlAddress = null;
                IoFreeIrp(own);
                return NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
            }, null, true, true, true);

            IoCallDriver(test.Device, irp);

            byte[] bytes = new byte[4];
            VirtualMemory.CopyTo(pool, bytes);
            Assert.Equal("data"u8, bytes);
        });
        Assert.Empty(test.Machine.Findings);
    }

    [Theory, Proves("MDL-497")]
    [InlineData(VerifierMode.Strict, 0xC4u, 0x7Dul)]
    [InlineData(VerifierMode.Off, 0x4Eu, 7ul)]
    public void Unlocking_a_mdl_that_was_built_over_pool_stops_the_machine(VerifierMode verifier, uint code, ulong first)
    {
        var test = new TestDevice(Neither, verifier: verifier);

        BugCheckException stop = StopOf(test, () =>
        {
            Mdl mdl = IoAllocateMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 1), 16, false, false, null)!;
            MmBuildMdlForNonPagedPool(mdl);
            MmUnlockPages(mdl);
        });

        Assert.Equal((code, first), (stop.Code, stop.Parameter1));
    }

    /// <summary>A filter that sends the caller's MDL on in a request of its own.</summary>
    private static void AddBorrower(TestDevice test, bool freesMdl) => test.AddFilter((device, irp) =>
    {
        Irp own = IoAllocateIrp(1, false)!;
        own.MdlAddress = irp.MdlAddress;
        IoStackLocation next = IoGetNextIrpStackLocation(own);
        (next.MajorFunction, next.Parameters.Read.Length) = (MajorFunction.IRP_MJ_READ, 8);
        IoSetCompletionRoutine(own, (_, sent, _) =>
        {
            if (freesMdl)
                IoFreeMdl(sent.MdlAddress!);
            sent.MdlAddress = null;
            IoFreeIrp(sent);
            return NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
        }, null, true, true, true);
        IoCallDriver((DeviceObject)device.DeviceExtension!, own);
        return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
    });

    private static NtStatus Fill(DeviceObject device, Irp irp)
    {
        VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), "data"u8);
        return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
    }

    [Fact, Proves("MDL-493")]
    public void One_mdl_in_two_requests_is_unlocked_and_freed_by_the_owner_of_the_first()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, Fill);
        AddBorrower(test, freesMdl: false);
        nuint buffer = test.Process.Allocate(8);

        Assert.Equal((nuint)4, test.Handle.Read(buffer, 8).Information);

        Assert.Equal("data"u8, test.ReadUser(buffer, 4));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Theory, Proves("MDL-493", "MDL-497")]
    [InlineData(VerifierMode.Strict, 0xC4u, 0xB8u)]
    [InlineData(VerifierMode.Off, 0xC2u, 0x07u)]
    public void Freeing_the_borrowed_mdl_stops_the_machine(VerifierMode verifier, uint code, ulong parameter1)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, Fill, verifier: verifier);
        AddBorrower(test, freesMdl: true);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        Assert.Equal((code, parameter1), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-497", "MDL-430")]
    public void An_own_mdl_left_on_a_request_of_the_io_manager_is_unlocked_by_it_whether_locked_or_not()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            Mdl own = IoAllocateMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 1), 16, secondaryBuffer: true, false, irp)!;
            MmBuildMdlForNonPagedPool(own);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        Assert.Equal((0xC4u, 0x7Dul), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-497")]
    public void An_own_locked_mdl_left_on_a_request_is_freed_with_it_and_then_again_by_the_driver()
    {
        Mdl? own = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            nuint user = MmGetMdlVirtualAddress(irp.MdlAddress!);
            own = IoAllocateMdl(user, 8, secondaryBuffer: true, false, irp)!;
            MmProbeAndLockPages(own, KProcessorMode.UserMode, LockOperation.IoReadAccess);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }, verifier: VerifierMode.Off);
        test.Handle.Read(test.Process.Allocate(8), 8);
        Assert.True(own!.IsFreed);

        Assert.Equal(0xC2u, Assert.Throws<BugCheckException>(() => test.Machine.Run(() => IoFreeMdl(own))).Code);
    }

    [Theory, Proves("MDL-497")]
    [InlineData(VerifierMode.Strict, 0xCBu)]
    [InlineData(VerifierMode.Off, 0x76u)]
    public void Freeing_a_mdl_before_unlocking_it_is_paid_for_when_the_process_exits(VerifierMode verifier, uint code)
    {
        using var test = new TestDevice(Neither, verifier: verifier);
        nuint user = test.Process.Allocate(8);

        BugCheckException stop = Assert.Throws<BugCheckException>(() =>
        {
            test.Process.Run(() =>
            {
                Mdl mdl = IoAllocateMdl(user, 8, false, false, null)!;
                MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoReadAccess);
                IoFreeMdl(mdl);
            });
            test.Process.Exit();
        });

        Assert.Equal(code, stop.Code);
    }
}
