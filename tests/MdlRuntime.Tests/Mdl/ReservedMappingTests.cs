using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>System addresses reserved beforehand, and MDLs mapped there.</summary>
public sealed class ReservedMappingTests
{
    private const uint OtherTag = 0x52485446;

    [Fact, Proves("MDL-240", "MDL-244", "MDL-257")]
    public void Reserving_takes_whole_pages_of_addresses_and_no_memory()
    {
        using Machine machine = NewMachine();
        (int ptes, long frames) = (machine.FreeSystemPtes, machine.FreeFrames);
        machine.Run(() =>
        {
            nuint one = MmAllocateMappingAddress(1, Tag), two = MmAllocateMappingAddressEx(0x1001, Tag, flags: 0);

            Assert.True(machine.System.Memory.SystemPtes.Contains(one));
            Assert.Equal(((nuint)0, (nuint)0), (one & 0xFFF, two & 0xFFF));
            Assert.Equal((ptes - 3, frames), (machine.FreeSystemPtes, machine.FreeFrames));
            Assert.False(MmIsAddressValid(one));
            MmFreeMappingAddress(one, Tag);
            MmFreeMappingAddress(two, Tag);
        });
        Assert.Equal(ptes, machine.FreeSystemPtes);
        Assert.Empty(machine.Findings);
    }

    [Fact, Proves("MDL-244")]
    public void Options_of_the_extended_routine_are_not_modelled()
    {
        using Machine machine = NewMachine();
        machine.Run(() => Assert.Throws<NotModelledException>(() => MmAllocateMappingAddressEx(1, Tag, flags: 1)));
    }

    [Fact, Proves("MDL-241", "MDL-254")]
    public void Without_a_tag_or_a_range_there_is_no_address()
    {
        using Machine machine = NewMachine(systemPtes: 8);
        machine.Run(() =>
        {
            Assert.Equal((nuint)0, MmAllocateMappingAddress(0x1000, poolTag: 0));
            Assert.Equal((nuint)0, MmAllocateMappingAddress(0x9000, Tag));
            Assert.Equal((nuint)0, MmAllocateMappingAddress(nuint.MaxValue, Tag));
            Assert.NotEqual((nuint)0, MmAllocateMappingAddress(0x8000, poolTag: 1));
        });
        Assert.Empty(machine.Findings);
    }

