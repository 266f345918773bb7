using MdlRuntime.Simulation;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.PageProtection;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Simulation;

/// <summary>Reserving, committing, protecting and freeing, as user code does it.</summary>
public sealed class UserMemoryTests
{
    [Fact]
    public void Reserved_addresses_are_touched_in_vain_and_cost_no_frames() => InApp((machine, process) =>
    {
        long frames = machine.FreeFrames;

        nuint reserved = process.Reserve(0x5000);

        Assert.Equal((0u, frames), (reserved % 0x10000, machine.FreeFrames));
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => process.Read(reserved, new byte[1]));
        Assert.True(process.Allocate(1) > reserved + 0x5000);
    });

    [Fact]
    public void A_fixed_base_is_rounded_down_to_an_allocation_boundary_and_covers_what_was_asked_for() => InApp((machine, process) =>
    {
        nuint reserved = process.Reserve(0x1000, 0x7000_F800);

        Assert.Equal((nuint)0x7000_0000, reserved);
        process.Commit(0x7001_0000, 1);
        process.Write(0x7001_0FFF, [1]);
        Assert.Throws<ArgumentException>(() => process.Commit(0x7001_1000, 1));
    });

    [Theory]
    [InlineData(0x0400_0000)]
    [InlineData(0x0401_2000)]
    [InlineData(0x03FF_0000)]
    public void Reserving_over_something_is_refused(uint address) => InApp((_, process) =>
    {
        process.Reserve(0x13000, 0x0400_0000);
        Raises(NtStatus.STATUS_CONFLICTING_ADDRESSES, () => process.Reserve(0x10001, address));
        process.Reserve(0x10000, 0x03FF_0000);
        process.Reserve(0x1000, 0x0402_0000);
    });

    [Fact]
    public void A_part_of_a_reservation_can_be_committed_and_decommitted() => InApp((machine, process) =>
    {
        nuint reserved = process.Reserve(0x10000);
        long frames = machine.FreeFrames;

        process.Commit(reserved + 0x2FFF, 2, PAGE_READWRITE);

        Assert.Equal(frames - 2, machine.FreeFrames);
        process.Write(reserved + 0x2000, Enumerable.Repeat((byte)1, 0x2000).ToArray());
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => process.Read(reserved + 0x1FFF, new byte[1]));
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => process.Read(reserved + 0x4000, new byte[1]));

        process.Decommit(reserved + 0x2000, 0x1000);
        Assert.Equal(frames - 1, machine.FreeFrames);
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => process.Read(reserved + 0x2000, new byte[1]));
        Assert.Equal(1, Byte(process, reserved + 0x3000));

        process.Commit(reserved + 0x2000, 0x1000);
        Assert.Equal(0, Byte(process, reserved + 0x2000));
    });

    [Fact]
    public void Committing_again_keeps_contents_and_sets_the_protection() => InApp((machine, process) =>
    {
        nuint buffer = process.Allocate(0x1000);
        process.Write(buffer, [7]);
        long frames = machine.FreeFrames;

        process.Commit(buffer, 0x1000, PAGE_READONLY);

        Assert.Equal((7, frames), (Byte(process, buffer), machine.FreeFrames));
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => process.Write(buffer, [8]));
    });

    [Fact]
    public void A_commit_that_memory_cannot_hold_changes_nothing()
    {
        using var machine = new Machine(new() { MemoryBytes = 1 << 20 });
        UserProcess process = machine.CreateProcess("app");
        nuint reserved = process.Reserve(4 << 20);
        process.Commit(reserved, 0x1000);
        long frames = machine.FreeFrames;

        Raises(NtStatus.STATUS_NO_MEMORY, () => process.Commit(reserved, (nuint)(frames + 2) * 0x1000, PAGE_READONLY));

        Assert.Equal(frames, machine.FreeFrames);
        process.Write(reserved, [1]);
        process.Commit(reserved, (nuint)(frames + 1) * 0x1000);
        Assert.Equal(0, machine.FreeFrames);
    }

    [Fact]
    public void A_range_over_two_allocations_is_refused_as_a_whole() => InApp((_, process) =>
    {
        nuint first = process.Reserve(0x10000, 0x0400_0000);
        process.Reserve(0x10000, 0x0401_0000);

        Assert.Throws<ArgumentException>(() => process.Commit(first + 0xF000, 0x2000));
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => process.Read(first + 0xF000, new byte[1]));
        Assert.Throws<ArgumentException>(() => process.Decommit(first + 0xF000, 0x2000));
        Assert.Throws<ArgumentException>(() => process.Free(first + 0x1000));
        process.Free(first);
        Assert.Throws<ArgumentException>(() => process.Commit(first, 1));
    });

    [Theory, Proves("MDL-220")]
    [InlineData("reserve", NtStatus.STATUS_CONFLICTING_ADDRESSES)]
    [InlineData("commit", NtStatus.STATUS_CONFLICTING_ADDRESSES)]
    [InlineData("decommit", NtStatus.STATUS_UNABLE_TO_DELETE_SECTION)]
    [InlineData("free", NtStatus.STATUS_UNABLE_TO_DELETE_SECTION)]
    [InlineData("unmap", NtStatus.STATUS_NOT_MAPPED_VIEW)]
    public void A_drivers_view_is_the_drivers(string operation, NtStatus status) => InProcess((_, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x2000);
        nuint view = MapUser(mdl);

        Raises(status, () =>
        {
            switch (operation)
            {
                case "reserve": process.Reserve(1, view); break;
                case "commit": process.Commit(view, 1); break;
                case "decommit": process.Decommit(view, 1); break;
                case "free": process.Free(view); break;
                default: process.Unmap(view); break;
            }
        });

        process.Write(view, [3]);
        Assert.Equal(3, Byte(process, buffer));
        MmUnmapLockedPages(view, mdl);
        MmUnlockPages(mdl);
    });

    [Fact, Proves("D11", "MDL-165")]
    public void A_decommitted_page_stays_with_the_mdl_that_locks_it() => InProcess((machine, process, buffer) =>
    {
        process.Write(buffer, [9]);
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint system = MapSystem(mdl);
        long frames = machine.FreeFrames;

        process.Decommit(buffer, 0x1000);
        process.Commit(buffer, 0x1000);

        Assert.Equal(frames - 1, machine.FreeFrames);
        Assert.Equal((9, 0), (VirtualMemory.Read<byte>(system), Byte(process, buffer)));
        MmUnlockPages(mdl);
        Assert.Equal(frames, machine.FreeFrames);
    });

    [Fact, Proves("MDL-165", "MDL-337")]
    public void A_lock_does_not_keep_the_protection() => InProcess((_, process, buffer) =>
    {
        RuntimeLibrary.ProbeForWrite(buffer, 0x1000, 1);
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint system = MapSystem(mdl);

        process.Protect(buffer, 0x1000, PAGE_NOACCESS);
        VirtualMemory.Write<byte>(system, 5);

        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => VirtualMemory.Read<byte>(buffer));
        process.Protect(buffer, 0x1000, PAGE_READONLY);
        Assert.Equal(5, VirtualMemory.Read<byte>(buffer));
        MmUnlockPages(mdl);
    });

    [Fact, Proves("MDL-337")]
    public void A_probe_promises_nothing_about_later_accesses() => InProcess((_, process, buffer) =>
    {
        RuntimeLibrary.ProbeForWrite(buffer, 0x2000, 1);
        process.Protect(buffer, 0x1000, PAGE_READONLY);
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => VirtualMemory.Write<byte>(buffer, 1));

        RuntimeLibrary.ProbeForRead(buffer, 0x2000, 1);
        process.Free(buffer);
        Raises(NtStatus.STATUS_ACCESS_VIOLATION, () => VirtualMemory.Read<byte>(buffer));
    });

    [Theory]
    [InlineData(PAGE_NOACCESS, false, false, false)]
    [InlineData(PAGE_READONLY, true, false, false)]
    [InlineData(PAGE_READWRITE, true, true, false)]
    [InlineData(PAGE_EXECUTE, true, false, true)]
    [InlineData(PAGE_EXECUTE_READ, true, false, true)]
    [InlineData(PAGE_EXECUTE_READWRITE, true, true, true)]
    public void A_protection_permits_what_its_name_says(PageProtection protection, bool read, bool write, bool execute) => InApp((machine, process) =>
    {
        nuint reserved = process.Reserve(0x1000);
        process.Commit(reserved, 1, protection);

        Assert.Equal(read, Succeeds(() => process.Read(reserved, new byte[1])));
        Assert.Equal(write, Succeeds(() => process.Write(reserved, [1])));
        Assert.Equal(execute, machine.System.Memory.Translate(process.Object.Space, reserved, MemoryAccess.Execute, out _) == PageFault.None);
    });

    [Theory, Proves("MDL-150")]
    [InlineData(PAGE_READWRITE | PAGE_GUARD)]
    [InlineData(PAGE_READONLY | PAGE_GUARD)]
    public void A_guard_page_raises_once_each_time_it_is_set(PageProtection protection) => InApp((_, process) =>
    {
        nuint buffer = process.Allocate(0x2000);
        for (int i = 0; i < 2; i++)
        {
            process.Protect(buffer, 0x2000, protection);
            Raises(NtStatus.STATUS_GUARD_PAGE_VIOLATION, () => process.Read(buffer + 8, new byte[1]));
            process.Read(buffer, new byte[1]);
            Raises(NtStatus.STATUS_GUARD_PAGE_VIOLATION, () => process.Read(buffer + 0x1000, new byte[1]));
        }
    });

    [Fact, Proves("D10")]
    public void Bad_ranges_are_refused_with_what_is_allowed() => InApp((_, process) =>
    {
        Assert.Contains("allowed", Assert.Throws<ArgumentOutOfRangeException>(() => process.Reserve(0)).Message);
        Assert.Contains("allowed", Assert.Throws<ArgumentOutOfRangeException>(() => process.Reserve(1, 0xFFFF)).Message);
        Assert.Contains("allowed", Assert.Throws<ArgumentOutOfRangeException>(() => process.Reserve(2, UserSpace.HighestAddress)).Message);
        Assert.Equal("bytes", Assert.Throws<ArgumentOutOfRangeException>(() => process.Commit(0x10000, 0)).ParamName);
        Assert.Equal("bytes", Assert.Throws<ArgumentOutOfRangeException>(() => process.Decommit(0x10000, nuint.MaxValue)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => process.Commit(0x10000, 1, PAGE_WRITECOPY));
        Assert.Throws<ArgumentOutOfRangeException>(() => process.Protect(process.Allocate(1), 1, PAGE_WRITECOPY));
        Raises(NtStatus.STATUS_NO_MEMORY, () => process.Reserve(UserSpace.HighestAddress));
    });

    [Fact]
    public void Every_frame_comes_back_when_the_process_ends() => InApp((machine, process) =>
    {
        UserProcess other = machine.CreateProcess("other");
        long frames = machine.FreeFrames;
        nuint reserved = other.Reserve(0x100000);
        other.Commit(reserved + 0x8000, 0x9000);
        other.Decommit(reserved + 0x9000, 0x1000);
        other.Allocate(0x4000);
        other.Share(process, process.Allocate(0x1000), 0x1000, copyOnWrite: true);
        other.Trim();

        other.Exit();

        Assert.Equal(frames - 1, machine.FreeFrames);
        Assert.Equal(0, machine.System.Memory.PageFile.UsedSlots);
    });

    private static void InApp(Action<Machine, UserProcess> test)
    {
        using var machine = new Machine();
        test(machine, machine.CreateProcess("app"));
    }

    private static byte Byte(UserProcess process, nuint address)
    {
        byte[] seen = new byte[1];
        process.Read(address, seen);
        return seen[0];
    }

    private static bool Succeeds(Action action) => Record.Exception(action) is null;

    private static void Raises(NtStatus status, Action action) => Assert.Equal(status, Assert.Throws<NtStatusException>(action).Status);
}
