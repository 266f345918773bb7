using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Memory;

/// <summary>Pages that leave memory and come back.</summary>
public sealed class PagingTests
{
    [Theory]
    [InlineData(FramePolicy.Scattered)]
    [InlineData(FramePolicy.Sequential)]
    [InlineData(FramePolicy.Reversed)]
    [InlineData(FramePolicy.HighFirst)]
    public void A_trimmed_page_comes_back_with_its_bytes_in_another_frame(FramePolicy policy)
    {
        using var machine = new Machine(new() { Frames = policy });
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        byte[] bytes = [.. Enumerable.Range(0, 0x3000).Select(i => (byte)(i * 7 + i / 251))];
        process.Write(buffer, bytes);
        long frames = machine.FreeFrames;
        for (int round = 0; round < 3; round++)
        {
            nuint[] before = Frames(process, buffer);
            process.Trim();
            Assert.Equal((frames + 3, 3), (machine.FreeFrames, machine.System.Memory.PageFile.UsedSlots));

            byte[] seen = new byte[0x3000];
            process.Read(buffer, seen);

            Assert.Equal(bytes, seen);
            Assert.All(Frames(process, buffer).Zip(before), pair => Assert.NotEqual(pair.First, pair.Second));
            Assert.Equal((frames, 0), (machine.FreeFrames, machine.System.Memory.PageFile.UsedSlots));
        }
    }

    [Fact]
    public void A_freed_frame_may_serve_somebody_else()
    {
        using var machine = new Machine(new() { MemoryBytes = 1 << 20 });
        UserProcess process = machine.CreateProcess("app"), other = machine.CreateProcess("other");
        nuint buffer = process.Allocate((nuint)machine.FreeFrames * 0x1000);
        process.Write(buffer, [1]);

        process.Trim();
        nuint theirs = other.Allocate((nuint)machine.FreeFrames * 0x1000);
        other.Write(theirs, [2]);

        Assert.Equal(NtStatus.STATUS_NO_MEMORY, Assert.Throws<NtStatusException>(() => process.Read(buffer, new byte[1])).Status);
        other.Free(theirs);
        Assert.Equal(1, Byte(process, buffer));
    }

    [Fact, Proves("MDL-332", "MDL-331")]
    public void A_page_that_is_not_in_memory_has_no_physical_address() => InProcess((_, process, buffer) =>
    {
        Assert.True(MmIsAddressValid(buffer));
        process.Trim();
        Assert.False(MmIsAddressValid(buffer));
        Assert.Equal(0, MmGetPhysicalAddress(buffer).QuadPart);
        VirtualMemory.Read<byte>(buffer);
        Assert.True(MmIsAddressValid(buffer));
    });

    [Fact, Proves("MDL-151", "MDL-164", "MDL-165")]
    public void A_locked_page_stays_until_the_last_lock_is_gone() => InProcess((machine, process, buffer) =>
    {
        process.Write(buffer, [5]);
        Mdl a = NewLocked(buffer, 0x1000), b = NewLocked(buffer, 0x1000);
        nuint frame = MmGetMdlPfnArray(a)[0];
        foreach (Mdl mdl in (Mdl[])[a, b])
        {
            process.Trim();
            Assert.Equal((frame, 2), (Frames(process, buffer)[0], machine.System.Memory.PageFile.UsedSlots));
            MmUnlockPages(mdl);
        }

        process.Trim();
        Assert.Equal(3, machine.System.Memory.PageFile.UsedSlots);
        Assert.Equal(5, VirtualMemory.Read<byte>(buffer));
        Assert.NotEqual(frame, Frames(process, buffer)[0]);
    });

    [Fact, Proves("MDL-182")]
    public void After_unlocking_the_frame_numbers_go_stale() => InProcess((_, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x3000);
        nuint[] frames = MmGetMdlPfnArray(mdl).ToArray();
        MmUnlockPages(mdl);
        process.Trim();

        MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);

