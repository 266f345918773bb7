using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmAdvanceMdl: geometry, locks and the mapping.</summary>
public sealed class AdvanceMdlTests
{
    [Theory, Proves("MDL-581", "MDL-303", "MDL-305", "MDL-306")]
    [InlineData(0x80u, 0x0000u, 0xF80u, 0x2F80u, 0)]
    [InlineData(0x100u, 0x1000u, 0u, 0x2F00u, 1)]
    [InlineData(0u, 0u, 0xF00u, 0x3000u, 0)]
    [InlineData(0x2000u, 0x2000u, 0xF00u, 0x1000u, 2)]
    [InlineData(0x2100u, 0x3000u, 0u, 0xF00u, 3)]
    [InlineData(0x3000u, 0x3000u, 0xF00u, 0u, 3)]
    public void Start_and_length_move_and_passed_pages_are_unlocked(uint distance, uint start, uint offset, uint length, int passed) => WithMdl(0xF00, 0x3000, (machine, process, mdl) =>
    {
        nuint page = mdl.StartVa;
        nuint[] before = MmGetMdlPfnArray(mdl).ToArray();

        Assert.Equal(NtStatus.STATUS_SUCCESS, MmAdvanceMdl(mdl, distance));

        Assert.Equal((page + start, offset, length), (mdl.StartVa, mdl.ByteOffset, mdl.ByteCount));
        Assert.Equal(before[passed..], MmGetMdlPfnArray(mdl).ToArray());
        for (int i = 0; i < before.Length; i++)
            Assert.Equal(i < passed ? 0 : 1, LockCount(machine, before[i]));
        Assert.Equal(4 - passed, process.LockedPages);
    });