    [Fact, Proves("MDL-241", "MDL-512")]
    public void A_fault_plan_makes_reserving_fail()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailNth(nameof(MmAllocateMappingAddress), 1, tag: Tag);
        machine.Run(() =>
        {
            Assert.NotEqual((nuint)0, MmAllocateMappingAddress(0x1000, OtherTag));
            Assert.Equal((nuint)0, MmAllocateMappingAddress(0x1000, Tag));
        });
    }

    [Theory, Proves("MDL-242", "MDL-543")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Reserving_nothing_stops(VerifierMode mode)
    {
        using Machine machine = NewMachine(mode);
        var stop = Assert.Throws<BugCheckException>(() => machine.Run(() => MmAllocateMappingAddress(0, Tag)));
        Assert.Equal((0xDAu, 0x100ul, 0ul, (ulong)Tag), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3));
    }

    [Fact, Proves("MDL-243")]
    public void Touching_addresses_without_an_mdl_cannot_be_caught()
    {
        nuint reserved = 0;
        BugCheckException stop = Stops(0x50, (_, _, _) =>
        {
            reserved = MmAllocateMappingAddress(0x1000, Tag);
            try
            {
                VirtualMemory.Write<byte>(reserved + 4, 1);
            }
            catch (NtStatusException)
            {
                Assert.Fail("not a status");
            }
        });
        Assert.Equal((reserved + 4, 2ul), (stop.Parameter1, stop.Parameter2));
    }

    [Fact, Proves("MDL-245", "MDL-246", "MDL-247", "MDL-248", "MDL-018")]
    public void The_address_includes_the_offset_but_the_mdl_does_not_store_it() => InProcess((machine, _, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x4000, Tag);
        Mdl mdl = NewLocked(buffer + 0x345, 0x2000);
        int free = machine.FreeSystemPtes;

        nuint address = 0;
        AtIrql(Kirql.DISPATCH_LEVEL, () => address = MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached));

        Assert.Equal((reserved + 0x345, reserved), (address, mdl.MappedSystemVa));
        Assert.Equal(FixedSize | Locked | WriteOperation | Mapped, mdl.MdlFlags);
        Assert.Equal(reserved, MmGetSystemAddressForMdlSafe(mdl, Priority));
        VirtualMemory.Write<uint>(address + 0x1FFC, 0x12345678);
        Assert.Equal(0x12345678u, VirtualMemory.Read<uint>(buffer + 0x345 + 0x1FFC));
        Assert.False(MmIsAddressValid(reserved + 0x3000));
        Assert.Equal(free, machine.FreeSystemPtes);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-255")]
    public void Unmapping_clears_three_flags_and_keeps_lock_and_addresses() => InProcess((machine, process, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x3000, Tag);
        Mdl mdl = NewLocked(buffer + 0x10, 0x2000);
        MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);
        mdl.MdlFlags |= MdlFlags.MDL_FREE_EXTRA_PTES;
        int free = machine.FreeSystemPtes;

        AtIrql(Kirql.DISPATCH_LEVEL, () => MmUnmapReservedMapping(reserved, Tag, mdl));

        Assert.Equal(FixedSize | Locked | WriteOperation, mdl.MdlFlags);
        Assert.Equal((free, 3), (machine.FreeSystemPtes, process.LockedPages));
        Assert.False(MmIsAddressValid(reserved));
        MmUnlockPages(mdl);
        MmFreeMappingAddress(reserved, Tag);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-247", "MDL-255")]
    public void A_partial_mdl_is_marked_as_mapped_itself() => InProcess((machine, _, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x1000, Tag);
        Mdl part = NewPartial(NewLocked(buffer, 0x1000));

        MmMapLockedPagesWithReservedMapping(reserved, Tag, part, MmCached);
        Assert.Equal(FixedSize | Partial | PartialMapped | Mapped, part.MdlFlags);

        MmUnmapReservedMapping(reserved, Tag, part);
        Assert.Equal(FixedSize | Partial, part.MdlFlags);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-255", "MDL-307")]
    public void An_mdl_that_was_advanced_is_unmapped_with_the_pages_it_passed() => InProcess((machine, process, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x3000, Tag);
        Mdl mdl = NewLocked(buffer, 0x3000);
        MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);

        Assert.Equal(NtStatus.STATUS_SUCCESS, MmAdvanceMdl(mdl, 0x1800));
        Assert.Equal((reserved + 0x1800, 2), (mdl.MappedSystemVa, process.LockedPages));
        Assert.False(MmIsAddressValid(reserved));
        Assert.True(MmIsAddressValid(reserved + 0x1000));

        MmUnmapReservedMapping(reserved, Tag, mdl);
        MmUnlockPages(mdl);
        MmFreeMappingAddress(reserved, Tag);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-253", "MDL-247")]
    public void As_many_pages_as_were_reserved_can_be_mapped_again_and_again() => InProcess((machine, _, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x2000, Tag);
        Mdl tooLong = NewLocked(buffer, 0x2001), fits = NewLocked(buffer + 0x10, 0x1FF0);
        MdlFlags flags = tooLong.MdlFlags;

        Assert.Equal((nuint)0, MmMapLockedPagesWithReservedMapping(reserved, Tag, tooLong, MmCached));
        Assert.Equal((nuint)0, MmMapLockedPagesWithReservedMapping(reserved, Tag, fits, MmMaximumCacheType));
        Assert.Equal(flags, tooLong.MdlFlags);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(reserved + 0x10, MmMapLockedPagesWithReservedMapping(reserved, Tag, fits, MmCached));
            MmUnmapReservedMapping(reserved, Tag, fits);
        }

        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-258", "MDL-247")]
    public void Mapping_succeeds_where_every_resource_is_used_up()
    {
        using Machine machine = NewMachine(systemPtes: 8);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        process.Run(() =>
        {
            nuint reserved = MmAllocateMappingAddress(0x3000, Tag);
            Mdl mdl = NewLocked(buffer, 0x3000);
            while (MmAllocateMappingAddress(1, Tag) != 0)
            {
            }

            machine.Faults.FailWithProbability(1);
            Assert.Equal((nuint)0, MmGetSystemAddressForMdlSafe(mdl, HighPagePriority | MdlMappingNoExecute));
            Assert.Equal(reserved, MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached));
        });
    }

    [Theory, Proves("MDL-249")]
    [InlineData("unlocked", 0xB3, 0x08, 0x12)]
    [InlineData("mapped", 0xB2, 0x8B, 0x01)]
    [InlineData("nonpaged", 0xB2, 0x0C, 0x04)]
    public void The_same_mdls_are_refused_as_by_ordinary_mapping(string state, uint subcode, uint flags, uint culprits) =>
        Finds(0xC4, "MDL3014", (_, _, buffer) =>
        {
            nuint reserved = MmAllocateMappingAddress(0x1000, Tag);
            Mdl mdl = state switch { "unlocked" => NewMdl(buffer, 0x1000), "mapped" => NewLocked(buffer, 0x1000), _ => NewNonPaged(0x1000) };
            if (state == "mapped")
                MapSystem(mdl);
            return new(() => MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached), subcode, mdl.Address, flags, culprits);
        });

    public static TheoryData<uint, VerifierMode> Misuses
    {
        get
        {
            var data = new TheoryData<uint, VerifierMode>();
            foreach (uint kind in (uint[])[0x101, 0x102, 0x103, 0x104, 0x105, 0x107, 0x108, 0x109, 0x10A, 0x10B, 0x10C])
            {
                data.Add(kind, VerifierMode.Off);
                data.Add(kind, VerifierMode.Strict);
            }

            return data;
        }
    }

    [Theory, Proves("MDL-250", "MDL-256", "MDL-257", "MDL-543")]
    [MemberData(nameof(Misuses))]
    public void Misuse_stops_whether_it_is_looked_for_or_not(uint kind, VerifierMode mode)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        Misuse misuse = default;

        var stop = Assert.Throws<BugCheckException>(() => process.Run(() =>
        {
            misuse = Prepare(kind, buffer);
            misuse.Act();
        }));

        Assert.Equal((0xDAu, misuse.P1, misuse.P2, misuse.P3, misuse.P4), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
        Assert.Equal("MDL3015", stop.RuleId);
    }

    private static Misuse Prepare(uint kind, nuint buffer)
    {
        nuint reserved = MmAllocateMappingAddress(0x2000, Tag);
        Mdl one = NewLocked(buffer, 0x1000), two = NewLocked(buffer, 0x2000), three = NewLocked(buffer, 0x3000);
        switch (kind)
        {
            case 0x101:
                return new(() => MmFreeMappingAddress(reserved, OtherTag), kind, reserved, OtherTag, Tag);
            case 0x102:
                MmFreeMappingAddress(reserved, Tag);
                return new(() => MmFreeMappingAddress(reserved, Tag), kind, reserved, Tag);
            case 0x103:
                MmMapLockedPagesWithReservedMapping(reserved, Tag, one, MmCached);
                return new(() => MmFreeMappingAddress(reserved, Tag), kind, reserved, Tag, 2);
            case 0x104:
                return new(() => MmMapLockedPagesWithReservedMapping(reserved, OtherTag, one, MmCached), kind, reserved, OtherTag, Tag);
            case 0x105:
                return new(() => MmMapLockedPagesWithReservedMapping(reserved + 0x1000, Tag, one, MmCached), kind, reserved + 0x1000, Tag);
            case 0x107:
                MmMapLockedPagesWithReservedMapping(reserved, Tag, one, MmCached);
                return new(() => MmMapLockedPagesWithReservedMapping(reserved, Tag, two, MmCached), kind, reserved, reserved, reserved + 0x1000);
            case 0x108:
                MmMapLockedPagesWithReservedMapping(reserved, Tag, one, MmCached);
                return new(() => MmUnmapReservedMapping(reserved, OtherTag, one), kind, reserved, OtherTag, Tag);
            case 0x109:
                return new(() => MmUnmapReservedMapping(reserved + 0x1000, Tag, one), kind, reserved + 0x1000, Tag);
            case 0x10A:
                MmMapLockedPagesWithReservedMapping(reserved, Tag, two, MmCached);
                return new(() => MmUnmapReservedMapping(reserved, Tag, three), kind, reserved, 2, 3);
            case 0x10B:
                MmMapLockedPagesWithReservedMapping(reserved, Tag, one, MmCached);
                return new(() => MmUnmapReservedMapping(reserved, Tag, two), kind, reserved, Tag, 2);
            default:
                MmMapLockedPagesWithReservedMapping(reserved, Tag, two, MmCached);
                return new(() => MmUnmapReservedMapping(reserved, Tag, one), kind, reserved, Tag, 1);
        }
    }

    [Fact, Proves("MDL-251")]
    public void The_lowest_bit_of_the_tag_does_not_count() => InProcess((machine, _, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x1000, Tag);
        Mdl mdl = NewLocked(buffer, 0x1000);
        Assert.Equal(reserved, MmMapLockedPagesWithReservedMapping(reserved, Tag ^ 1, mdl, MmCached));
        MmUnmapReservedMapping(reserved, Tag ^ 1, mdl);
        MmFreeMappingAddress(reserved, Tag ^ 1);
        Assert.Empty(machine.Findings);
    });

    [Theory, Proves("MDL-252", "MDL-257")]
    [InlineData(4, 0)]
    [InlineData(0x24, 0x20)]
    public void An_address_inside_the_first_page_stands_for_its_start(uint given, uint returned) => InProcess((machine, _, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x2000, Tag);
        Mdl mdl = NewLocked(buffer, 0x2000);

        Assert.Equal(reserved + returned, MmMapLockedPagesWithReservedMapping(reserved + given, Tag, mdl, MmCached));
        Assert.Equal(reserved, mdl.MappedSystemVa);
        MmUnmapReservedMapping(reserved + given, Tag, mdl);
        MmFreeMappingAddress(reserved + given, Tag);
        Assert.Empty(machine.Findings);
    });

    [Theory, Proves("MDL-239", "MDL-236")]
    [InlineData(false)]
    [InlineData(true)]
    public void Undoing_it_as_an_ordinary_mapping_is_reported(bool unlock) =>
        Finds(0xDA, "MDL3015", (_, _, buffer) =>
        {
            nuint reserved = MmAllocateMappingAddress(0x1000, Tag);
            Mdl mdl = NewLocked(buffer, 0x1000);
            MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);
            return new(unlock ? () => MmUnlockPages(mdl) : () => MmUnmapLockedPages(reserved, mdl), 6, mdl.Address, reserved, 1);
        });

    [Theory, Proves("MDL-239", "MDL-544")]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_the_verifier_undoing_it_as_an_ordinary_mapping_stops(bool unlock)
    {
        nuint reserved = 0;
        BugCheckException stop = Stops(0xDA, (_, _, buffer) =>
        {
            reserved = MmAllocateMappingAddress(0x1000, Tag);
            Mdl mdl = NewLocked(buffer, 0x1000);
            MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);
            if (unlock)
                MmUnlockPages(mdl);
            else
                MmUnmapLockedPages(reserved, mdl);
        });
        Assert.Equal((0x301ul, (ulong)reserved), (stop.Parameter1, stop.Parameter2));
    }

    [Fact, Proves("MDL-256", "MDL-236")]
    public void Unmapping_for_another_mdl_of_the_same_length_is_reported() =>
        Finds(0xDA, "MDL3015", (_, _, buffer) =>
        {
            nuint reserved = MmAllocateMappingAddress(0x1000, Tag);
            Mdl mdl = NewLocked(buffer, 0x1000), other = NewLocked(buffer, 0x1000);
            MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);
            return new(() => MmUnmapReservedMapping(reserved, Tag, other), 6, other.Address, reserved, 1);
        });

    [Theory, Proves("MDL-240", "MDL-257", "MDL-517")]
    [InlineData(false)]
    [InlineData(true)]
    public void Reserving_and_freeing_above_apc_level_are_reported(bool free) =>
        Finds(0xC4, "MDL6004", (_, _, _) =>
        {
            nuint reserved = MmAllocateMappingAddress(0x1000, Tag);
            return new(
                () => AtIrql(Kirql.DISPATCH_LEVEL, () => { if (free) MmFreeMappingAddress(reserved, Tag); else MmAllocateMappingAddress(1, Tag); }),
                0x20019, 2, free ? reserved : 1);
        });

    [Theory, Proves("MDL-245", "MDL-255")]
    [InlineData(false)]
    [InlineData(true)]
    public void Mapping_and_unmapping_above_dispatch_level_are_reported(bool unmap) =>
        Finds(0x0A, "MDL6004", (_, _, buffer) =>
        {
            nuint reserved = MmAllocateMappingAddress(0x1000, Tag);
            Mdl mdl = NewLocked(buffer, 0x1000);
            if (unmap)
                MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);
            return new(
                () => AtIrql((Kirql)5, () =>
                {
                    if (unmap)
                        MmUnmapReservedMapping(reserved, Tag, mdl);
                    else
                        MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);
                }),
                mdl.Address, 5);
        });

    [Theory, Proves("MDL-544")]
    [InlineData(0x300)]
    [InlineData(0x302)]
    [InlineData(0x303)]
    [InlineData(0x304)]
    public void Without_the_verifier_releasing_what_is_no_mapping_stops(uint kind)
    {
        (nuint address, ulong pages) = (0, 2);
        BugCheckException stop = Stops(0xDA, (_, _, buffer) =>
        {
            Mdl mdl = kind == 0x300 ? NewMdl(0, 0) : NewLocked(buffer, 0x2000);
            address = kind switch
            {
                0x303 => ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag),
                0x304 => MapSystem(mdl) + 0x1000,
                _ => MmAllocateMappingAddress(0x1000, Tag),
            };
            if (kind == 0x300)
                pages = 0;
            MmUnmapLockedPages(address, mdl);
        });
        Assert.Equal((kind, address, pages), ((uint)stop.Parameter1, (nuint)stop.Parameter2, stop.Parameter3));
    }
}
