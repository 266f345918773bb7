using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Simulation;

public sealed class UserProcessTests
{
    [Fact]
    public void Allocated_memory_is_zeroed_starts_at_the_offset_asked_for_and_gives_its_frames_back()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        long free = machine.FreeFrames;
        nuint first = process.Allocate(4096, pageOffset: 1);
        Assert.Equal(free - 2, machine.FreeFrames);
        process.Write(first, [.. Enumerable.Repeat((byte)0xFF, 4096)]);
        process.Free(first);
        Assert.Equal(free, machine.FreeFrames);

        nuint second = process.Allocate(4096, pageOffset: 4095);
        byte[] seen = new byte[4096];
        process.Read(second, seen);

        Assert.Equal(4095u, second % 4096);
        Assert.DoesNotContain(seen, value => value != 0);
    }

    [Fact]
    [Proves("D10")]
    public void Bad_arguments_are_refused_with_their_range()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(4096);

        Assert.Contains("allowed: 1 to", Assert.Throws<ArgumentOutOfRangeException>(() => process.Allocate(0)).Message);
        Assert.Contains("allowed: 0 to 4095", Assert.Throws<ArgumentOutOfRangeException>(() => process.Allocate(1, pageOffset: 4096)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => process.Allocate(1, protection: PageProtection.PAGE_WRITECOPY));
        Assert.Throws<ArgumentOutOfRangeException>(() => process.Allocate(1, protection: PageProtection.PAGE_READONLY | PageProtection.PAGE_READWRITE));
        Assert.Throws<ArgumentOutOfRangeException>(() => process.Protect(buffer, 0, PageProtection.PAGE_READONLY));
        Assert.Throws<ArgumentException>(() => process.Protect(buffer, 4097, PageProtection.PAGE_READONLY));
        Assert.Throws<ArgumentException>(() => process.Free(buffer + 4096));
        process.Free(buffer);
        Assert.Throws<ArgumentException>(() => process.Free(buffer));
        Assert.ThrowsAny<ArgumentException>(() => machine.CreateProcess(""));
    }

    [Fact]
    public void Memory_that_cannot_be_committed_raises_no_memory_and_changes_nothing()
    {
        using var machine = new Machine(new() { MemoryBytes = 1 << 20 });
        UserProcess process = machine.CreateProcess("app");
        long free = machine.FreeFrames;

        Assert.Equal(NtStatus.STATUS_NO_MEMORY, Assert.Throws<NtStatusException>(() => process.Allocate((nuint)(free + 1) * 4096)).Status);
        Assert.Equal(NtStatus.STATUS_NO_MEMORY, Assert.Throws<NtStatusException>(() => process.Allocate((nuint)1 << 46)).Status);
        Assert.Equal(free, machine.FreeFrames);
        process.Free(process.Allocate((nuint)free * 4096));

        Assert.Equal(free, machine.FreeFrames);
    }

    [Fact]
    public void Processes_do_not_see_each_others_memory()
    {
        using var machine = new Machine();
        UserProcess first = machine.CreateProcess("first"), second = machine.CreateProcess("second");
        nuint ours = first.Allocate(16), theirs = second.Allocate(16);
        first.Write(ours, [1]);
        second.Write(theirs, [2]);
        byte[] seen = new byte[1];

        Assert.Equal(ours, theirs);
        first.Read(ours, seen);
        Assert.Equal(1, seen[0]);
        second.Read(theirs, seen);
        Assert.Equal(2, seen[0]);
    }

    [Fact]
    public void Protection_changes_page_by_page_and_only_as_a_whole()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(3 * 4096);
        Assert.Throws<ArgumentException>(() => process.Protect(buffer, 4 * 4096, PageProtection.PAGE_READONLY));
        process.Write(buffer, [1]);
        process.Protect(buffer + 4096 + 5, 1, PageProtection.PAGE_READONLY);
        process.Write(buffer + 4095, [1]);
        process.Write(buffer + 8192, [1]);

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, Assert.Throws<NtStatusException>(() => process.Write(buffer + 4095, [1, 2])).Status);
        process.Protect(buffer, 3 * 4096, PageProtection.PAGE_READWRITE);
        process.Write(buffer + 4095, [1, 2]);
    }
}
