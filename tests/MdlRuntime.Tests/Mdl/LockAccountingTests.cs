using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>What locking counts, for whom, and what is left when it fails.</summary>
public sealed class LockAccountingTests
{
    [Fact, Proves("MDL-150", "MDL-160", "MDL-153")]
    public void A_process_locks_no_more_pages_than_it_may() => InProcess((machine, process, buffer) =>
    {
        process.LockedPagesLimit = 4;
        Mdl first = NewLocked(buffer, 0x3000), second = NewMdl(buffer, 0x2000);

        var raised = Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(second, UserMode, IoReadAccess));

        Assert.Equal((NtStatus.STATUS_WORKING_SET_QUOTA, 3, FixedSize), (raised.Status, process.LockedPages, second.MdlFlags));
        Assert.Equal(1, LockCount(machine, MmGetMdlPfnArray(first)[0]));
        Mdl pool = NewMdl(ExAllocatePool2(POOL_FLAG_PAGED, 0x8000, Tag), 0x8000);
        MmProbeAndLockPages(pool, KernelMode, IoWriteAccess);
        MmUnlockPages(first);
        MmProbeAndLockPages(second, UserMode, IoReadAccess);
        Assert.Equal(2, process.LockedPages);
    });

    [Theory, Proves("MDL-160", "MDL-161", "MDL-153")]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void A_failure_at_any_page_leaves_every_count_as_it_was(int badPage) => InProcess((machine, process, _) =>
    {
        nuint buffer = process.Allocate(0x4000);
        process.Trim();
        process.Protect(buffer + (nuint)badPage * 0x1000, 1, PageProtection.PAGE_READONLY);
        Mdl mdl = NewMdl(buffer, 0x4000), other = NewLocked(buffer, 0x4000, IoReadAccess);

        Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, UserMode, IoWriteAccess));

        Assert.All(MmGetMdlPfnArray(other).ToArray(), pfn => Assert.Equal(1, LockCount(machine, pfn)));
        Assert.Equal((4, FixedSize), (process.LockedPages, mdl.MdlFlags));
        MmUnlockPages(other);
        process.Trim();
        Assert.Equal(4, machine.System.Memory.PageFile.UsedSlots - 3);
    });

    [Fact, Proves("MDL-163", "MDL-105")]
    public void Only_the_mdl_given_is_locked() => InProcess((_, process, buffer) =>
    {
        Mdl head = NewMdl(buffer, 0x1000), next = head.Next = NewMdl(buffer + 0x1000, 0x2000);

        MmProbeAndLockPages(head, UserMode, IoWriteAccess);
        Assert.Equal((1, FixedSize), (process.LockedPages, next.MdlFlags));

        for (Mdl? mdl = head.Next; mdl is not null; mdl = mdl.Next)
            MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);
        Assert.Equal(3, process.LockedPages);
        for (Mdl? mdl = head; mdl is not null; mdl = mdl.Next)
            MmUnlockPages(mdl);
        Assert.Equal(0, process.LockedPages);
    });

    [Theory, Proves("MDL-152", "MDL-153", "MDL-181")]
    [InlineData(IoReadAccess, false)]
    [InlineData(IoWriteAccess, true)]
    [InlineData(IoModifyAccess, true)]
    public void A_reader_promises_not_to_write_and_a_modifier_is_a_writer(LockOperation operation, bool writes) => InProcess((_, process, _) =>
    {
        nuint readOnly = process.Allocate(0x1000, protection: PageProtection.PAGE_READONLY), writable = process.Allocate(0x1000);
        Mdl mdl = NewLocked(writable, 0x1000, operation);
        Assert.Equal(writes, (mdl.MdlFlags & WriteOperation) != 0);
        MmUnlockPages(mdl);

        Mdl promise = NewMdl(readOnly, 0x1000);
        Assert.Equal(writes, Record.Exception(() => MmProbeAndLockPages(promise, UserMode, operation)) is NtStatusException);
    });

    [Fact, Proves("MDL-174", "MDL-175", "MDL-183", "MDL-211")]
    public void Locks_and_views_made_while_attached_belong_to_that_process() => InProcess((machine, process, buffer) =>
    {
        UserProcess other = machine.CreateProcess("other");
        nuint theirs = other.Allocate(0x2000);
        other.Write(theirs, [1]);
        other.Trim();

        KeStackAttachProcess(other.Object);
        Mdl mdl = NewLocked(theirs, 0x2000);
        nuint view = MapUser(mdl);
        VirtualMemory.Write<byte>(theirs + 1, 2);
        KeUnstackDetachProcess();

        Assert.Same(other.Object, mdl.Process);
        Assert.Equal((0, 2), (process.LockedPages, other.LockedPages));
        Assert.Equal(0x0201, VirtualMemory.Read<short>(MapSystem(mdl)));
        Assert.Throws<NtStatusException>(() => VirtualMemory.Read<byte>(view));
        byte[] seen = new byte[2];
        other.Read(view, seen);
        Assert.Equal([1, 2], seen);

        KeStackAttachProcess(other.Object);
        MmUnmapLockedPages(view, mdl);
        KeUnstackDetachProcess();
        MmUnlockPages(mdl);
        Assert.Equal(0, other.LockedPages);
        other.Exit();
        Assert.Equal(0, VirtualMemory.Read<byte>(buffer));
    });

    [Theory, Proves("MDL-149", "MDL-174")]
    [InlineData(true)]
    [InlineData(false)]
    public void Attaching_twice_and_detaching_twice_comes_back(bool fails) => InProcess((machine, process, buffer) =>
    {
        UserProcess other = machine.CreateProcess("other");
        nuint theirs = other.Allocate(0x1000);
        if (fails)
            other.Protect(theirs, 1, PageProtection.PAGE_NOACCESS);
        Mdl mdl = NewMdl(theirs, 0x1000);

        KeStackAttachProcess(other.Object);
        KeStackAttachProcess(process.Object);
        Exception? raised = Record.Exception(() => MmProbeAndLockProcessPages(mdl, other.Object, UserMode, IoWriteAccess));
        Assert.Same(process.Object, ProcessStructure.PsGetCurrentProcess());
        KeUnstackDetachProcess();
        Assert.Same(other.Object, ProcessStructure.PsGetCurrentProcess());
        KeUnstackDetachProcess();

        Assert.Equal(fails, raised is NtStatusException { Status: NtStatus.STATUS_ACCESS_VIOLATION });
        Assert.Equal((0, fails ? 0 : 1), (process.LockedPages, other.LockedPages));
        VirtualMemory.Write<byte>(buffer, 1);
        if (!fails)
            MmUnlockPages(mdl);
    });

    [Fact, Proves("MDL-174")]
    public void An_exited_process_has_no_pages_to_lock() => InProcess((machine, _, _) =>
    {
        UserProcess other = machine.CreateProcess("other");
        nuint theirs = other.Allocate(0x1000);
        Mdl mdl = NewMdl(theirs, 0x1000);
        other.Exit();
        Assert.Equal(NtStatus.STATUS_PROCESS_IS_TERMINATING,
            Assert.Throws<NtStatusException>(() => MmProbeAndLockProcessPages(mdl, other.Object, UserMode, IoWriteAccess)).Status);
    });

    [Theory, Proves("MDL-188", "MDL-524")]
    [InlineData(1)]
    [InlineData(2)]
    public void Device_pages_unlocked_too_often_stop_without_the_verifier(int locks)
    {
        const nuint devicePage = 0x100000;
        BugCheckException stop = Stops(0x1A, (_, process, buffer) =>
        {
            for (nuint i = 0; i < 2; i++)
            {
                ref Pte pte = ref process.Object.Space!.Edit(buffer + i * 0x1000);
                pte = new() { Pfn = new(devicePage + i), Flags = pte.Flags | PteFlags.IoSpace | PteFlags.View };
            }

            NewLocked(buffer + 0x2000, 0x1000);
            NewLocked(buffer + 0x2000, 0x1000);
            Mdl mdl = NewLocked(buffer, 0x2000, IoReadAccess);
            for (int i = 1; i < locks; i++)
                NewLocked(buffer, 0x1000, IoReadAccess);
            MmUnlockPages(mdl);
            mdl.MdlFlags |= MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_IO_SPACE;
            MmUnlockPages(mdl);
        });

        Assert.Equal((0x61948ul, (ulong)devicePage, 2ul, (ulong)devicePage + (locks == 1 ? 0u : 1u)),
            (stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("MDL-189", "MDL-185")]
    public void Pages_that_the_system_picked_are_not_unlocked() =>
        Finds(0xC4, "MDL3016", (_, _, _) =>
        {
            Mdl mdl = NewPages();
            return new(() => MmUnlockPages(mdl), 0x7C, mdl.Address, (ulong)mdl.MdlFlags);
        });

    [Fact, Proves("MDL-189", "MDL-186")]
    public void Without_the_verifier_unlocking_pages_that_the_system_picked_stops()
    {
        nuint frame = 0;
        BugCheckException stop = Stops(0x4E, (_, _, _) =>
        {
            Mdl mdl = NewPages();
            frame = MmGetMdlPfnArray(mdl)[0];
            MmUnlockPages(mdl);
        });
        Assert.Equal((7ul, frame), (stop.Parameter1, (nuint)stop.Parameter2));
    }

    [Theory, Proves("MDL-186", "MDL-531")]
    [InlineData(VerifierMode.Off, POOL_FLAG_PAGED)]
    [InlineData(VerifierMode.Strict, POOL_FLAG_NON_PAGED)]
    public void Pool_that_is_locked_is_not_freed(VerifierMode mode, ulong pool)
    {
        using Machine machine = NewMachine(mode);
        nuint frame = 0;
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            nuint block = ExAllocatePool2(pool, 0x3000, Tag);
            Mdl mdl = NewMdl(block + 0x1000, 0x1000);
            MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);
            frame = MmGetMdlPfnArray(mdl)[0];
            ExFreePool(block);
        }));
        Assert.Equal((0x4Eu, 0x9Aul, (ulong)frame, 1ul), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter4));
    }

    [Theory, Proves("MDL-156", "MDL-155")]
    [InlineData(DeviceFlags.DO_DIRECT_IO)]
    public void The_io_manager_locks_for_the_mode_of_the_requester(DeviceFlags method)
    {
        using var test = new TestDevice(method, (_, irp) =>
        {
            Assert.Equal(UserMode, irp.RequestorMode);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 16);
        });
        nuint pool = test.Machine.Run(() => ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag));

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, test.Handle.Read(pool, 16).Status);
        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Read(test.Process.Allocate(16), 16).Status);
    }

    [Theory, Proves("MDL-156")]
    [InlineData(true)]
    [InlineData(false)]
    public void The_routines_that_build_requests_lock_for_the_kernel(bool isRead)
    {
        nuint pool = 0;
        MdlFlags flags = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            flags = irp.MdlAddress!.MdlFlags;
            Assert.Equal((KernelMode, pool), (irp.RequestorMode, MmGetMdlVirtualAddress(irp.MdlAddress!)));
            return Complete(irp, NtStatus.STATUS_SUCCESS, 16);
        });
        test.Machine.Run(() =>
        {
            pool = ExAllocatePool2(POOL_FLAG_PAGED, 0x1000, Tag);
            var done = new KEvent();
            KeInitializeEvent(done, notification: true, state: false);
            MajorFunction major = isRead ? MajorFunction.IRP_MJ_READ : MajorFunction.IRP_MJ_WRITE;
            Irp irp = IoBuildSynchronousFsdRequest(major, test.Device, pool, 16, 0, done, out _)!;
            Assert.Equal(NtStatus.STATUS_SUCCESS, IoCallDriver(test.Device, irp));
        });

        Assert.True((flags & Locked) != 0);
        Assert.Equal(isRead, (flags & WriteOperation) != 0);
    }

    [Theory, Proves("MDL-173", "MDL-152", "MDL-150")]
    [InlineData(PageProtection.PAGE_READONLY, true, NtStatus.STATUS_ACCESS_VIOLATION)]
    [InlineData(PageProtection.PAGE_READONLY, false, NtStatus.STATUS_SUCCESS)]
    [InlineData(PageProtection.PAGE_READWRITE, true, NtStatus.STATUS_SUCCESS)]
    [InlineData(PageProtection.PAGE_READWRITE | PageProtection.PAGE_GUARD, false, NtStatus.STATUS_INVALID_USER_BUFFER)]
    public void A_file_system_locks_for_the_direction_of_the_transfer(PageProtection protection, bool isRead, NtStatus expected)
    {
        using var test = new TestDevice(Neither, FileSystemDispatch);
        nuint buffer = test.Process.Allocate(0x1000, protection: protection);

        IoStatusBlock result = isRead ? test.Handle.Read(buffer, 0x1000) : test.Handle.Write(buffer, 0x1000);

        Assert.Equal((expected, 0), (result.Status, test.Process.LockedPages));
        Assert.Empty(test.Machine.Findings);
    }

    private static Mdl NewPages() => MmAllocatePagesForMdl(new(0), new(long.MaxValue), new(0), 0x2000)!;

    /// <summary>What a file system does with the buffer of a request that is neither buffered nor direct.</summary>
    private static NtStatus FileSystemDispatch(DeviceObject device, Irp irp)
    {
        IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
        bool isRead = stack.MajorFunction == MajorFunction.IRP_MJ_READ;
        Mdl mdl = IoAllocateMdl(irp.UserBuffer, stack.Parameters.Read.Length, false, true, null)!;
        try
        {
            MmProbeAndLockPages(mdl, irp.RequestorMode, isRead ? IoWriteAccess : IoReadAccess);
        }
        catch (NtStatusException exception)
        {
            IoFreeMdl(mdl);
            bool isExpected = exception.Status is NtStatus.STATUS_ACCESS_VIOLATION or NtStatus.STATUS_INSUFFICIENT_RESOURCES;
            return Complete(irp, isExpected ? exception.Status : NtStatus.STATUS_INVALID_USER_BUFFER);
        }

        MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        return Complete(irp, NtStatus.STATUS_SUCCESS, stack.Parameters.Read.Length);
    }
}