        Assert.All(MmGetMdlPfnArray(mdl).ToArray().Zip(frames), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(Frames(process, buffer), MmGetMdlPfnArray(mdl).ToArray());
    });

    [Theory, Proves("MDL-151", "MDL-162")]
    [InlineData(IoReadAccess)]
    [InlineData(IoWriteAccess)]
    public void Locking_brings_the_pages_in(LockOperation operation) => InProcess((machine, process, buffer) =>
    {
        process.Write(buffer + 0x2FFF, [8]);
        process.Trim();

        Mdl mdl = NewLocked(buffer, 0x3000, operation);

        Assert.Equal((0, 3), (machine.System.Memory.PageFile.UsedSlots, process.LockedPages));
        Assert.Equal(8, VirtualMemory.Read<byte>(MapSystem(mdl) + 0x2FFF));
        process.Trim();
        Assert.Equal(0, machine.System.Memory.PageFile.UsedSlots);
        MmUnlockPages(mdl);
    });

    [Fact, Proves("MDL-158")]
    public void A_page_that_was_trimmed_keeps_its_protection() => InProcess((_, process, buffer) =>
    {
        process.Protect(buffer, 0x1000, PageProtection.PAGE_READONLY);
        process.Trim();

        var raised = Assert.Throws<NtStatusException>(() => NewLocked(buffer, 0x1000));

        Assert.Equal((NtStatus.STATUS_ACCESS_VIOLATION, "MDL3002"), (raised.Status, raised.RuleId));
        process.Trim();
        Assert.Throws<NtStatusException>(() => process.Write(buffer, [1]));
        process.Protect(buffer + 0x1000, 0x1000, PageProtection.PAGE_READWRITE | PageProtection.PAGE_GUARD);
        process.Trim();
        Assert.Equal(NtStatus.STATUS_GUARD_PAGE_VIOLATION, Assert.Throws<NtStatusException>(() => process.Read(buffer + 0x1000, new byte[1])).Status);
        process.Read(buffer + 0x1000, new byte[1]);
    });

    [Theory, Proves("D9", "MDL-148", "MDL-509", "MDL-522")]
    [InlineData(VerifierMode.Off, false)]
    [InlineData(VerifierMode.Off, true)]
    [InlineData(VerifierMode.Strict, false)]
    [InlineData(VerifierMode.Strict, true)]
    public void A_trimmed_page_touched_at_dispatch_level_stops_in_every_mode(VerifierMode mode, bool isPool)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint address = isPool ? machine.Run(() => ExAllocatePool2(POOL_FLAG_PAGED, 16, Tag)) : process.Allocate(16);
        process.Trim();
        machine.TrimPagedPool();

        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() => AtIrql(Kirql.DISPATCH_LEVEL, () => VirtualMemory.Write(address, 1))));

        Assert.Equal((0xD1u, (ulong)address, 2ul, 1ul), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3));
    }

    [Theory, Proves("MDL-148", "MDL-147")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Locking_a_trimmed_page_at_dispatch_level_stops(VerifierMode mode)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        process.Trim();

        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            AtIrql(Kirql.DISPATCH_LEVEL, () => MmProbeAndLockPages(mdl, UserMode, IoReadAccess));
        }));

        Assert.Equal((0xD1u, (ulong)buffer), (stop.Code, stop.Parameter1));
    }

    [Fact]
    public void A_trimmed_page_is_brought_in_at_apc_level() => InProcess((_, process, buffer) =>
    {
        process.Write(buffer, [4]);
        process.Trim();
        AtIrql(Kirql.APC_LEVEL, () => Assert.Equal(4, VirtualMemory.Read<byte>(buffer)));
    });

    [Fact, Proves("MDL-153")]
    public void Paged_pool_is_trimmed_unless_it_is_locked() => InProcess((machine, _, _) =>
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_PAGED, 0x3000, Tag), small = ExAllocatePool2(POOL_FLAG_PAGED, 0x100, Tag);
        nuint nonPaged = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);
        VirtualMemory.Write(pool + 0x1000, 0x1234);
        VirtualMemory.Write(small, 0x5678);
        Mdl mdl = NewMdl(pool, 0x1000);
        MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);
        long frames = machine.FreeFrames;

        machine.TrimPagedPool();

        Assert.Equal(frames + 3, machine.FreeFrames);
        Assert.True(MmIsAddressValid(pool) && MmIsAddressValid(nonPaged));
        Assert.False(MmIsAddressValid(pool + 0x1000) || MmIsAddressValid(small));
        nuint second = ExAllocatePool2(POOL_FLAG_PAGED, 0x100, Tag);
        Assert.Equal((0x1234, 0x5678, 0), (VirtualMemory.Read<int>(pool + 0x1000), VirtualMemory.Read<int>(small), VirtualMemory.Read<int>(second)));
        MmUnlockPages(mdl);
        machine.TrimPagedPool();
        foreach (nuint block in (nuint[])[pool, small, second, nonPaged])
            ExFreePool(block);
        Assert.Equal(0, machine.System.Memory.PageFile.UsedSlots);
    });

    [Theory, Proves("MDL-150", "MDL-160")]
    [InlineData(IoReadAccess)]
    [InlineData(IoWriteAccess)]
    public void A_page_that_cannot_be_read_in_raises_its_own_status(LockOperation operation) => InProcess((machine, process, buffer) =>
    {
        process.DamagePagedOut(buffer + 0x1000, 1);
        Mdl mdl = NewMdl(buffer, 0x3000);

        var raised = Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, UserMode, operation));

        Assert.Equal((NtStatus.STATUS_IN_PAGE_ERROR, 0, FixedSize), (raised.Status, process.LockedPages, mdl.MdlFlags));
        Assert.Equal(0, LockCount(machine, Frames(process, buffer)[0]));
        Assert.Equal(NtStatus.STATUS_IN_PAGE_ERROR, Assert.Throws<NtStatusException>(() => process.Read(buffer + 0x1000, new byte[1])).Status);
        process.Decommit(buffer + 0x1000, 1);
        process.Commit(buffer + 0x1000, 1);
        MmProbeAndLockPages(mdl, UserMode, operation);
        Assert.Equal("address", Assert.Throws<ArgumentException>(() => process.DamagePagedOut(buffer, 1)).ParamName);
    });

    [Fact]
    public void What_a_trimmed_page_owned_goes_with_it() => InProcess((machine, process, buffer) =>
    {
        long frames = machine.FreeFrames;
        process.Trim();
        process.Decommit(buffer, 0x1000);
        Assert.Equal(2, machine.System.Memory.PageFile.UsedSlots);
        process.Free(buffer);
        Assert.Equal((0, frames + 3), (machine.System.Memory.PageFile.UsedSlots, machine.FreeFrames));
    });

    [Fact]
    public void A_drivers_view_is_not_trimmed() => InProcess((_, process, buffer) =>
    {
        Mdl mdl = NewMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag), 0x1000);
        MmBuildMdlForNonPagedPool(mdl);
        nuint view = MapUser(mdl);

        process.Trim();

        Assert.True(MmIsAddressValid(view));
        Assert.False(MmIsAddressValid(buffer));
        MmUnmapLockedPages(view, mdl);
    });

    [Fact]
    public void Trimming_and_touching_allocate_nothing_once_warm()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x8000);
        byte[] seen = new byte[0x8000];
        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Round()
        {
            process.Trim();
            process.Read(buffer, seen);
        }
    }

    private static nuint[] Frames(UserProcess process, nuint buffer) =>
        [.. Enumerable.Range(0, 3).Select(i => process.Object.Space!.Find(buffer + (nuint)i * 0x1000).Pfn.Number)];

    private static byte Byte(UserProcess process, nuint address)
    {
        byte[] seen = new byte[1];
        process.Read(address, seen);
        return seen[0];
    }
}
