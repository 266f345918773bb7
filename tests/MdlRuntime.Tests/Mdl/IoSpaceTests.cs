using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.PageProtection;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmMapIoSpace, MmUnmapIoSpace and MDLs over what they map.</summary>
public sealed class IoSpaceTests
{
    [Fact, Proves("MDL-317", "MDL-196")]
    public void A_mapping_keeps_the_offset_and_shows_the_memory_of_the_device()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x4000);
        machine.Run(() =>
        {
            int ptes = machine.FreeSystemPtes;
            nuint address = MmMapIoSpace(At(device, 0x1234), 0x1000, MmNonCached);

            Assert.Equal(0x234u, WdkMacros.BYTE_OFFSET(address));
            Assert.Equal(ptes - 2, machine.FreeSystemPtes);
            Assert.Equal(At(device, 0x1234), MmGetPhysicalAddress(address));
            VirtualMemory.Write(address, 0x1122_3344);
            device.Bytes[0x1FFF] = 0x55;
            Assert.Equal([0x44, 0x33, 0x22, 0x11], device.Bytes.Slice(0x1234, 4).ToArray());
            Assert.Equal(0x55, VirtualMemory.Read<byte>(address + 0xDCB));
            AtIrql((Kirql)5, () => VirtualMemory.Write(address + 4, 1));

            MmUnmapIoSpace(address, 0x1000);

            Assert.Equal(ptes, machine.FreeSystemPtes);
            Assert.False(MmIsAddressValid(address));
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-317")]
    public void Without_system_addresses_there_is_no_mapping()
    {
        using Machine machine = NewMachine(systemPtes: 8);
        using var device = new DeviceMemory(machine, 0x1_0000);
        machine.Run(() =>
        {
            Assert.Equal((nuint)0, MmMapIoSpace(device.Base, 0x1_0000, MmNonCached));
            Assert.NotEqual((nuint)0, MmMapIoSpace(device.Base, 0x8000, MmNonCached));
            Assert.Equal((nuint)0, MmMapIoSpace(device.Base, 1, MmNonCached));
        });
    }

    [Fact, Proves("MDL-317", "MDL-518")]
    public void Mapping_is_for_dispatch_level_at_most() =>
        Finds(0xC4, "MDL6004", (machine, _, _) =>
        {
            var device = new DeviceMemory(machine, 0x1000);
            AtIrql(Kirql.DISPATCH_LEVEL, () => MmMapIoSpace(device.Base, 0x10, MmNonCached));
            return new(() => AtIrql((Kirql)3, () => MmMapIoSpace(device.Base, 0x10, MmNonCached)), 0x73, 3, (ulong)device.Base.QuadPart, 0x10);
        });

    [Theory, Proves("MDL-318", "MDL-518", "MDL-524")]
    [InlineData(VerifierMode.Strict, 0xC4u, 0x83ul)]
    [InlineData(VerifierMode.Off, 0x1Au, 0x1233ul)]
    public void Memory_that_nobody_locked_must_not_be_mapped(VerifierMode mode, uint code, ulong subcode)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        PhysicalAddress physical = default;

        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            physical = MmGetPhysicalAddress(buffer);
            MmUnlockPages(mdl);
            MmMapIoSpace(physical, 0x10, MmCached);
        }));

        Assert.Equal((code, subcode), (stop.Code, stop.Parameter1));
        ulong frame = (ulong)physical.QuadPart >> 12;
        Assert.Equal(mode == VerifierMode.Off ? (frame, 0ul, 0ul) : ((ulong)physical.QuadPart, 0x10ul, frame), (stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("MDL-318", "MDL-193")]
    public void Locked_memory_can_be_mapped_and_stays_cached() => InProcess((machine, process, buffer) =>
    {
        NewLocked(buffer, 0x1000);

        nuint address = MmMapIoSpace(MmGetPhysicalAddress(buffer), 0x1000, MmNonCached);

        process.Write(buffer, [0x42]);
        Assert.Equal(0x42, VirtualMemory.Read<byte>(address));
        Assert.Equal(MmCached, machine.System.Memory.FindPte(user: null, address).CacheType);
        MmUnmapIoSpace(address, 0x1000);
        Assert.Empty(machine.Findings);
    });

    [Theory, Proves("MDL-319")]
    [InlineData(MmMaximumCacheType)]
    [InlineData(MmNotMapped)]
    [InlineData((MemoryCachingType)100)]
    public void Caching_that_does_not_exist_gives_nothing(MemoryCachingType cacheType)
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x1000);
        machine.Run(() => Assert.Equal((nuint)0, MmMapIoSpace(device.Base, 0x1000, cacheType)));
    }

    [Fact, Proves("MDL-193")]
    public void Mappings_of_a_page_agree_on_its_caching_while_one_of_them_exists()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x1000);
        machine.Run(() =>
        {
            nuint first = MmMapIoSpace(device.Base, 0x1000, MmNonCached);
            nuint second = MmMapIoSpace(device.Base, 0x1000, MmCached);
            Assert.Equal(0, (int)MmAllocateMdlForIoSpace([new(device.Base, 0x1000)], 1, out Mdl? mdl));
            nuint third = MapSystem(mdl!);
            Assert.All((nuint[])[first, second, third], address => Assert.Equal(MmNonCached, Caching(address)));

            MmUnmapIoSpace(first, 0x1000);
            Assert.Equal(MmNonCached, Caching(MmMapIoSpace(device.Base, 0x1000, MmWriteCombined)));
        });

        MemoryCachingType Caching(nuint address) => machine.System.Memory.FindPte(user: null, address).CacheType;
    }

    [Theory, Proves("MDL-320")]
    [InlineData(PAGE_READWRITE, MmCached, PteFlags.Writable)]
    [InlineData(PAGE_READONLY | PAGE_NOCACHE, MmNonCached, PteFlags.None)]
    [InlineData(PAGE_EXECUTE_READWRITE | PAGE_WRITECOMBINE, MmWriteCombined, PteFlags.Writable | PteFlags.Executable)]
    [InlineData(PAGE_EXECUTE_READ, MmCached, PteFlags.Executable)]
    [InlineData(PAGE_EXECUTE, MmCached, PteFlags.Executable)]
    public void The_ex_routine_takes_a_protection(PageProtection protect, MemoryCachingType cacheType, object protection)
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x1000);
        machine.Run(() =>
        {
            Pte pte = machine.System.Memory.FindPte(user: null, MmMapIoSpaceEx(device.Base, 0x1000, protect));
            Assert.Equal((cacheType, protection), (pte.CacheType, pte.Flags & (PteFlags.Writable | PteFlags.Executable)));
        });
    }

    [Theory, Proves("MDL-320")]
    [InlineData(PAGE_NOACCESS)]
    [InlineData(PAGE_WRITECOPY)]
    [InlineData(PAGE_READWRITE | PAGE_GUARD)]
    [InlineData(PAGE_READWRITE | PAGE_NOCACHE | PAGE_WRITECOMBINE)]
    [InlineData(PAGE_NOCACHE)]
    public void Other_protections_give_nothing(PageProtection protect)
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x1000);
        machine.Run(() => Assert.Equal((nuint)0, MmMapIoSpaceEx(device.Base, 0x1000, protect)));
    }

    [Fact, Proves("MDL-320", "MDL-534")]
    public void A_read_only_mapping_cannot_be_written() => Stops(0xBE, (machine, _, _) =>
    {
        var device = new DeviceMemory(machine, 0x1000);
        VirtualMemory.Write(MmMapIoSpaceEx(device.Base, 0x1000, PAGE_READONLY), 1);
    });

    [Theory, Proves("MDL-321", "MDL-544")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Unmapping_what_was_not_mapped_stops(VerifierMode mode)
    {
        using Machine machine = NewMachine(mode);
        using var device = new DeviceMemory(machine, 0x4000);
        nuint address = 0;
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            address = MmMapIoSpace(device.Base, 0x3000, MmNonCached) + 0x1000;
            MmUnmapIoSpace(address, 0x2000);
        }));
        Assert.Equal((0xDAu, 0x400ul, address, 2ul, 0ul), (stop.Code, stop.Parameter1, (nuint)stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Theory, Proves("MDL-321", "MDL-524")]
    [InlineData(0x1000u)]
    [InlineData(0x3000u)]
    public void Unmapping_another_length_stops(uint bytes)
    {
        BugCheckException stop = Stops(0x1A, (machine, _, _) =>
        {
            var device = new DeviceMemory(machine, 0x4000);
            MmUnmapIoSpace(MmMapIoSpace(device.Base, 0x2000, MmNonCached), bytes);
        });
        Assert.Equal((0x6194Aul, bytes >> 12), (stop.Parameter1, (uint)stop.Parameter3));
    }

    [Fact, Proves("MDL-321", "MDL-593", "MDL-518")]
    public void Unmapping_at_dispatch_level_is_reported_although_the_routine_permits_it()
    {
        nuint address = 0;
        Finds(0xC4, "MDL6004", (machine, _, _) =>
        {
            address = MmMapIoSpace(new DeviceMemory(machine, 0x1000).Base, 0x10, MmNonCached);
            return new(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmUnmapIoSpace(address, 0x10)), 0x7B, 2, address, 0x10);
        });

        using Machine machine = NewMachine(VerifierMode.Off);
        machine.Run(() =>
        {
            int ptes = machine.FreeSystemPtes;
            AtIrql(Kirql.DISPATCH_LEVEL, () => MmUnmapIoSpace(MmMapIoSpace(new DeviceMemory(machine, 0x1000).Base, 0x10, MmNonCached), 0x10));
            Assert.Equal(ptes, machine.FreeSystemPtes);
        });
    }

    [Fact, Proves("MDL-322", "MDL-138", "MDL-611")]
    public void An_mdl_over_a_mapping_is_flagged()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x2000);
        machine.Run(() =>
        {
            nuint address = MmMapIoSpace(device.Base, 0x2000, MmNonCached);
            Mdl mdl = NewMdl(address + 0x10, 0x1800);

            MmBuildMdlForNonPagedPool(mdl);

            Assert.Equal(NonPaged | FixedSize | MdlFlags.MDL_IO_SPACE, mdl.MdlFlags);
            nuint first = (nuint)device.Base.QuadPart >> 12;
            Assert.Equal([first, first + 1], MmGetMdlPfnArray(mdl).ToArray());
            VirtualMemory.Write<byte>(MmGetSystemAddressForMdlSafe(mdl, Priority), 0x11);
            Assert.Equal(0x11, device.Bytes[0x10]);
            IoFreeMdl(mdl);
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-518", "MDL-524")]
    public void Locking_device_pages_is_reported_and_accounted_for_without_the_verifier()
    {
        Finds(0xC4, null, (machine, _, _) =>
        {
            nuint address = MmMapIoSpace(new DeviceMemory(machine, 0x1000).Base, 0x1000, MmNonCached);
            Mdl mdl = NewMdl(address, 0x1000);
            return new(() => MmProbeAndLockPages(mdl, KProcessorMode.KernelMode, LockOperation.IoReadAccess), 0x6F, mdl.Address,
                (ulong)MmGetPhysicalAddress(address).QuadPart >> 12, (256u << 20 >> 12) - 1);
        });

        BugCheckException stop = Stops(0x1A, (machine, _, _) =>
        {
            nuint address = MmMapIoSpace(new DeviceMemory(machine, 0x1000).Base, 0x1000, MmNonCached);
            Mdl mdl = NewMdl(address, 0x1000);
            MmProbeAndLockPages(mdl, KProcessorMode.KernelMode, LockOperation.IoReadAccess);
            MmUnlockPages(mdl);
            mdl.MdlFlags |= Locked | MdlFlags.MDL_IO_SPACE;
            MmUnlockPages(mdl);
        });
        Assert.Equal(0x61948ul, stop.Parameter1);
    }

    [Fact, Proves("MDL-510")]
    public void A_fault_plan_makes_mapping_fail()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x1000);
        machine.Faults.FailNth("MmMapIoSpace", 1);
        machine.Faults.FailNth("MmMapIoSpaceEx", 1);
        machine.LoadDriver("driver", (_, _) =>
        {
            Assert.Equal((nuint)0, MmMapIoSpace(device.Base, 0x1000, MmNonCached));
            Assert.Equal((nuint)0, MmMapIoSpaceEx(device.Base, 0x1000, PAGE_READWRITE));
            Assert.NotEqual((nuint)0, MmMapIoSpace(device.Base, 0x1000, MmNonCached));
            return NtStatus.STATUS_SUCCESS;
        });
    }

    private static PhysicalAddress At(DeviceMemory device, long offset) => new(device.Base.QuadPart + offset);
}
