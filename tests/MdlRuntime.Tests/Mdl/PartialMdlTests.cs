using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>IoBuildPartialMdl and MmPrepareMdlForReuse.</summary>
public sealed class PartialMdlTests
{
    [Fact, Proves("MDL-579", "MDL-121", "MDL-116", "MDL-117", "MDL-043", "DMA-121")]
    public void A_part_has_the_frames_of_its_pages() => InProcess((_, process, _) =>
    {
        nuint start = process.Allocate(0x3000, pageOffset: 0xF00);
        Mdl source = NewLocked(start, 0x3000);
        Mdl target = NewMdl(start, 0x3000);
        Mdl next = target.Next = NewMdl(0, 1);
        nuint[] frames = MmGetMdlPfnArray(source).ToArray();
        Assert.Equal(4, frames.Length);

        IoBuildPartialMdl(source, target, start + 0x1080, 0x100);

        Assert.Equal(MmGetMdlBaseVa(source) + 0x1000, MmGetMdlBaseVa(target));
        Assert.Equal(0xF80u, MmGetMdlByteOffset(target));
        Assert.Equal(0x100u, MmGetMdlByteCount(target));
        Assert.Equal(start + 0x1080, MmGetMdlVirtualAddress(target));
        Assert.Equal(frames[1..3], MmGetMdlPfnArray(target).ToArray());
        Assert.Same(process.Object, target.Process);
        Assert.Same(next, target.Next);
        Assert.Equal(48 + 4 * 8, target.Size);

        IoBuildPartialMdl(source, target, start + 0x1100, 0);

        Assert.Equal(0x1F00u, MmGetMdlByteCount(target));
        Assert.Equal(frames[2..4], MmGetMdlPfnArray(target).ToArray());
    });

    [Fact, Proves("MDL-120", "MDL-114")]
    public void Building_takes_no_references_and_no_memory() => InProcess((machine, process, buffer) =>
    {
        Mdl source = NewLocked(buffer, 0x3000);
        Mdl target = NewMdl(buffer, 0x3000);
        (long frames, int ptes) = (machine.FreeFrames, machine.FreeSystemPtes);

        IoBuildPartialMdl(source, target, buffer, 0);

        Assert.Equal((frames, ptes, 3), (machine.FreeFrames, machine.FreeSystemPtes, process.LockedPages));
        Assert.Equal(1, LockCount(machine, MmGetMdlPfnArray(source)[0]));
    });

    [Fact, Proves("MDL-578", "MDL-122", "MDL-125", "MDL-058", "MDL-059", "MDL-130")]
    public void A_part_of_an_unmapped_source_owns_its_mapping() => InProcess((machine, _, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl source = NewLocked(buffer, 0x3000, LockOperation.IoReadAccess);
        Mdl target = NewMdl(buffer, 0x3000);

        IoBuildPartialMdl(source, target, buffer + 0x1000, 0x1800);
        Assert.Equal(0x18, (int)target.MdlFlags);

        nuint system = MmGetSystemAddressForMdlSafe(target, Priority);
        Assert.Equal(0x39, (int)target.MdlFlags);
        Assert.Equal(system, MmGetSystemAddressForMdlSafe(target, Priority));
        Assert.Equal(free - 2, machine.FreeSystemPtes);
        VirtualMemory.Write<uint>(system, 0x12345678);
        Assert.Equal(0x12345678u, VirtualMemory.Read<uint>(buffer + 0x1000));

        MmPrepareMdlForReuse(target);
        Assert.Equal(0x18, (int)target.MdlFlags);
        Assert.Equal(buffer + 0x1000, MmGetMdlVirtualAddress(target));
        Assert.Equal(free, machine.FreeSystemPtes);
    });

