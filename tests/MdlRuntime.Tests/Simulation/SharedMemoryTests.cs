using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.PageProtection;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Simulation;

/// <summary>Memory of one process in another, with and without copy-on-write.</summary>
public sealed class SharedMemoryTests
{
    [Fact]
    public void Both_processes_see_one_page() => InTwo((machine, first, second, buffer) =>
    {
        long frames = machine.FreeFrames;

        nuint view = second.Share(first, buffer + 0x10, 0x2000, copyOnWrite: false);

        Assert.Equal((0x10u, frames), (view % 0x1000, machine.FreeFrames));
        first.Write(buffer + 0x10, [1]);
        Assert.Equal(1, Byte(second, view));
        second.Write(view + 0x1FFF, [2]);
        Assert.Equal(2, Byte(first, buffer + 0x200F));
    });

    [Fact]
    public void A_write_to_a_copy_on_write_view_is_seen_by_the_writer_alone() => InTwo((machine, first, second, buffer) =>
    {
        first.Write(buffer, [1, 1]);
        nuint view = second.Share(first, buffer, 0x2000, copyOnWrite: true);
        first.Write(buffer, [2]);
        long frames = machine.FreeFrames;

        second.Write(view + 1, [3]);

        Assert.Equal(frames - 1, machine.FreeFrames);
        Assert.Equal((2, 1, 2, 3), (Byte(first, buffer), Byte(first, buffer + 1), Byte(second, view), Byte(second, view + 1)));
        first.Write(buffer, [4]);
        first.Write(buffer + 0x1000, [5]);
        Assert.Equal((2, 5), (Byte(second, view), Byte(second, view + 0x1000)));
    });

    [Theory, Proves("MDL-157", "MDL-152", "MDL-162")]
    [InlineData(IoReadAccess, false)]
    [InlineData(IoWriteAccess, true)]
    [InlineData(IoModifyAccess, true)]
    public void Locking_for_write_makes_the_private_copy_and_locks_it(LockOperation operation, bool copies) => InTwo((machine, first, second, buffer) =>
    {
        first.Write(buffer, [1]);
        nuint view = second.Share(first, buffer, 0x1000, copyOnWrite: true);
        second.Read(view, new byte[1]);
        nuint shared = Frame(machine, first, buffer);
        long frames = machine.FreeFrames;

        second.Run(() =>
        {
            Mdl mdl = NewLocked(view, 0x1000, operation);
            nuint locked = MmGetMdlPfnArray(mdl)[0];
            Assert.Equal(copies, locked != shared);
            Assert.Equal(Frame(machine, second, view), locked);
            Assert.Equal((copies ? 0 : 1, 1), (LockCount(machine, shared), LockCount(machine, locked)));
            Assert.Equal(copies, (mdl.MdlFlags & WriteOperation) != 0);
            VirtualMemory.Write<byte>(MapSystem(mdl), 9);
            MmUnlockPages(mdl);
            IoFreeMdl(mdl);
        });

        // A driver that writes after locking for reading alters what the process itself may not write (MDL-397).
        Assert.Equal((copies ? 1 : 9, 9), (Byte(first, buffer), Byte(second, view)));
        Assert.Equal(frames - (copies ? 1 : 0), machine.FreeFrames);
    });

    [Fact, Proves("MDL-160", "MDL-150")]
    public void A_copy_that_finds_no_frame_fails_the_lock_and_leaves_nothing_locked()
    {
        using var machine = new Machine(new() { MemoryBytes = 2 << 20 });
        UserProcess first = machine.CreateProcess("first"), second = machine.CreateProcess("second");
        nuint buffer = first.Allocate(0x2000);
        nuint view = second.Share(first, buffer, 0x2000, copyOnWrite: true);
        Mdl mdl = machine.Run(() => NewMdl(view, 0x2000));
        first.Allocate((nuint)(machine.FreeFrames - 1) * 0x1000);

        var raised = Assert.Throws<NtStatusException>(() => second.Run(() => MmProbeAndLockPages(mdl, UserMode, IoWriteAccess)));

        Assert.Equal((NtStatus.STATUS_NO_MEMORY, 0, FixedSize), (raised.Status, second.LockedPages, mdl.MdlFlags));
        Assert.Equal(0, LockCount(machine, Frame(machine, second, view)));
        second.Write(view, [1]);
    }

    [Fact]
    public void A_page_lives_as_long_as_somebody_shows_it() => InTwo((machine, first, second, buffer) =>
    {
        first.Write(buffer, [7]);
        long before = machine.FreeFrames;
        nuint view = second.Share(first, buffer, 0x3000, copyOnWrite: false);

        first.Free(buffer);

        Assert.Equal((before, 7), (machine.FreeFrames, Byte(second, view)));
        second.Unmap(view);
        Assert.Equal(before + 3, machine.FreeFrames);
        Assert.Throws<NtStatusException>(() => second.Read(view, new byte[1]));
    });

    [Fact]
    public void A_page_passed_on_twice_is_still_one_page() => InTwo((machine, first, second, buffer) =>
    {
        UserProcess third = machine.CreateProcess("third");
        long frames = machine.FreeFrames;
        nuint view = second.Share(first, buffer, 0x1000, copyOnWrite: true);
        nuint again = third.Share(second, view, 0x1000, copyOnWrite: false);

        first.Write(buffer, [1]);
        Assert.Equal((1, 1), (Byte(second, view), Byte(third, again)));

        third.Write(again, [2]);
        Assert.Equal((1, 1, 2), (Byte(first, buffer), Byte(second, view), Byte(third, again)));
        Assert.Equal(frames - 1, machine.FreeFrames);
    });

