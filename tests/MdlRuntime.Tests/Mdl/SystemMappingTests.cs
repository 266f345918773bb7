using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>System mappings: making, using and releasing them.</summary>
public sealed class SystemMappingTests
{
    [Fact, Proves("MDL-190", "MDL-199", "MDL-018", "MDL-204")]
    public void Mapping_sets_the_address_and_one_flag() => InProcess((machine, process, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl mdl = NewLocked(buffer + 0x345, 0x2000);

        nuint system = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, requestedAddress: 0x1234, false, Priority);

        Assert.True(machine.System.Memory.SystemPtes.Contains(system));
        Assert.Equal((system, buffer, 0x345u, 0x2000u), (mdl.MappedSystemVa, mdl.StartVa, mdl.ByteOffset, mdl.ByteCount));
        Assert.Equal((nuint)0x345, system & 0xFFF);
        Assert.Equal(FixedSize | Locked | WriteOperation | Mapped, mdl.MdlFlags);
        Assert.Equal((free - 3, 3), (machine.FreeSystemPtes, process.LockedPages));
    });

    [Fact, Proves("MDL-196", "MDL-206", "MDL-009", "MDL-197")]
    public void Every_mapping_shows_the_same_bytes_even_around_the_buffer() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer + 0x10, 0x20, IoReadAccess);
        nuint system = MapSystem(mdl), view = MapUser(mdl);

        VirtualMemory.Write<uint>(system, 0xA5A5A5A5);
        VirtualMemory.Write<byte>(system - 1, 0x11);
        VirtualMemory.Write<byte>(system + 0x20, 0x22);

        Assert.Equal(0xA5A5A5A5u, VirtualMemory.Read<uint>(buffer + 0x10));
        Assert.Equal(0xA5A5A5A5u, VirtualMemory.Read<uint>(view));
        Assert.Equal((0x11, 0x22), (VirtualMemory.Read<byte>(buffer + 0xF), VirtualMemory.Read<byte>(buffer + 0x30)));
    });

    [Fact, Proves("MDL-205", "MDL-054", "MDL-396")]
    public void A_mapping_is_valid_in_every_process_and_ends_with_its_last_page()
    {
        nuint system = 0;
        BugCheckException stop = Stops(0x50, (machine, _, buffer) =>
        {
            system = MapSystem(NewLocked(buffer, 0x1000));
            machine.CreateProcess("other").Run(() => AtIrql((Kirql)5, () => VirtualMemory.Write<byte>(system + 0xFFF, 1)));
            Assert.Equal(1, VirtualMemory.Read<byte>(buffer + 0xFFF));
            VirtualMemory.Read<byte>(system + 0x1000);
        });
        Assert.Equal(system + 0x1000, stop.Parameter1);
    }

    [Fact, Proves("MDL-056", "MDL-052")]
    public void The_safe_macro_maps_once() => InProcess((machine, _, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint first = MmGetSystemAddressForMdlSafe(mdl, Priority);

        Assert.Equal(first, MmGetSystemAddressForMdlSafe(mdl, HighPagePriority | MdlMappingNoWrite));
        Assert.Equal(first, MmGetSystemAddressForMdl(mdl));
        VirtualMemory.Write<byte>(first, 1);
        Assert.Equal(free - 1, machine.FreeSystemPtes);
        Assert.Empty(machine.Findings);
    });

    [Theory, Proves("MDL-200", "MDL-201", "MDL-346")]
    [InlineData("mapped", 0x8B, 0x01)]
    [InlineData("nonpaged", 0x0C, 0x04)]
    [InlineData("partial mapped", 0x39, 0x21)]
    [InlineData("partial shared", 0x19, 0x01)]
    public void A_second_system_address_is_reported(string state, uint flags, uint wrong) =>
        Finds(0xC4, "MDL3014", (_, _, buffer) =>
        {
            Mdl mdl = state == "nonpaged" ? NewNonPaged(0x1000) : NewLocked(buffer, 0x1000);
            if (state is "mapped" or "partial shared")
                MapSystem(mdl);
            if (state.StartsWith("partial", StringComparison.Ordinal))
                mdl = NewPartial(mdl);
            if (state == "partial mapped")
                MapSystem(mdl);
            return new(() => MapSystem(mdl), 0xB2, mdl.Address, flags, wrong);
        });

    [Fact, Proves("MDL-200", "MDL-055", "MDL-171")]
    public void Mapping_pages_that_are_not_locked_is_reported() =>
        Finds(0xC4, "MDL3014", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            return new(() => MmGetSystemAddressForMdlSafe(mdl, Priority), 0xB3, mdl.Address, 0x08, 0x12);
        });

    [Fact, Proves("MDL-207")]
    public void A_flag_does_not_make_pages_locked() =>
        Finds(0xC4, "MDL4009", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x2000);
            MmUnlockPages(mdl);
            mdl.MdlFlags |= Locked;
            return new(() => MapSystem(mdl), 0x85, mdl.Address, 2, MmGetMdlPfnArray(mdl)[0]);
        });

    [Fact, Proves("MDL-207")]
    public void A_frame_that_is_no_memory_is_reported() =>
        Finds(0xC4, "MDL4009", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x2000);
            MmGetMdlPfnArray(mdl)[1] = unchecked((nuint)0x1_2345_6789);
            return new(() => MapSystem(mdl), 0x89, mdl.Address, mdl.Address + 0x38, 0x123456789);
        });

    [Fact, Proves("MDL-550")]
    public void Without_the_verifier_garbage_frames_are_mapped() => InProcess(VerifierMode.Off, (machine, _, buffer) =>
    {
        Mdl mdl = NewMdl(buffer, 0x2000);
        MmGetMdlPfnArray(mdl)[0] = unchecked((nuint)0x1_2345_6789);
        MmGetMdlPfnArray(mdl)[1] = 3;
        nuint system = MapSystem(mdl);

        Assert.NotEqual((nuint)0, system);
        Assert.Equal(0xFF, VirtualMemory.Read<byte>(system)); // Nobody answers there.
        VirtualMemory.Write<byte>(system + 0x1000, 0x77);
        Assert.Equal(0x77, machine.System.Memory.Arena.Frame(new(3))[0]);
    });

    [Fact, Proves("MDL-550", "MDL-201")]
    public void Without_the_verifier_a_second_mapping_leaks_the_first() => InProcess(VerifierMode.Off, (machine, _, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl mdl = NewLocked(buffer, 0x3000);
        Assert.NotEqual(MapSystem(mdl), MapSystem(mdl));
        MmUnlockPages(mdl);
        Assert.Equal(free - 3, machine.FreeSystemPtes);
    });

    [Fact, Proves("MDL-202", "MDL-204")]
    public void Without_ptes_there_is_no_address_and_no_change()
    {
        using Machine machine = NewMachine(systemPtes: 4);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        process.Run(() =>
        {
            Mdl first = NewLocked(buffer, 0x3000), second = NewLocked(buffer, 0x2000);
            nuint stale = second.MappedSystemVa;
            MapSystem(first);

            Assert.Equal((nuint)0, MmGetSystemAddressForMdlSafe(second, HighPagePriority | MdlMappingNoExecute));

            Assert.Equal((FixedSize | Locked | WriteOperation, stale), (second.MdlFlags, second.MappedSystemVa));
            Assert.Equal(1, machine.FreeSystemPtes);
            MmUnlockPages(first);
            Assert.NotEqual((nuint)0, MmGetSystemAddressForMdlSafe(second, Priority));
        });
        Assert.Empty(machine.Findings);
    }

    [Fact, Proves("MDL-202", "MDL-527", "MDL-226")]
    public void Without_ptes_the_old_routine_stops()
    {
        using Machine machine = NewMachine(VerifierMode.Off, systemPtes: 2);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        var stop = Assert.Throws<BugCheckException>(() => process.Run(() => MmMapLockedPages(NewLocked(buffer, 0x3000), KernelMode)));
        Assert.Equal((0x3Fu, 0ul, 3ul, 2ul, 2ul), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Theory, Proves("MDL-226")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Survey)]
    public void The_old_routine_maps_cached_and_raises_where_user_mode_has_no_addresses(VerifierMode mode)
    {
        using Machine machine = NewMachine(mode);
        machine.Run(() =>
        {
            Mdl mdl = MmAllocatePagesForMdl(new(0), new(-1), new(0), 0x1000)!;
            Assert.Equal(MmCached, machine.System.Memory.FindPte(user: null, MmMapLockedPages(mdl, KernelMode)).CacheType);

            // The system process has no user addresses.
            var raised = Assert.Throws<NtStatusException>(() => MmMapLockedPages(mdl, UserMode));
            Assert.Equal(NtStatus.STATUS_NO_MEMORY, raised.Status);
        });
    }

    [Fact, Proves("MDL-202", "MDL-052")]
    public void An_mdl_that_says_so_makes_the_old_routine_return_null()
    {
        using Machine machine = NewMachine(VerifierMode.Off, systemPtes: 2);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        process.Run(() =>
        {
            Mdl mdl = NewLocked(buffer, 0x3000);
            mdl.MdlFlags |= MdlFlags.MDL_MAPPING_CAN_FAIL;
            Assert.Equal((nuint)0, MmGetSystemAddressForMdl(mdl));
        });
    }

    [Fact, Proves("MDL-203", "MDL-540")]
    public void With_pte_tracking_exhaustion_has_another_code()
    {
        using Machine machine = NewMachine(VerifierMode.Survey, systemPtes: 2);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        var stop = Assert.Throws<BugCheckException>(() => process.Run(() => MmMapLockedPages(NewLocked(buffer, 0x3000), KernelMode)));
        Assert.Equal((0xD8u, 0ul, 2ul, 2ul), (stop.Code, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Theory, Proves("MDL-065", "MDL-066")]
    [InlineData(LowPagePriority, 128 - 128 / 16)]
    [InlineData(NormalPagePriority, 128 - 128 / 64)]
    [InlineData(HighPagePriority, 128)]
    public void Lower_priorities_leave_ptes_to_higher_ones(MmPagePriority priority, int usable)
    {
        using Machine machine = NewMachine(systemPtes: 128);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        process.Run(() =>
        {
            int mapped = 0;
            while (MmGetSystemAddressForMdlSafe(NewLocked(buffer, 0x1000), priority | MdlMappingNoExecute) != 0)
                mapped++;
            Assert.Equal(usable, mapped);
        });
    }

    [Fact, Proves("MDL-069", "MDL-534", "MDL-067")]
    public void Writing_through_a_no_write_mapping_stops()
    {
        nuint system = 0;
        BugCheckException stop = Stops(0xBE, (_, _, buffer) =>
        {
            VirtualMemory.Write<byte>(buffer, 5);
            system = MmGetSystemAddressForMdlSafe(NewLocked(buffer, 0x1000), Priority | MdlMappingNoWrite);
            Assert.Equal(5, VirtualMemory.Read<byte>(system));
            VirtualMemory.Write<byte>(buffer, 6);
            AtIrql(Kirql.DISPATCH_LEVEL, () => VirtualMemory.Write<byte>(system, 7));
        });
        Assert.Equal(system, stop.Parameter1);
    }

    [Fact, Proves("MDL-069", "MDL-547", "MDL-068")]
    public void Executing_a_no_execute_mapping_stops() =>
        Stops(0xFC, (machine, _, buffer) =>
        {
            Mdl first = NewLocked(buffer, 0x1000), second = NewLocked(buffer, 0x1000);
            nuint executable = MmGetSystemAddressForMdlSafe(first, NormalPagePriority);
            machine.System.Processor.Access(executable, MemoryAccess.Execute);
            machine.System.Processor.Access(MmGetSystemAddressForMdlSafe(second, Priority), MemoryAccess.Execute);
        });

    [Fact, Proves("MDL-067", "MDL-396")]
    public void Guard_ptes_surround_a_mapping()
    {
        Stops(0x50, (machine, _, buffer) =>
        {
            int free = machine.FreeSystemPtes;
            Mdl mdl = NewLocked(buffer, 0x1000);
            nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority | MdlMappingWithGuardPtes);
            Assert.Equal(free - 3, machine.FreeSystemPtes);
            MmUnmapLockedPages(system, mdl);
            Assert.Equal(free, machine.FreeSystemPtes);
            system = MmGetSystemAddressForMdlSafe(mdl, Priority | MdlMappingWithGuardPtes);
            VirtualMemory.Read<byte>(system - 1);
        });
    }

    [Fact, Proves("MDL-193", "MDL-070")]
    public void The_caching_type_is_only_a_wish() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint system = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmWriteCombined, 0, false, Priority);
        Assert.Equal(MmCached, machine.System.Memory.SystemPtes[system].CacheType);
        Assert.Throws<ArgumentOutOfRangeException>(() => MmMapLockedPagesSpecifyCache(mdl, UserMode, MmMaximumCacheType, 0, false, Priority));
    });

    [Fact, Proves("MDL-194", "MDL-608")]
    public void Mapping_zero_bytes_is_reported() =>
        Finds(0xC4, "MDL2001", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0);
            mdl.MdlFlags |= Locked;
            return new(() => MapSystem(mdl), 0x4D444C01, mdl.Address, 0x0A);
        });

    [Fact, Proves("MDL-198")]
    public void Asking_for_a_stop_on_failure_is_reported() =>
        Finds(0xC4, "MDL2006", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            return new(() => MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, 0, true, Priority), 0x82, mdl.Address, 0x8A);
        });

    [Fact, Proves("MDL-208", "MDL-068")]
    public void An_executable_mapping_is_reported() =>
        Finds(0xC4, "MDL3017", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            return new(() => MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), 0x2002, 0, 16);
        });

    [Theory, Proves("MDL-227", "MDL-226")]
    [InlineData(KernelMode)]
    [InlineData(UserMode)]
    public void The_old_routine_is_reported_whenever_it_is_used(KProcessorMode mode) =>
        Finds(0xC4, "MDL2006", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            return new(() => MmMapLockedPages(mdl, mode), 0x81, mdl.Address, 0x8A);
        });

    [Theory, Proves("MDL-192", "MDL-227", "MDL-518")]
    [InlineData(false, KernelMode, 5, 0x76)]
    [InlineData(false, UserMode, 2, 0x77)]
    [InlineData(true, KernelMode, 5, 0x74)]
    [InlineData(true, UserMode, 2, 0x75)]
    public void Mapping_above_its_irql_is_reported(bool old, KProcessorMode mode, byte irql, uint subcode) =>
        Finds(0xC4, "MDL6004", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            Action map = old
                ? () => MmMapLockedPages(mdl, mode)
                : () => MmMapLockedPagesSpecifyCache(mdl, mode, MmCached, 0, false, Priority);
            return new(() => AtIrql((Kirql)irql, map), subcode, irql, mdl.Address, (ulong)mode);
        });

    [Fact, Proves("MDL-231", "MDL-605")]
    public void Unmapping_returns_the_ptes_and_keeps_the_lock() => InProcess((machine, process, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl mdl = NewLocked(buffer + 0x10, 0x2000);
        nuint system = MapSystem(mdl);
        mdl.MdlFlags |= MdlFlags.MDL_FREE_EXTRA_PTES;

        AtIrql(Kirql.DISPATCH_LEVEL, () => MmUnmapLockedPages(system, mdl));

        Assert.Equal((free, 3, FixedSize | Locked | WriteOperation), (machine.FreeSystemPtes, process.LockedPages, mdl.MdlFlags));
        Assert.False(MmIsAddressValid(system));
        Assert.NotEqual((nuint)0, MapSystem(mdl));
        Assert.Empty(machine.Findings);
    });

    [Theory, Proves("MDL-232", "MDL-523", "MDL-522")]
    [InlineData(0, 0x50)]
    [InlineData(2, 0xD1)]
    public void A_released_address_faults(byte irql, uint code)
    {
        nuint system = 0;
        BugCheckException stop = Stops(code, (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            system = MapSystem(mdl);
            MmUnmapLockedPages(system, mdl);
            AtIrql((Kirql)irql, () => VirtualMemory.Write<byte>(system, 1));
        });
        Assert.Equal(system, stop.Parameter1);
    }

    [Fact, Proves("MDL-229", "MDL-518")]
    public void Unmapping_a_system_address_above_dispatch_level_is_reported() =>
        Finds(0xC4, "MDL6004", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            nuint system = MapSystem(mdl);
            return new(() => AtIrql((Kirql)5, () => MmUnmapLockedPages(system, mdl)), 0x79, 5, system, mdl.Address);
        });

    [Fact, Proves("MDL-235", "MDL-346")]
    public void Unmapping_what_is_not_mapped_is_reported() =>
        Finds(0xC4, "MDL3015", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            nuint system = MapSystem(mdl);
            MmUnmapLockedPages(system, mdl);
            return new(() => MmUnmapLockedPages(system, mdl), 0xB6, mdl.Address, 0x8A, 0x01);
        });

    [Fact, Proves("MDL-237")]
    public void Unmapping_non_paged_memory_is_reported() =>
        Finds(0xC4, "MDL3015", (_, _, _) =>
        {
            Mdl mdl = NewNonPaged(0x1000);
            return new(() => MmUnmapLockedPages(mdl.MappedSystemVa, mdl), 0xB6, mdl.Address, 0x0C, 0x01);
        });

    [Theory, Proves("MDL-236", "MDL-542")]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Pte_tracking_finds_what_changed_since_mapping(uint kind) =>
        Finds(0xDA, "MDL3015", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x3000);
            nuint pfn = MmGetMdlPfnArray(mdl)[0], system = kind == 6 ? 0 : MapSystem(mdl), address = system;
            (ulong expected, ulong actual) = (0, 0);
            switch (kind)
            {
                case 2:
                    VirtualMemory.Write(mdl.Address + 0x28, 0x1000u);
                    (expected, actual) = (3, 1);
                    break;
                case 3:
                    address = system + 4;
                    (expected, actual) = (system, address);
                    break;
                case 4:
                    MmGetMdlPfnArray(mdl)[0] = 1;
                    (expected, actual) = (pfn, 1);
                    break;
                case 5:
                    VirtualMemory.Write(mdl.Address + 0x20, buffer + 0x1000);
                    (expected, actual) = (buffer, buffer + 0x1000);
                    break;
                default:
                    mdl.MdlFlags |= Mapped;
                    address = unchecked((nuint)0xFFFF_F880_0000_0000);
                    (expected, actual) = (address, 3);
                    break;
            }

            return new(() => MmUnmapLockedPages(address, mdl), kind, mdl.Address, expected, actual);
        });

    [Fact, Proves("MDL-550", "MDL-544")]
    public void Without_the_verifier_unmapping_what_is_not_mapped_stops()
    {
        nuint system = 0;
        BugCheckException stop = Stops(0xDA, (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            system = MapSystem(mdl);
            MmUnmapLockedPages(system, mdl);
            MmUnmapLockedPages(system, mdl);
        });
        Assert.Equal((0x302ul, (ulong)system), (stop.Parameter1, stop.Parameter2));
    }
}
