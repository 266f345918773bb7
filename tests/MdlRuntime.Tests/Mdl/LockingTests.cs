using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmProbeAndLockPages and its relatives.</summary>
public sealed class LockingTests
{
    [Fact, Proves("MDL-153", "MDL-151")]
    public void Locking_fills_frames_flags_and_process_and_nothing_else() => InProcess((machine, process, buffer) =>
    {
        Mdl mdl = NewMdl(buffer + 0x10, 0x2000);
        nuint staleVa = mdl.MappedSystemVa;

        MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);

        nuint[] expected = [Frame(buffer), Frame(buffer + 0x1000), Frame(buffer + 0x2000)];
        Assert.Equal(expected, MmGetMdlPfnArray(mdl).ToArray());
        Assert.All(expected, pfn => Assert.Equal(1, LockCount(machine, pfn)));
        Assert.Equal(FixedSize | Locked | WriteOperation, mdl.MdlFlags);
        Assert.Same(process.Object, mdl.Process);
        Assert.Equal(3, process.LockedPages);
        Assert.Equal((staleVa, buffer, 0x10u, 0x2000u, (short)72), (mdl.MappedSystemVa, mdl.StartVa, mdl.ByteOffset, mdl.ByteCount, mdl.Size));
        Assert.Null(mdl.Next);
    });

    [Fact, Proves("MDL-153", "MDL-155", "MDL-019")]
    public void System_memory_is_charged_to_nobody() => InProcess((machine, process, _) =>
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_PAGED, 0x2000, Tag);
        Mdl mdl = NewMdl(pool, 0x2000);

        MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);

        Assert.Null(mdl.Process);
        Assert.Equal(0, process.LockedPages);
        Assert.Equal(1, LockCount(machine, Frame(pool)));
        MmUnlockPages(mdl);
        Assert.Equal(0, LockCount(machine, Frame(pool)));
    });

    [Fact, Proves("MDL-155")]
    public void Kernel_mode_may_lock_user_addresses() => InProcess((_, process, buffer) =>
    {
        Mdl mdl = NewMdl(buffer, 0x1000);
        MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);
        Assert.Equal(1, process.LockedPages);
    });

    [Theory, Proves("MDL-155", "MDL-161")]
    [InlineData(0xFFFF_BA80_0000_0000ul)]
    [InlineData(0x7FFF_FFFE_F000ul)]
    [InlineData(0xFFFF_FFFF_FFFF_F000ul)]
    public void User_mode_may_only_lock_a_range_of_the_user_half(ulong address) => InProcess((_, process, _) =>
    {
        Mdl mdl = NewMdl((nuint)address, 0x2000);

        var raised = Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, UserMode, IoReadAccess));

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, raised.Status);
        Assert.Equal(FixedSize, mdl.MdlFlags);
        Assert.Equal(nuint.MaxValue, MmGetMdlPfnArray(mdl)[0]);
        Assert.Equal(0, process.LockedPages);
    });

    [Fact, Proves("MDL-168")]
    public void Zero_bytes_of_a_user_cannot_be_locked() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewMdl(buffer + 1, 0);
        Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, UserMode, IoReadAccess));
    });

    [Fact, Proves("MDL-168", "MDL-608")]
    public void Locking_zero_bytes_for_the_kernel_is_reported() =>
        Finds(0xC4, "MDL2001", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0);
            return new(() => MmProbeAndLockPages(mdl, KernelMode, IoReadAccess), 0x4D444C01, mdl.Address, 0x08);
        });

    [Theory, Proves("MDL-158", "MDL-160", "MDL-450", "MDL-451", "DMA-125")]
    [InlineData(PageProtection.PAGE_READONLY, IoReadAccess, true)]
    [InlineData(PageProtection.PAGE_READONLY, IoWriteAccess, false)]
    [InlineData(PageProtection.PAGE_READONLY, IoModifyAccess, false)]
    [InlineData(PageProtection.PAGE_EXECUTE_READ, IoWriteAccess, false)]
    [InlineData(PageProtection.PAGE_NOACCESS, IoReadAccess, false)]
    [InlineData(PageProtection.PAGE_EXECUTE_READWRITE, IoWriteAccess, true)]
    public void The_pages_must_permit_the_operation(PageProtection protection, LockOperation operation, bool succeeds) => InProcess((_, process, _) =>
    {
        nuint buffer = process.Allocate(0x1000, protection: protection);
        Mdl mdl = NewMdl(buffer, 0x1000);
        Exception? raised = Record.Exception(() => MmProbeAndLockPages(mdl, UserMode, operation));

        Assert.Equal(succeeds ? null : NtStatus.STATUS_ACCESS_VIOLATION, (raised as NtStatusException)?.Status);
        Assert.Equal(succeeds ? 1 : 0, process.LockedPages);
        Assert.Equal(succeeds, (mdl.MdlFlags & Locked) != 0);
    });

    [Fact, Proves("MDL-159", "MDL-607")]
    public void Write_permission_is_asked_of_system_addresses_too() => InProcess((_, _, buffer) =>
    {
        Mdl outer = NewLocked(buffer, 0x1000);
        nuint readOnly = MmGetSystemAddressForMdlSafe(outer, Priority | MmPagePriority.MdlMappingNoWrite);
        Mdl mdl = NewMdl(readOnly, 0x1000);

        var raised = Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess));
        MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, raised.Status);
        Assert.Equal(MmGetMdlPfnArray(outer)[0], MmGetMdlPfnArray(mdl)[0]);
    });

    [Fact, Proves("MDL-160", "MDL-161")]
    public void A_failure_rolls_back_the_pages_locked_before() => InProcess((machine, process, _) =>
    {
        nuint buffer = process.Allocate(0x4000);
        process.Protect(buffer + 0x3000, 0x1000, PageProtection.PAGE_READONLY);
        long frames = machine.FreeFrames;
        Mdl mdl = NewMdl(buffer, 0x4000);

        Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, UserMode, IoWriteAccess));

        for (nuint page = buffer; page < buffer + 0x4000; page += 0x1000)
            Assert.Equal(0, LockCount(machine, Frame(page)));
        Assert.Equal((0, frames, FixedSize), (process.LockedPages, machine.FreeFrames, mdl.MdlFlags));
        Assert.Null(mdl.Process);
        Assert.Equal((nuint)0, VirtualMemory.Read<nuint>(mdl.Address + 0x10));

        process.Protect(buffer + 0x3000, 0x1000, PageProtection.PAGE_READWRITE);
        MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);
        Assert.Equal(4, process.LockedPages);
    });

    [Fact, Proves("MDL-150", "MDL-162")]
    public void A_guard_page_raises_its_own_status_once() => InProcess((_, process, _) =>
    {
        nuint buffer = process.Allocate(0x1000, protection: PageProtection.PAGE_READWRITE | PageProtection.PAGE_GUARD);
        Mdl mdl = NewMdl(buffer, 0x1000);

        var raised = Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, UserMode, IoReadAccess));
        MmProbeAndLockPages(mdl, UserMode, IoReadAccess);

        Assert.Equal(NtStatus.STATUS_GUARD_PAGE_VIOLATION, raised.Status);
        Assert.Equal(1, process.LockedPages);
    });

    [Fact, Proves("MDL-157")]
    public void A_copy_on_write_page_is_copied_before_it_is_locked_for_write() => InProcess((machine, process, buffer) =>
    {
        ref Pte pte = ref process.Object.Space!.Edit(buffer);
        pte.Flags = pte.Flags & ~PteFlags.Writable | PteFlags.CopyOnWrite;
        nuint shared = Frame(buffer);
        Mdl mdl = NewLocked(buffer, 0x1000, IoReadAccess);
        Assert.Equal(shared, MmGetMdlPfnArray(mdl)[0]);
        Mdl writer = NewLocked(buffer, 0x1000, IoWriteAccess);

        Assert.NotEqual(shared, MmGetMdlPfnArray(writer)[0]);
        Assert.Equal(Frame(buffer), MmGetMdlPfnArray(writer)[0]);
        Assert.Equal(1, LockCount(machine, shared));
    });

    [Fact, Proves("MDL-164", "MDL-453", "MDL-587")]
    public void Many_mdls_lock_one_page_and_counts_are_per_page_and_process() => InProcess((machine, process, buffer) =>
    {
        Mdl a = NewLocked(buffer, 0x3000), b = NewLocked(buffer, 0x3000);
        Assert.Equal((6, 2), (process.LockedPages, LockCount(machine, Frame(buffer))));

        MmUnlockPages(a);
        Assert.Equal((3, 1), (process.LockedPages, LockCount(machine, Frame(buffer))));

        MmUnlockPages(b);
        Assert.Equal((0, 0), (process.LockedPages, LockCount(machine, Frame(buffer))));
    });

    [Fact, Proves("MDL-163")]
    public void An_unlocked_mdl_may_be_locked_again() => InProcess((machine, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        MmUnlockPages(mdl);
        MmProbeAndLockPages(mdl, UserMode, IoReadAccess);
        Assert.Equal((1, 0x0A), (process.LockedPages, (int)mdl.MdlFlags));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-165", "MDL-166", "MDL-452")]
    public void The_lock_holds_the_frames_when_the_addresses_go_away() => InProcess((machine, process, buffer) =>
    {
        VirtualMemory.Write<uint>(buffer, 42);
        Mdl mdl = NewLocked(buffer, 0x3000);
        long frames = machine.FreeFrames;

        process.Free(buffer);

        Assert.False(MmIsAddressValid(buffer));
        Assert.Equal(frames, machine.FreeFrames);
        Assert.Equal(42u, VirtualMemory.Read<uint>(MmGetSystemAddressForMdlSafe(mdl, Priority)));
        MmUnlockPages(mdl);
        Assert.Equal((frames + 3, 0), (machine.FreeFrames, process.LockedPages));
    });

    [Theory, Proves("MDL-167", "MDL-163", "MDL-516", "MDL-346", "DMA-125")]
    [InlineData("locked", 0x8A, 0x02)]
    [InlineData("mapped", 0x8B, 0x03)]
    [InlineData("nonpaged", 0x0C, 0x04)]
    [InlineData("partial", 0x18, 0x10)]
    public void An_mdl_in_use_is_not_locked(string state, uint flags, uint wrong) =>
        Finds(0xC4, "MDL3009", (_, _, buffer) =>
        {
            Mdl mdl = state switch
            {
                "nonpaged" => NewNonPaged(0x1000),
                "partial" => NewPartial(NewLocked(buffer, 0x1000)),
                _ => NewLocked(buffer, 0x1000),
            };
            if (state == "mapped")
                MapSystem(mdl);
            return new(() => MmProbeAndLockPages(mdl, UserMode, IoWriteAccess), 0xB0, mdl.Address, flags, wrong);
        });

    [Fact, Proves("MDL-550")]
    public void Without_the_verifier_locking_twice_leaves_a_lock_behind() => InProcess(VerifierMode.Off, (_, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x3000);
        MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);
        MmUnlockPages(mdl);
        Assert.Equal(3, process.LockedPages);
    });

    [Fact, Proves("MDL-147", "MDL-518")]
    public void Locking_above_dispatch_level_is_reported() =>
        Finds(0xC4, "MDL6004", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            return new(() => AtIrql((Kirql)5, () => MmProbeAndLockPages(mdl, UserMode, IoReadAccess)), 0x70, 5, mdl.Address, 1);
        });

    [Fact, Proves("MDL-147")]
    public void Non_pageable_memory_may_be_locked_at_dispatch_level() => InProcess((machine, _, _) =>
    {
        Mdl mdl = NewMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x2000, Tag), 0x2000);
        AtIrql(Kirql.DISPATCH_LEVEL, () => MmProbeAndLockPages(mdl, KernelMode, IoReadAccess));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-147", "MDL-148", "MDL-522", "DMA-125")]
    public void Pageable_memory_locked_at_dispatch_level_is_reported() =>
        Finds(0xD1, "MDL6004", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer + 0x10, 0x1000);
            return new(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmProbeAndLockPages(mdl, UserMode, IoReadAccess)), buffer + 0x10, 2);
        });

    [Fact, Proves("MDL-148")]
    public void A_fault_at_dispatch_level_stops_in_every_mode()
    {
        BugCheckException stop = Stops(0xD1, (_, process, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            process.Free(buffer);
            AtIrql(Kirql.DISPATCH_LEVEL, () => MmProbeAndLockPages(mdl, UserMode, IoReadAccess));
        });
        Assert.Equal(2ul, stop.Parameter2);
    }

    [Fact, Proves("MDL-149", "DMA-125")]
    public void Addresses_mean_the_current_process() => InProcess((machine, process, buffer) =>
    {
        UserProcess other = machine.CreateProcess("other");
        Mdl mdl = NewMdl(buffer, 0x1000);

        var raised = Assert.Throws<NtStatusException>(() => other.Run(() => MmProbeAndLockPages(mdl, UserMode, IoReadAccess)));

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, raised.Status);
        Assert.Equal((0, 0), (process.LockedPages, other.LockedPages));
    });

    [Fact, Proves("MDL-174", "MDL-175")]
    public void Addresses_of_another_process_are_locked_by_attaching_to_it()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x2000);
        machine.Run(() =>
        {
            EProcess before = ProcessStructure.PsGetCurrentProcess();
            Mdl mdl = NewMdl(buffer, 0x2000);

            MmProbeAndLockProcessPages(mdl, process.Object, UserMode, IoWriteAccess);

            Assert.Same(process.Object, mdl.Process);
            Assert.Equal(2, process.LockedPages);
            Assert.Same(before, ProcessStructure.PsGetCurrentProcess());
            MmUnlockPages(mdl);

            Mdl bad = NewMdl(buffer + 0x1000, 0x2000);
            Assert.Throws<NtStatusException>(() => MmProbeAndLockProcessPages(bad, process.Object, UserMode, IoWriteAccess));
            Assert.Same(before, ProcessStructure.PsGetCurrentProcess());
            Assert.Equal(0, process.LockedPages);
        });
    }

    [Fact, Proves("MDL-176")]
    public void Wrong_flags_have_a_number_of_their_own_for_another_process() =>
        Finds(0xC4, "MDL3009", (_, process, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            return new(() => MmProbeAndLockProcessPages(mdl, process.Object, UserMode, IoReadAccess), 0xB1, mdl.Address, 0x8A, 0x02);
        });

    [Theory, Proves("MDL-176", "MDL-517")]
    [InlineData(2, 0x20019)]
    [InlineData(5, 0x71)]
    public void Another_processs_pages_are_locked_at_apc_level_at_most(byte irql, uint subcode) =>
        Finds(0xC4, "MDL6004", (_, process, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            return new(() => AtIrql((Kirql)irql, () => MmProbeAndLockProcessPages(mdl, process.Object, UserMode, IoReadAccess)),
                subcode, irql, mdl.Address, process.Object.Address);
        });

    [Fact, Proves("MDL-169")]
    public void Locking_device_memory_is_reported() =>
        Finds(0xC4, null, (machine, process, buffer) =>
        {
            MakeDeviceMemory(process, buffer, 0x100000);
            Mdl mdl = NewMdl(buffer, 0x1000);
            return new(() => MmProbeAndLockPages(mdl, UserMode, IoReadAccess), 0x6F, mdl.Address, 0x100000, machine.System.Memory.Frames.Count - 1);
        });

    [Fact, Proves("MDL-153", "MDL-181")]
    public void Without_the_verifier_device_memory_sets_a_flag_until_it_is_unlocked() => InProcess(VerifierMode.Off, (_, process, buffer) =>
    {
        MakeDeviceMemory(process, buffer, 0x100000);
        Mdl mdl = NewLocked(buffer, 0x1000, IoReadAccess);
        Assert.Equal(FixedSize | Locked | MdlFlags.MDL_IO_SPACE, mdl.MdlFlags);
        MmUnlockPages(mdl);
        Assert.Equal(FixedSize, mdl.MdlFlags);
    });

    [Fact]
    public void An_operation_that_does_not_exist_is_refused() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewMdl(buffer, 0x1000);
        Assert.Throws<ArgumentOutOfRangeException>(() => MmProbeAndLockPages(mdl, UserMode, (LockOperation)3));
    });

    [Fact, Proves("MDL-153")]
    public void A_buffer_across_page_tables_is_locked_whole()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(1500 * 0x1000);
        process.Run(() =>
        {
            Mdl mdl = NewLocked(buffer, 1500 * 0x1000);
            Assert.Equal(1500, process.LockedPages);
            for (int i = 0; i < 1500; i++)
                Assert.Equal(Frame(buffer + (nuint)i * 0x1000), MmGetMdlPfnArray(mdl)[i]);
            MmUnlockPages(mdl);
            IoFreeMdl(mdl);
        });
    }

    private static nuint Frame(nuint address) => (nuint)(MmGetPhysicalAddress(address).QuadPart >> 12);

    private static void MakeDeviceMemory(UserProcess process, nuint address, nuint pfn)
    {
        ref Pte pte = ref process.Object.Space!.Edit(address);
        pte = new() { Pfn = new(pfn), Flags = pte.Flags | PteFlags.IoSpace | PteFlags.View };
    }
}