    [Fact]
    public void A_view_of_copies_stays_one_when_write_permission_is_asked_for() => InTwo((_, first, second, buffer) =>
    {
        nuint view = second.Share(first, buffer, 0x1000, copyOnWrite: true);
        second.Protect(view, 1, PAGE_READONLY);
        Assert.Throws<NtStatusException>(() => second.Write(view, [1]));

        second.Protect(view, 1, PAGE_READWRITE);
        second.Write(view, [1]);

        Assert.Equal((0, 1), (Byte(first, buffer), Byte(second, view)));
        second.Protect(view, 1, PAGE_READONLY);
        Assert.Throws<NtStatusException>(() => second.Write(view, [2]));
        second.Protect(view, 1, PAGE_READWRITE);
        second.Write(view, [2]);
    });

    [Fact]
    public void The_owner_may_ask_for_copies_too() => InTwo((_, first, second, buffer) =>
    {
        nuint view = second.Share(first, buffer, 0x1000, copyOnWrite: false);
        first.Protect(buffer, 1, PAGE_WRITECOPY);

        first.Write(buffer, [1]);
        second.Write(view + 1, [2]);

        Assert.Equal((1, 0, 0, 2), (Byte(first, buffer), Byte(first, buffer + 1), Byte(second, view), Byte(second, view + 1)));
    });

    [Fact]
    public void The_view_permits_what_the_owner_permits() => InTwo((_, first, second, buffer) =>
    {
        first.Protect(buffer, 1, PAGE_READONLY);
        first.Protect(buffer + 0x1000, 1, PAGE_NOACCESS);
        nuint same = second.Share(first, buffer, 0x2000, copyOnWrite: false), copies = second.Share(first, buffer, 0x1000, copyOnWrite: true);

        second.Read(same, new byte[1]);
        Assert.Throws<NtStatusException>(() => second.Write(same, [1]));
        Assert.Throws<NtStatusException>(() => second.Read(same + 0x1000, new byte[1]));
        second.Write(copies, [1]);
        Assert.Equal(0, Byte(second, same));
    });

    [Fact]
    public void A_shared_page_leaves_memory_with_its_last_working_set() => InTwo((machine, first, second, buffer) =>
    {
        first.Write(buffer, [1]);
        nuint view = second.Share(first, buffer, 0x1000, copyOnWrite: false);
        second.Read(view, new byte[1]);
        first.Free(first.Allocate(1));
        nuint frame = Frame(machine, first, buffer);
        long frames = machine.FreeFrames;

        second.Trim();
        Assert.Equal(frames, machine.FreeFrames);
        Assert.Equal(frame, Frame(machine, first, buffer));
        first.Trim();
        Assert.True(machine.FreeFrames > frames);

        Assert.Equal(1, Byte(second, view));
        Assert.NotEqual(frame, Frame(machine, second, view));
        second.Write(view, [2]);
        Assert.Equal(2, Byte(first, buffer));
        Assert.Equal(Frame(machine, second, view), Frame(machine, first, buffer));
    });

    [Fact]
    public void A_trimmed_copy_on_write_page_is_copied_when_it_is_written() => InTwo((machine, first, second, buffer) =>
    {
        first.Write(buffer, [1]);
        nuint view = second.Share(first, buffer, 0x1000, copyOnWrite: true);
        first.Trim();
        second.Trim();

        second.Write(view + 1, [2]);

        Assert.Equal((1, 0, 1, 2), (Byte(first, buffer), Byte(first, buffer + 1), Byte(second, view), Byte(second, view + 1)));
        first.Exit();
        second.Exit();
        Assert.Equal(0, machine.System.Memory.PageFile.UsedSlots);
    });

    [Fact, Proves("D10")]
    public void Only_committed_memory_of_another_live_process_can_be_shared() => InTwo((machine, first, second, buffer) =>
    {
        using var foreign = new Machine();
        Assert.Equal("owner", Assert.Throws<ArgumentException>(() => first.Share(first, buffer, 1, false)).ParamName);
        Assert.Equal("owner", Assert.Throws<ArgumentException>(() => foreign.CreateProcess("far").Share(first, buffer, 1, false)).ParamName);
        Assert.Equal("address", Assert.Throws<ArgumentException>(() => second.Share(first, buffer, 0x3001, false)).ParamName);
        Assert.Equal("bytes", Assert.Throws<ArgumentOutOfRangeException>(() => second.Share(first, buffer, 0, false)).ParamName);
        nuint view = second.Share(first, buffer, 1, false);
        foreach (Action refused in (Action[])[() => second.Free(view), () => second.Decommit(view, 1)])
            Assert.Equal(NtStatus.STATUS_UNABLE_TO_DELETE_SECTION, Assert.Throws<NtStatusException>(refused).Status);
        Assert.Equal(NtStatus.STATUS_NOT_MAPPED_VIEW, Assert.Throws<NtStatusException>(() => first.Unmap(buffer)).Status);
        first.Exit();
        Assert.Equal("owner", Assert.Throws<ArgumentException>(() => second.Share(first, buffer, 1, false)).ParamName);
    });

    private static void InTwo(Action<Machine, UserProcess, UserProcess, nuint> test)
    {
        using var machine = new Machine();
        UserProcess first = machine.CreateProcess("first"), second = machine.CreateProcess("second");
        test(machine, first, second, first.Allocate(0x3000));
    }

    private static nuint Frame(Machine machine, UserProcess process, nuint address) => process.Object.Space!.Find(address).Pfn.Number;

    private static byte Byte(UserProcess process, nuint address)
    {
        byte[] seen = new byte[1];
        process.Read(address, seen);
        return seen[0];
    }
}
