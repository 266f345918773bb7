using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

/// <summary>Who unlocks and frees the MDLs that hang on a request.</summary>
public sealed class MdlOwnershipTests
{
    private const MdlFlags Locked = MdlFlags.MDL_PAGES_LOCKED;

    [Theory, Proves("MDL-107")]
    [InlineData(8u, 1)]
    [InlineData(0u, 0)]
    public void A_request_of_the_io_manager_carries_one_mdl_or_none(uint length, int expected)
    {
        int count = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            for (Mdl? mdl = irp.MdlAddress; mdl is not null; mdl = mdl.Next)
                count++;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        test.Handle.Read(test.Process.Allocate(8), length);

        Assert.Equal(expected, count);
    }

    [Fact, Proves("MDL-109", "DMA-122")]
    public void The_io_manager_ends_the_mdls_that_a_driver_attached_to_its_request()
    {
        Mdl? attached = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);
        nuint buffer = test.Process.Allocate(0x1000), other = test.Process.Allocate(0x2000);
        test.Driver.MajorFunction[MajorFunction.IRP_MJ_READ] = (_, irp) =>
        {
            attached = IoAllocateMdl(other, 0x2000, secondaryBuffer: true, false, irp)!;
            MmProbeAndLockPages(attached, KProcessorMode.UserMode, LockOperation.IoReadAccess);
            Assert.Equal(3, test.Process.LockedPages);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        };

        test.Handle.Read(buffer, 8);

        Assert.Equal(0, test.Process.LockedPages);
        Assert.True(attached!.IsFreed);
    }

    [Theory, Proves("MDL-110")]
    [InlineData(false)]
    [InlineData(true)]
    public void Freeing_or_reusing_a_request_leaves_its_mdl_to_the_driver(bool reuses)
    {
        using var test = new TestDevice(Neither, verifier: VerifierMode.Off);
        nuint buffer = test.Process.Allocate(0x1000);
        test.Process.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, false)!;
            Mdl mdl = IoAllocateMdl(buffer, 0x1000, false, false, irp)!;
            MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoReadAccess);

            if (reuses)
                IoReuseIrp(irp, NtStatus.STATUS_SUCCESS);
            else
                IoFreeIrp(irp);

            Assert.Equal((1, Locked, false), (test.Process.LockedPages, mdl.MdlFlags & Locked, mdl.IsFreed));
            MmUnlockPages(mdl);
            IoFreeMdl(mdl);
        });
    }

    [Theory, Proves("MDL-111")]
    [InlineData(false, 0x7Du)]
    [InlineData(true, 0xB4u)]
    public void An_mdl_without_locks_left_on_a_request_is_unlocked_all_the_same(bool isPartial, uint subcode)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            Mdl whole = irp.MdlAddress!;
            nuint address = isPartial ? MmGetMdlVirtualAddress(whole) : ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 1);
            Mdl left = IoAllocateMdl(address, 8, secondaryBuffer: true, false, irp)!;
            if (isPartial)
                IoBuildPartialMdl(whole, left, address, 8);
            else
                MmBuildMdlForNonPagedPool(left);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        Assert.Equal((0xC4u, (ulong)subcode), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-112")]
    public void A_filter_that_does_not_put_the_mdl_back_loses_its_lock_and_has_its_own_freed()
    {
        Mdl? original = null, own = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS), verifier: VerifierMode.Off);
        test.AddFilter((device, irp) =>
        {
            original = irp.MdlAddress;
            own = IoAllocateMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, 1), 0x1000, false, false, irp)!;
            MmProbeAndLockPages(own, KProcessorMode.KernelMode, LockOperation.IoWriteAccess);
            IoSkipCurrentIrpStackLocation(irp);
            return IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
        });

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal((false, true, 1), (original!.IsFreed, own!.IsFreed, test.Process.LockedPages));
    }

    [Fact, Proves("MDL-113", "MDL-535")]
    public void Using_the_mdl_of_a_completed_request_is_a_finding()
    {
        Mdl? kept = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            kept = irp.MdlAddress;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        test.Handle.Read(test.Process.Allocate(8), 8);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() => MmGetMdlByteCount(kept!)));

        Assert.Equal((0xCCu, "MDL3001"), (stop.Code, stop.RuleId));
    }

    /// <summary>Each half of a read goes down in a request of its own, so that nobody maps or frees the whole.</summary>
    [Fact, Proves("MDL-134", "MDL-135")]
    public void A_split_request_sends_partial_mdls_in_requests_that_take_them_off_again()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            Mdl mdl = irp.MdlAddress!;
            byte[] half = [.. Enumerable.Repeat((byte)('a' + MmGetMdlVirtualAddress(mdl) % 8), (int)MmGetMdlByteCount(mdl))];
            VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute), half);
            return Complete(irp, NtStatus.STATUS_SUCCESS, (nuint)half.Length);
        });
        test.AddFilter((device, irp) =>
        {
            foreach (uint start in (uint[])[0, 4])
                SendPart((DeviceObject)device.DeviceExtension!, irp.MdlAddress!, start, 4);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 8);
        });
        nuint buffer = test.Process.Allocate(8);
        int free = test.Machine.FreeSystemPtes;

        test.Handle.Read(buffer, 8);

        Assert.Equal("aaaaeeee"u8, test.ReadUser(buffer, 8));
        Assert.Equal((0, free), (test.Process.LockedPages, test.Machine.FreeSystemPtes));
        Assert.Empty(test.Machine.Findings);
    }

    private static void SendPart(DeviceObject lower, Mdl whole, uint start, uint length)
    {
        Irp irp = IoAllocateIrp(lower.StackSize, false)!;
        nuint address = MmGetMdlVirtualAddress(whole) + start;
        IoBuildPartialMdl(whole, IoAllocateMdl(address, length, false, false, irp)!, address, length);
        IoStackLocation next = IoGetNextIrpStackLocation(irp);
        (next.MajorFunction, next.Parameters.Read.Length) = (MajorFunction.IRP_MJ_READ, length);
        IoSetCompletionRoutine(irp, (_, own, _) =>
        {
            IoFreeMdl(own.MdlAddress!);
            own.MdlAddress = null;
            IoFreeIrp(own);
            return NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
        }, null, true, true, true);
        IoCallDriver(lower, irp);
    }
}