    [Fact, Proves("MDL-093")]
    public void Freeing_a_part_releases_the_mapping_it_owns() => InProcess((machine, _, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl target = NewPartial(NewLocked(buffer, 0x3000));
        MapSystem(target);

        IoFreeMdl(target);

        Assert.Equal(free, machine.FreeSystemPtes);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-578", "MDL-123", "MDL-124", "MDL-060", "MDL-347", "MDL-602")]
    public void A_part_of_a_mapped_source_shares_its_mapping() => InProcess((machine, _, buffer) =>
    {
        Mdl source = NewLocked(buffer + 0x10, 0x2000, LockOperation.IoReadAccess);
        nuint system = MapSystem(source);
        int free = machine.FreeSystemPtes;
        Mdl target = NewMdl(buffer, 0x3000);

        IoBuildPartialMdl(source, target, buffer + 0x1010, 0x100);

        Assert.Equal(0x19, (int)target.MdlFlags);
        Assert.Equal(system + 0x1000, MmGetSystemAddressForMdlSafe(target, Priority));
        Assert.Equal(0x19, (int)target.MdlFlags);
        MmPrepareMdlForReuse(target);
        IoFreeMdl(target);
        Assert.Equal(free, machine.FreeSystemPtes);
        Assert.Equal(system, MmGetSystemAddressForMdlSafe(source, Priority));
    });

    [Fact, Proves("MDL-578", "MDL-115")]
    public void A_part_of_non_paged_memory_has_its_address() => InProcess((_, _, _) =>
    {
        Mdl source = NewNonPaged(0x2000);
        Mdl target = NewMdl(0, 0x3000);

        IoBuildPartialMdl(source, target, MmGetMdlVirtualAddress(source) + 0x80, 0x100);

        Assert.Equal(0x1C, (int)target.MdlFlags);
        Assert.Equal(MmGetMdlVirtualAddress(source) + 0x80, MmGetSystemAddressForMdlSafe(target, Priority));
    });

    [Fact, Proves("MDL-126")]
    public void A_part_does_not_learn_of_a_later_mapping_of_its_source() => InProcess((_, _, buffer) =>
    {
        Mdl source = NewLocked(buffer, 0x2000);
        Mdl target = NewPartial(source);
        MapSystem(source);
        Assert.Equal(FixedSize | Partial, target.MdlFlags);
    });

    [Fact, Proves("MDL-133", "MDL-122")]
    public void A_part_of_a_part_is_a_part_of_the_whole() => InProcess((_, _, buffer) =>
    {
        Mdl source = NewLocked(buffer, 0x3000);
        Mdl part = NewPartial(source);
        Mdl target = NewMdl(buffer, 0x3000);

        IoBuildPartialMdl(part, target, buffer + 0x2000, 0x10);

        Assert.Equal(MmGetMdlPfnArray(source)[2], MmGetMdlPfnArray(target)[0]);
    });

    [Theory, Proves("MDL-118", "MDL-549", "MDL-580")]
    [InlineData(-0x100, 0x10u)]
    [InlineData(0x3000, 1u)]
    [InlineData(0x2FFF, 2u)]
    [InlineData(0x3001, 0u)]
    [InlineData(0, 0xFFFF_FFFFu)]
    public void A_range_outside_the_source_stops(int displacement, uint length)
    {
        Mdl source = null!, target = null!;
        nuint address = 0;
        BugCheckException stop = Stops(0x12E, (_, process, _) =>
        {
            nuint start = process.Allocate(0x3000, pageOffset: 0xF00);
            (source, target, address) = (NewLocked(start, 0x3000), NewMdl(start, 0x3000), start + (nuint)displacement);
            IoBuildPartialMdl(source, target, address, length);
        });

        Assert.Equal((source.Address, target.Address, address, length, "MDL1008"),
            (stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
    }

    [Fact, Proves("MDL-119", "MDL-528", "MDL-580", "MDL-132", "MDL-091", "DMA-121")]
    public void A_target_with_too_little_room_stops()
    {
        BugCheckException stop = Stops(0x40, (_, _, buffer) =>
            IoBuildPartialMdl(NewLocked(buffer, 0x3000), NewMdl(0, 0x1000), buffer + 0x800, 0x1000));

        Assert.Equal((0ul, 0ul, 0ul, 0ul, "MDL1006"), (stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
    }

    [Fact, Proves("MDL-600")]
    public void Room_beyond_what_the_size_field_can_tell_is_room()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        const uint length = 8190 * 0x1000;
        nuint buffer = process.Allocate(length);
        process.Run(() =>
        {
            Mdl target = NewPartial(NewLocked(buffer, length));
            Assert.Equal(8190, MmGetMdlPfnArray(target).Length);
        });
    }

    [Fact, Proves("MDL-128", "MDL-163", "DMA-121")]
    public void A_part_is_never_locked() =>
        Finds(0xC4, "MDL3009", (_, _, buffer) =>
        {
            Mdl part = NewPartial(NewLocked(buffer, 0x1000));
            return new(() => MmProbeAndLockPages(part, KProcessorMode.UserMode, LockOperation.IoReadAccess), 0xB0, part.Address, 0x18, 0x10);
        });

    [Fact, Proves("MDL-128", "MDL-185", "DMA-121")]
    public void A_part_is_never_unlocked() =>
        Finds(0xC4, "MDL3005", (_, _, buffer) =>
        {
            Mdl part = NewPartial(NewLocked(buffer, 0x1000));
            return new(() => MmUnlockPages(part), 0xB4, part.Address, 0x18, 0x10);
        });

    [Fact, Proves("MDL-235", "MDL-129")]
    public void A_part_that_shares_a_mapping_is_not_unmapped() =>
        Finds(0xC4, "MDL3005", (_, _, buffer) =>
        {
            Mdl source = NewLocked(buffer, 0x1000);
            MapSystem(source);
            Mdl part = NewPartial(source);
            return new(() => MmUnmapLockedPages(part.MappedSystemVa, part), 0xB5, part.Address, 0x19, 0x10);
        });

    [Fact, Proves("MDL-129")]
    public void A_part_may_unmap_the_mapping_it_owns() => InProcess((machine, _, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl part = NewPartial(NewLocked(buffer, 0x1000));
        MmUnmapLockedPages(MapSystem(part), part);
        Assert.Equal(free, machine.FreeSystemPtes);
        Assert.Equal(FixedSize | Partial, part.MdlFlags);
    });

    [Fact, Proves("MDL-131")]
    public void Rebuilding_over_a_mapping_is_reported() =>
        Finds(0xC4, "MDL3008", (_, _, buffer) =>
        {
            Mdl source = NewLocked(buffer, 0x3000);
            Mdl part = NewPartial(source);
            MapSystem(part);
            return new(() => IoBuildPartialMdl(source, part, buffer, 0x10), 0x4D444C04, part.Address, 0x39, 0x21);
        });

    [Fact, Proves("MDL-131")]
    public void Without_the_verifier_rebuilding_over_a_mapping_leaks_it() => InProcess(VerifierMode.Off, (machine, _, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl source = NewLocked(buffer, 0x3000);
        Mdl part = NewPartial(source);
        MapSystem(part);

        IoBuildPartialMdl(source, part, buffer, 0x10);
        MmPrepareMdlForReuse(part);

        Assert.Equal(free - 3, machine.FreeSystemPtes);
    });

    [Fact, Proves("MDL-127")]
    public void A_shared_mapping_dies_with_the_source() =>
        Finds(0xDA, "MDL3007", (_, _, buffer) =>
        {
            Mdl source = NewLocked(buffer, 0x1000);
            nuint system = MapSystem(source);
            Mdl part = NewPartial(source);
            MmUnlockPages(source);
            return new(() => MmGetSystemAddressForMdlSafe(part, Priority), 6, part.Address, system, 1);
        });

    [Fact, Proves("MDL-127", "MDL-232")]
    public void Without_the_verifier_a_dangling_part_faults_when_it_is_touched()
    {
        nuint system = 0;
        BugCheckException stop = Stops(0x50, (_, _, buffer) =>
        {
            Mdl source = NewLocked(buffer, 0x1000);
            system = MapSystem(source);
            Mdl part = NewPartial(source);
            MmUnlockPages(source);
            VirtualMemory.Read<byte>(MmGetSystemAddressForMdlSafe(part, Priority));
        });
        Assert.Equal((system, 0ul), (stop.Parameter1, stop.Parameter2));
    }

    [Fact, Proves("MDL-127", "MDL-207")]
    public void A_part_of_pages_that_were_unlocked_is_not_mapped() =>
        Finds(0xC4, "MDL3007", (_, _, buffer) =>
        {
            Mdl source = NewLocked(buffer, 0x2000);
            Mdl part = NewPartial(source);
            MmUnlockPages(source);
            return new(() => MapSystem(part), 0x85, part.Address, 2, MmGetMdlPfnArray(part)[0]);
        });

    [Fact, Proves("MDL-059", "MDL-060", "MDL-598")]
    public void Preparing_an_ordinary_mdl_does_nothing() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        MmPrepareMdlForReuse(mdl);
        Assert.Equal(0x8A, (int)mdl.MdlFlags);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-059")]
    public void Preparing_an_ordinary_mapped_mdl_is_reported_and_keeps_the_mapping()
    {
        using Machine machine = NewMachine(VerifierMode.Survey);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        process.Run(() =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            nuint system = MapSystem(mdl);
            MmPrepareMdlForReuse(mdl);
            Assert.Equal(system, MmGetSystemAddressForMdlSafe(mdl, Priority));
        });
        Assert.Equal(0x4D444C03ul, Assert.Single(machine.Findings).Parameter1);
    }

    [Fact, Proves("MDL-027")]
    public void Preparing_an_mdl_that_claims_a_mapping_of_its_own_without_being_partial_is_reported() =>
        Finds(0xC4, "MDL3005", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            MapSystem(mdl);
            mdl.MdlFlags |= PartialMapped;
            return new(() => MmPrepareMdlForReuse(mdl), 0x4D444C06, mdl.Address, 0xAB, 0x10);
        });
}
