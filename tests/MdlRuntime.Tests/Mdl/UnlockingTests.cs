using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmUnlockPages: what it does, and what undoing too much leads to.</summary>
public sealed class UnlockingTests
{
    [Fact, Proves("MDL-181", "MDL-182", "MDL-606")]
    public void Unlocking_keeps_the_description_of_the_buffer() => InProcess((_, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer + 5, 0x1000);
        Mdl next = mdl.Next = NewMdl(0, 1);

        MmUnlockPages(mdl);

        Assert.Equal((buffer, 5u, 0x1000u, (short)64), (mdl.StartVa, mdl.ByteOffset, mdl.ByteCount, mdl.Size));
        Assert.Equal(FixedSize | WriteOperation, mdl.MdlFlags);
        Assert.Same(next, mdl.Next);
        Assert.Same(process.Object, mdl.Process);
        Assert.Equal(0, process.LockedPages);
    });

    [Fact, Proves("MDL-183")]
    public void Any_process_may_unlock_and_the_right_one_is_credited() => InProcess((machine, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x3000);
        machine.CreateProcess("other").Run(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmUnlockPages(mdl)));
        Assert.Equal(0, process.LockedPages);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-105", "MDL-195")]
    public void Only_the_mdl_given_is_unlocked() => InProcess((_, process, buffer) =>
    {
        Mdl head = NewLocked(buffer, 0x1000);
        head.Next = NewLocked(buffer + 0x1000, 0x2000);
        MmUnlockPages(head);
        Assert.Equal(2, process.LockedPages);
    });

    [Fact, Proves("MDL-184")]
    public void A_user_view_stays() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint view = MapUser(mdl);
        MmUnlockPages(mdl);
        VirtualMemory.Write<byte>(view, 9);
        Assert.Equal(9, VirtualMemory.Read<byte>(buffer));
        MmUnmapLockedPages(view, mdl);
        IoFreeMdl(mdl);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-185", "MDL-518")]
    public void Unlocking_pages_that_never_were_locked_is_reported() =>
        Finds(0xC4, "MDL3005", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            return new(() => MmUnlockPages(mdl), 0x7C, mdl.Address, 0x08);
        });

    [Fact, Proves("MDL-185", "MDL-550")]
    public void Unlocking_twice_is_reported() =>
        Finds(0xC4, "MDL3005", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000, IoReadAccess);
            MmUnlockPages(mdl);
            return new(() => MmUnlockPages(mdl), 0x7C, mdl.Address, 0x08);
        });

    [Fact, Proves("MDL-185", "MDL-139")]
    public void Unlocking_non_paged_memory_is_reported() =>
        Finds(0xC4, "MDL3005", (_, _, _) =>
        {
            Mdl mdl = NewNonPaged(0x1000);
            return new(() => MmUnlockPages(mdl), 0x7D, mdl.Address, 0x0C);
        });

    [Fact, Proves("MDL-180", "MDL-518")]
    public void Unlocking_above_dispatch_level_is_reported() =>
        Finds(0xC4, "MDL6004", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            return new(() => AtIrql((Kirql)5, () => MmUnlockPages(mdl)), 0x78, 5, mdl.Address);
        });

    [Fact, Proves("MDL-186", "MDL-532", "MDL-550")]
    public void Without_the_verifier_a_process_without_locked_pages_stops()
    {
        Mdl mdl = null!;
        BugCheckException stop = Stops(0x76, (_, _, buffer) =>
        {
            mdl = NewLocked(buffer, 0x1000);
            MmUnlockPages(mdl);
            MmUnlockPages(mdl);
        });
        Assert.Equal((1ul, mdl.Address, 0ul, 0ul, "MDL3005"), (stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
    }

    [Fact, Proves("MDL-186", "MDL-531", "MDL-550")]
    public void Without_the_verifier_a_frame_that_nobody_locks_stops()
    {
        nuint pfn = 0;
        BugCheckException stop = Stops(0x4E, (_, _, buffer) =>
        {
            NewLocked(buffer + 0x1000, 0x1000);
            Mdl mdl = NewLocked(buffer, 0x1000);
            pfn = MmGetMdlPfnArray(mdl)[0];
            MmUnlockPages(mdl);
            MmUnlockPages(mdl);
        });
        Assert.Equal((7ul, (ulong)pfn, 0ul, 0ul), (stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("MDL-550")]
    public void Without_the_verifier_unlocking_non_paged_memory_stops() =>
        Assert.Equal(7ul, Stops(0x4E, (_, _, _) => MmUnlockPages(NewNonPaged(0x1000))).Parameter1);

    [Fact, Proves("MDL-550")]
    public void Without_the_verifier_unlocking_a_part_takes_the_lock_of_its_source()
    {
        BugCheckException stop = Stops(0x4E, (_, process, buffer) =>
        {
            NewLocked(buffer + 0x1000, 0x1000);
            Mdl source = NewLocked(buffer, 0x1000);
            MmUnlockPages(NewPartial(source));
            Assert.Equal(1, process.LockedPages);
            MmUnlockPages(source);
        });
        Assert.Equal(7ul, stop.Parameter1);
    }

    [Fact, Proves("MDL-172", "MDL-094")]
    public void A_verified_machine_knows_which_lock_was_left_behind() => InProcess((machine, process, buffer) =>
    {
        LockLedger locks = machine.System.Layer<MdlLayer>().Locks;
        Mdl first = NewLocked(buffer, 0x1000), second = NewLocked(buffer, 0x2000);
        MmUnlockPages(first);

        Assert.True(locks.TryFind(process.Object, out PageLock left));
        Assert.Equal((second.Address, 2), (left.MdlAddress, left.Pages));
        MmUnlockPages(second);
        Assert.False(locks.TryFind(process.Object, out _));
    });
}