    [Theory, Proves("MDL-581", "MDL-304", "MDL-302")]
    [InlineData(0x3001u)]
    [InlineData(uint.MaxValue)]
    public void Behind_the_end_nothing_changes(uint distance) => WithMdl(0xF00, 0x3000, (_, process, mdl) =>
    {
        (nuint start, nuint[] frames) = (MmGetMdlVirtualAddress(mdl), MmGetMdlPfnArray(mdl).ToArray());

        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER_2, MmAdvanceMdl(mdl, distance));

        Assert.Equal((start, 0x3000u, 4), (MmGetMdlVirtualAddress(mdl), mdl.ByteCount, process.LockedPages));
        Assert.Equal(frames, MmGetMdlPfnArray(mdl).ToArray());
    });

    [Fact, Proves("MDL-304", "MDL-603", "MDL-308")]
    public void The_very_end_can_be_reached_and_the_rest_unlocked() => WithMdl(0, 0x2000, (machine, process, mdl) =>
    {
        Assert.Equal(NtStatus.STATUS_SUCCESS, MmAdvanceMdl(mdl, 0x2000));
        Assert.Equal((0u, 0), (mdl.ByteCount, process.LockedPages));

        MmUnlockPages(mdl);
        IoFreeMdl(mdl);

        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-308")]
    public void The_final_unlock_counts_the_rest_only() => WithMdl(0x10, 0x3000, (machine, process, mdl) =>
    {
        nuint last = MmGetMdlPfnArray(mdl)[^1];
        MmAdvanceMdl(mdl, 0x1800);
        Assert.Equal(3, process.LockedPages);

        MmUnlockPages(mdl);

        Assert.Equal((0, 0), (process.LockedPages, LockCount(machine, last)));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-306", "MDL-307", "MDL-231")]
    public void Passed_ptes_are_parked_until_the_mapping_is_released() => WithMdl(0x10, 0x3000, (machine, _, mdl) =>
    {
        int ptes = machine.FreeSystemPtes;
        nuint system = MapSystem(mdl);
        VirtualMemory.Write<byte>(system + 0x2345, 0x77);

        MmAdvanceMdl(mdl, 0x1000);
        MmAdvanceMdl(mdl, 0x1345);

        Assert.Equal(system + 0x2345, MmGetSystemAddressForMdlSafe(mdl, Priority));
        Assert.Equal(0x77, VirtualMemory.Read<byte>(mdl.MappedSystemVa));
        Assert.True(mdl.MdlFlags.HasFlag(MdlFlags.MDL_FREE_EXTRA_PTES));
        Assert.Equal((nuint)2, VirtualMemory.Read<nuint>(mdl.Address + 48 + 2 * 8));
        Assert.Equal(ptes - 4, machine.FreeSystemPtes);
        Assert.False(MmIsAddressValid(system));

        MmUnmapLockedPages(mdl.MappedSystemVa, mdl);

        Assert.Equal(ptes, machine.FreeSystemPtes);
        Assert.Equal(0x8A, (int)mdl.MdlFlags);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-307", "MDL-238")]
    public void Unlocking_frees_parked_ptes_too() => WithMdl(0x10, 0x3000, (machine, _, mdl) =>
    {
        int ptes = machine.FreeSystemPtes;
        MapSystem(mdl);
        MmAdvanceMdl(mdl, 0x2FF0);

        MmUnlockPages(mdl);

        Assert.Equal((ptes, 0x88), (machine.FreeSystemPtes, (int)mdl.MdlFlags));
    });

    [Fact, Proves("MDL-305")]
    public void In_the_first_page_no_pte_is_parked() => WithMdl(0x10, 0x3000, (_, _, mdl) =>
    {
        nuint system = MapSystem(mdl);

        MmAdvanceMdl(mdl, 0xFEF);

        Assert.Equal((0x8B, system + 0xFEF), ((int)mdl.MdlFlags, mdl.MappedSystemVa));
    });

    [Fact, Proves("MDL-310")]
    public void A_part_built_earlier_keeps_frames_that_may_be_gone() =>
        Finds(0xC4, "MDL3007", (machine, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x3000);
            Mdl partial = NewPartial(mdl);
            nuint first = MmGetMdlPfnArray(mdl)[0];
            MmAdvanceMdl(mdl, 0x1000);
            Assert.Equal((first, 0), (MmGetMdlPfnArray(partial)[0], LockCount(machine, first)));
            return new(() => MmGetSystemAddressForMdlSafe(partial, Priority), 0x85, partial.Address, 3, first);
        });

    [Fact, Proves("MDL-310")]
    public void The_consumed_part_is_outside_the_mdl() => Stops(0x12E, (_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x3000);
        MmAdvanceMdl(mdl, 0x1000);
        IoBuildPartialMdl(mdl, NewMdl(buffer, 0x1000), buffer, 0x1000);
    });

    [Fact, Proves("MDL-302")]
    public void Dispatch_level_is_low_enough() => WithMdl(0, 0x3000, (machine, _, mdl) =>
    {
        AtIrql(Kirql.DISPATCH_LEVEL, () => MmAdvanceMdl(mdl, 0x1000));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-302")]
    public void Device_level_is_too_high() =>
        Finds(0x0A, "MDL6004", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x3000);
            return new(() => AtIrql((Kirql)3, () => MmAdvanceMdl(mdl, 0x1000)), mdl.Address, 3);
        });

    [Fact, Proves("MDL-346")]
    public void Only_probe_locked_mdls_can_be_advanced()
    {
        Refuses(0x08, 0x00, (_, buffer) => NewMdl(buffer, 0x2000));
        Refuses(0x0C, 0x04, (_, _) => NewNonPaged(0x2000));
        Refuses(0x18, 0x10, (_, buffer) => NewPartial(NewLocked(buffer, 0x2000)));
        Refuses(0x02, 0x00, (_, _) => MmAllocatePagesForMdl(new(0), new(-1), new(0), 0x2000)!);

        static void Refuses(ulong flags, ulong culprits, Func<Machine, nuint, Mdl> make) => Finds(0xC4, "MDL3019", (machine, _, buffer) =>
        {
            Mdl mdl = make(machine, buffer);
            return new(() => MmAdvanceMdl(mdl, 0x1000), 0x4D444C23, mdl.Address, flags, culprits);
        });
    }

    [Fact, Proves("MDL-346", "MDL-531")]
    public void Without_the_verifier_advancing_what_nobody_locked_corrupts_the_frame_list()
    {
        nuint frame = 0;
        BugCheckException stop = Stops(0x4E, (_, _, _) =>
        {
            Mdl mdl = NewNonPaged(0x2000);
            frame = MmGetMdlPfnArray(mdl)[0];
            MmAdvanceMdl(mdl, 0x1000);
        });
        Assert.Equal((0x07ul, frame), (stop.Parameter1, (nuint)stop.Parameter2));
    }

    private static void WithMdl(uint offset, uint length, Action<Machine, UserProcess, Mdl> test)
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x5000, offset);
        process.Run(() => test(machine, process, NewLocked(buffer, length)));
    }
}
