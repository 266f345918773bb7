using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>Views of an MDL in user address spaces.</summary>
public sealed class UserMappingTests
{
    private const nuint Free = 0x5000_0000;

    [Fact, Proves("MDL-211", "MDL-213", "MDL-214", "MDL-223")]
    public void Views_in_several_processes_stand_beside_a_system_mapping() => InProcess((machine, process, buffer) =>
    {
        UserProcess other = machine.CreateProcess("other");
        Mdl mdl = NewLocked(buffer + 0x10, 0x800);
        nuint stale = mdl.MappedSystemVa;

        nuint a = MapUser(mdl), b = 0;
        other.Run(() => b = MapUser(mdl));

        Assert.Equal((0x8A, stale), ((int)mdl.MdlFlags, mdl.MappedSystemVa));
        other.Write(b, [1, 2, 3]);
        byte[] seen = new byte[3];
        process.Read(a, seen);
        Assert.Equal([1, 2, 3], seen);
        nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority);
        Assert.Equal(3, VirtualMemory.Read<byte>(system + 2));
        other.Run(() => MmUnmapLockedPages(b, mdl));
        Assert.Throws<NtStatusException>(() => other.Read(b, seen));
        MmUnmapLockedPages(a, mdl);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-191", "MDL-140")]
    public void Non_paged_memory_may_be_shown_to_user_mode() => InProcess((machine, process, _) =>
    {
        Mdl mdl = NewNonPaged(0x1000);
        nuint view = MapUser(mdl);
        process.Write(view, [0x42]);
        Assert.Equal(0x42, VirtualMemory.Read<byte>(mdl.MappedSystemVa));
        MmUnmapLockedPages(view, mdl);
        IoFreeMdl(mdl);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-191")]
    public void An_mdl_that_is_not_locked_is_not_shown() =>
        Finds(0xC4, "MDL3014", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            return new(() => MapUser(mdl), 0xB3, mdl.Address, 0x08, 0x16);
        });

    [Fact, Proves("MDL-215", "MDL-222", "MDL-220")]
    public void A_view_is_writable_unless_it_was_asked_not_to_be_and_never_executable() => InProcess((machine, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint writable = MapUser(mdl, priority: NormalPagePriority), readOnly = MapUser(mdl, priority: NormalPagePriority | MdlMappingNoWrite);

        process.Write(writable, [7]);
        byte[] seen = new byte[1];
        process.Read(readOnly, seen);

        Assert.Equal(7, seen[0]);
        Assert.Throws<NtStatusException>(() => process.Write(readOnly, [8]));
        Assert.Throws<ArgumentException>(() => process.Protect(readOnly, 1, PageProtection.PAGE_READWRITE));
        Assert.Equal(NtStatus.STATUS_UNABLE_TO_DELETE_SECTION, Assert.Throws<NtStatusException>(() => process.Free(writable)).Status);
        Assert.Equal(PageFault.NoExecute, machine.System.Memory.Translate(process.Object.Space, writable, MemoryAccess.Execute, out _));
    });

    [Fact, Proves("MDL-217")]
    public void The_system_chooses_an_allocation_boundary() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer + 0x123, 0x1000);
        Assert.Equal((nuint)0x123, MapUser(mdl) & 0xFFFF);
    });

    [Fact, Proves("MDL-218", "MDL-592")]
    public void A_page_aligned_request_is_met_exactly() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer + 0x10, 0x1000);
        Assert.Equal(Free + 0x3010, MapUser(mdl, Free + 0x3000));
    });

    [Theory, Proves("MDL-219", "MDL-212")]
    [InlineData(0x5000_0010ul, NtStatus.STATUS_INVALID_ADDRESS)]
    [InlineData(0xFFFF_FFFF_FFFF_F000ul, NtStatus.STATUS_INVALID_ADDRESS)]
    [InlineData(0xFFFF_BA80_0000_0000ul, NtStatus.STATUS_INVALID_ADDRESS)]
    [InlineData(0x7FFF_FFFE_0000ul, NtStatus.STATUS_INVALID_ADDRESS)]
    public void A_bad_request_raises(ulong requested, NtStatus status) => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        var raised = Assert.Throws<NtStatusException>(() => MapUser(mdl, (nuint)requested));
        Assert.Equal(status, raised.Status);
    });

    [Fact, Proves("MDL-219")]
    public void The_last_usable_page_is_sixteen_below_the_top() => InProcess((_, _, buffer) =>
    {
        nuint top = unchecked((nuint)0x7FFF_FFFE_F000);
        Mdl mdl = NewLocked(buffer, 0x1000);
        Assert.Throws<NtStatusException>(() => MapUser(mdl, top - 15 * 0x1000));
        Assert.Equal(top - 16 * 0x1000, MapUser(mdl, top - 16 * 0x1000));
    });

    [Fact, Proves("MDL-219")]
    public void An_overlap_raises_and_changes_nothing() => InProcess((machine, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x2000);
        int regions = process.Object.Space!.Regions.Count;

        Assert.Equal(NtStatus.STATUS_CONFLICTING_ADDRESSES, Assert.Throws<NtStatusException>(() => MapUser(mdl, buffer - 0x1000)).Status);
        MapUser(mdl, Free);
        Assert.Equal(NtStatus.STATUS_CONFLICTING_ADDRESSES, Assert.Throws<NtStatusException>(() => MapUser(mdl, Free + 0x1000)).Status);

        Assert.Equal(regions + 1, process.Object.Space!.Regions.Count);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-219")]
    public void A_process_without_a_user_half_has_no_room()
    {
        using Machine machine = NewMachine();
        machine.Run(() => Assert.Equal(NtStatus.STATUS_NO_MEMORY, Assert.Throws<NtStatusException>(() => MapUser(NewNonPaged(0x1000))).Status));
    }

    [Fact, Proves("MDL-229", "MDL-518")]
    public void Unmapping_a_view_above_apc_level_is_reported() =>
        Finds(0xC4, "MDL6004", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            nuint view = MapUser(mdl);
            return new(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmUnmapLockedPages(view, mdl)), 0x7A, 2, view, mdl.Address);
        });

    [Fact, Proves("MDL-233", "MDL-234", "MDL-230", "MDL-518")]
    public void Unmapping_in_another_process_is_reported() =>
        Finds(0xC4, "MDL3015", (machine, _, buffer) =>
        {
            UserProcess other = machine.CreateProcess("other");
            Mdl mdl = NewLocked(buffer, 0x1000);
            nuint view = MapUser(mdl);
            return new(() => other.Run(() => MmUnmapLockedPages(view, mdl)), 0xB9, view, mdl.Address);
        });

    [Fact, Proves("MDL-234", "MDL-539", "MDL-610")]
    public void Without_the_verifier_unmapping_nothing_stops()
    {
        BugCheckException stop = Stops(0xD7, (_, _, buffer) => MmUnmapLockedPages(Free, NewLocked(buffer, 0x1000)));
        Assert.Equal((Free, 1ul, 0ul, 0ul), ((nuint)stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("MDL-233", "MDL-550")]
    public void Without_the_verifier_a_foreign_view_at_that_address_is_removed() => InProcess(VerifierMode.Off, (machine, process, buffer) =>
    {
        UserProcess other = machine.CreateProcess("other");
        Mdl mdl = NewLocked(buffer, 0x1000), foreign = NewLocked(buffer + 0x1000, 0x1000);
        nuint view = MapUser(mdl, Free);
        other.Run(() => MapUser(foreign, Free));

        other.Run(() => MmUnmapLockedPages(view, mdl));

        Assert.Throws<NtStatusException>(() => other.Read(Free, new byte[1]));
        process.Read(Free, new byte[1]);
    });

    [Fact, Proves("MDL-220")]
    public void The_drivers_pool_stays_its_own() => InProcess((machine, _, _) =>
    {
        long frames = machine.FreeFrames;
        nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x2000, Tag);
        Mdl mdl = NewMdl(pool, 0x2000);
        MmBuildMdlForNonPagedPool(mdl);
        MmUnmapLockedPages(MapUser(mdl), mdl);
        IoFreeMdl(mdl);
        ExFreePool(pool);
        Assert.Equal(frames, machine.FreeFrames);
    });

    [Fact, Proves("MDL-225", "MDL-233")]
    public void A_view_is_removed_from_elsewhere_by_attaching_to_its_process() => InProcess((machine, process, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint view = MapUser(mdl);
        machine.CreateProcess("other").Run(() =>
        {
            KernelCore.KeStackAttachProcess(process.Object);
            MmUnmapLockedPages(view, mdl);
            KernelCore.KeUnstackDetachProcess();
        });
        Assert.Throws<NtStatusException>(() => process.Read(view, new byte[1]));
        Assert.Empty(machine.Findings);
    });
}
