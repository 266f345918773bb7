using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.PageProtection;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>Contiguous and uncached memory.</summary>
public sealed class ContiguousMemoryTests
{
    private static readonly PhysicalAddress s_zero = new(0), s_any = new(-1);

    public static TheoryData<string> Routines => ["MmAllocateContiguousMemory", "SpecifyCache", "SpecifyCacheNode", "Node", "Ex"];

    [Theory, Proves("MDL-323", "MDL-328", "MDL-326", "DMA-231")]
    [MemberData(nameof(Routines))]
    public void Memory_is_page_aligned_and_its_frames_follow_each_other(string routine)
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            long free = machine.FreeFrames;
            nuint address = Allocate(routine, 0x3001);

            Mdl mdl = NewMdl(address, 0x3001);
            MmBuildMdlForNonPagedPool(mdl);
            nuint first = MmGetMdlPfnArray(mdl)[0];
            Assert.Equal(0u, WdkMacros.BYTE_OFFSET(address));
            Assert.Equal([first, first + 1, first + 2, first + 3], MmGetMdlPfnArray(mdl).ToArray());
            AtIrql(Kirql.DISPATCH_LEVEL, () => VirtualMemory.Write(address + 0xFFE, 0x1234_5678));

            MmFreeContiguousMemory(address);

            Assert.Equal(free, machine.FreeFrames);
            Assert.False(MmIsAddressValid(address));
            Assert.Empty(machine.Findings);
        });
    }

    [Theory, Proves("MDL-323")]
    [MemberData(nameof(Routines))]
    public void Too_much_and_nothing_are_refused(string routine)
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Assert.Equal((nuint)0, Allocate(routine, 0));
            Assert.Equal((nuint)0, Allocate(routine, 1 << 30));
            Assert.Equal((nuint)0, Allocate(routine, nuint.MaxValue));
        });
    }

    [Theory, Proves("MDL-323", "MDL-510")]
    [MemberData(nameof(Routines))]
    public void A_fault_plan_makes_it_fail(string routine)
    {
        using Machine machine = NewMachine();
        machine.Faults.FailNth(routine.StartsWith("Mm", StringComparison.Ordinal) ? routine : $"MmAllocateContiguous{(routine == "Node" ? "NodeMemory" : "Memory" + routine)}", 1);
        machine.LoadDriver("driver", (_, _) =>
        {
            Assert.Equal((nuint)0, Allocate(routine, 0x1000));
            Assert.NotEqual((nuint)0, Allocate(routine, 0x1000));
            return NtStatus.STATUS_SUCCESS;
        });
    }

    [Fact, Proves("MDL-323", "MDL-324", "DMA-231")]
    public void Ranges_and_boundaries_are_kept()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint high = MmAllocateContiguousMemorySpecifyCache(0x3000, new(0x200_E000), s_any, new(0x1_0000), MmCached);
            nuint low = MmAllocateContiguousMemory(0x1000, new(0x2000));

            Assert.Equal(0x201_0000, MmGetPhysicalAddress(high).QuadPart);
            Assert.InRange(MmGetPhysicalAddress(low).QuadPart, 0x1000, 0x2000);
            Assert.Equal((nuint)0, MmAllocateContiguousMemorySpecifyCache(0x3000, s_zero, s_any, new(0x2000), MmCached));
            Assert.NotEqual((nuint)0, MmAllocateContiguousMemorySpecifyCache(0x800, s_zero, s_any, new(0x800), MmCached));
            Assert.Throws<ArgumentOutOfRangeException>("boundary", () => MmAllocateContiguousMemorySpecifyCache(0x1000, s_zero, s_any, new(0x3000), MmCached));
        });
    }

    [Fact, Proves("MDL-323", "MDL-511", "DMA-231")]
    public void Contents_are_left_over_and_a_verified_machine_shows_it()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            byte[] bytes = new byte[0x1000];
            VirtualMemory.CopyTo(MmAllocateContiguousMemory(0x1000, s_any), bytes);
            Assert.Contains(bytes, value => value != 0);
            VirtualMemory.CopyTo(MmAllocateNonCachedMemory(0x1000), bytes);
            Assert.Contains(bytes, value => value != 0);
        });
    }

    [Theory, Proves("MDL-325", "MDL-326")]
    [InlineData(PAGE_READWRITE, 0u, MmCached)]
    [InlineData(PAGE_READWRITE | PAGE_NOCACHE, MM_ANY_NODE_OK, MmNonCached)]
    [InlineData(PAGE_EXECUTE_READWRITE | PAGE_WRITECOMBINE, 0u, MmWriteCombined)]
    public void The_node_routine_takes_protection_and_caching_in_one(PageProtection protect, uint node, MemoryCachingType cacheType)
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint address = MmAllocateContiguousNodeMemory(0x1000, s_zero, s_any, s_zero, protect, node);

            ref readonly Pte pte = ref machine.System.Memory.FindPte(user: null, address);
            Assert.Equal((cacheType, (protect & PAGE_EXECUTE_READWRITE) != 0), (pte.CacheType, pte.Has(PteFlags.Executable)));
            MmFreeContiguousMemorySpecifyCache(address, 0x1000, cacheType);
        });
    }

    [Theory, Proves("MDL-325", "MDL-326")]
    [InlineData(PAGE_READONLY, 0u)]
    [InlineData(PAGE_READWRITE | PAGE_NOCACHE | PAGE_WRITECOMBINE, 0u)]
    [InlineData(PAGE_READWRITE | PAGE_GUARD, 0u)]
    [InlineData(PAGE_READWRITE, 1u)]
    public void Other_protections_and_nodes_give_nothing(PageProtection protect, uint node)
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint bytes = 0x1000;
            Assert.Equal((nuint)0, MmAllocateContiguousNodeMemory(bytes, s_zero, s_any, s_zero, protect, node));
            NtStatus status = MmAllocateContiguousMemoryEx(ref bytes, s_zero, s_any, s_zero, node, protect, 0, Tag, 0, out nuint address);
            Assert.Equal((NtStatus.STATUS_INSUFFICIENT_RESOURCES, (nuint)0, (nuint)0x1000), (status, address, bytes));
        });
    }

    [Fact, Proves("MDL-326")]
    public void The_ex_routine_tells_how_much_it_allocated_and_knows_its_options()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint bytes = 0x1001;
            Assert.Equal(NtStatus.STATUS_SUCCESS, MmAllocateContiguousMemoryEx(ref bytes, s_zero, s_any, s_zero, MM_ANY_NODE_OK, PAGE_READWRITE, 0, Tag,
                MM_ALLOCATE_CONTIGUOUS_MEMORY_FAST_ONLY, out nuint address));
            Assert.Equal((nuint)0x2000, bytes);
            MmFreeContiguousMemory(address);
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, MmAllocateContiguousMemoryEx(ref bytes, s_zero, s_any, s_zero, 0, PAGE_READWRITE, 0, Tag, 2, out _));
            Assert.Throws<NotModelledException>(() => MmAllocateContiguousMemoryEx(ref bytes, s_zero, s_any, s_zero, 0, PAGE_READWRITE, 1, Tag, 0, out _));
        });
    }

    [Fact, Proves("MDL-595")]
    public void Memory_of_the_old_routines_can_be_executed()
    {
        using Machine machine = NewMachine();
        machine.Run(() => Assert.True(machine.System.Memory.FindPte(user: null, MmAllocateContiguousMemory(0x1000, s_any)).Has(PteFlags.Executable)));
    }

    [Theory, Proves("MDL-327", "MDL-536")]
    [InlineData(VerifierMode.Off, 0x1000u)]
    [InlineData(VerifierMode.Strict, 0x1000u)]
    [InlineData(VerifierMode.Off, 0x10u)]
    [InlineData(VerifierMode.Off, 0x1000_0000u)]
    public void Only_the_exact_base_can_be_freed(VerifierMode mode, uint distance)
    {
        using Machine machine = NewMachine(mode);
        nuint address = 0;
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            address = MmAllocateContiguousMemory(0x2000, s_any) + distance;
            MmFreeContiguousMemory(address);
        }));
        Assert.Equal((0xC2u, 0x60ul, address, 0ul, 0ul), (stop.Code, stop.Parameter1, (nuint)stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Theory, Proves("MDL-327")]
    [InlineData(0x1000, MmNonCached)]
    [InlineData(0x2000, MmCached)]
    public void Freeing_with_cache_type_must_repeat_the_allocation(uint bytes, MemoryCachingType cacheType)
    {
        BugCheckException stop = Stops(0xC2, (_, _, _) =>
        {
            nuint address = MmAllocateContiguousMemorySpecifyCache(0x2000, s_zero, s_any, s_zero, MmNonCached);
            MmFreeContiguousMemorySpecifyCache(address, bytes, cacheType);
        });
        Assert.Equal(0x60ul, stop.Parameter1);
    }

    [Fact, Proves("MDL-329", "MDL-223")]
    public void Uncached_memory_comes_in_whole_scattered_pages()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        process.Run(() =>
        {
            long free = machine.FreeFrames;
            nuint address = MmAllocateNonCachedMemory(0x3001);
            Mdl mdl = NewMdl(address, 0x3001);
            MmBuildMdlForNonPagedPool(mdl);
            nuint[] pfns = MmGetMdlPfnArray(mdl).ToArray();

            Assert.Equal((0u, free - 4), (WdkMacros.BYTE_OFFSET(address), machine.FreeFrames));
            Assert.All(pfns, pfn => Assert.Equal(MmNonCached, machine.System.Memory.Frames[new(pfn)].CacheType));
            Assert.All(Enumerable.Range(1, 3), i => Assert.NotEqual(pfns[i - 1] + 1, pfns[i]));
            nuint view = MapUser(mdl);
            process.Write(view + 0x800, [9]);
            Assert.Equal(9, VirtualMemory.Read<byte>(address + 0x800));

            MmUnmapLockedPages(view, mdl);
            MmFreeNonCachedMemory(address, 0x3001);

            Assert.Equal(free, machine.FreeFrames);
            Assert.Equal((nuint)0, MmAllocateNonCachedMemory(0));
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-329", "MDL-517")]
    public void Uncached_memory_is_for_low_irql() =>
        Finds(0xC4, "MDL6004", (_, _, _) => new(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmAllocateNonCachedMemory(0x1000)), 0x20019, 2));

    [Fact, Proves("MDL-323", "MDL-594", "DMA-231")]
    public void Device_irql_is_too_high_and_dispatch_level_is_not()
    {
        Finds(0x0A, "MDL6004", (machine, _, _) =>
        {
            AtIrql(Kirql.DISPATCH_LEVEL, () => MmFreeContiguousMemory(MmAllocateContiguousMemory(0x1000, s_any)));
            Assert.Empty(machine.Findings);
            return new(() => AtIrql((Kirql)3, () => MmAllocateContiguousMemory(0x1000, s_any)), 0, 3);
        });
    }

    private static nuint Allocate(string routine, nuint bytes)
    {
        switch (routine)
        {
            case "MmAllocateContiguousMemory":
                return MmAllocateContiguousMemory(bytes, s_any);
            case "SpecifyCache":
                return MmAllocateContiguousMemorySpecifyCache(bytes, s_zero, s_any, s_zero, MmCached);
            case "SpecifyCacheNode":
                return MmAllocateContiguousMemorySpecifyCacheNode(bytes, s_zero, s_any, s_zero, MmCached, 0);
            case "Node":
                return MmAllocateContiguousNodeMemory(bytes, s_zero, s_any, s_zero, PAGE_READWRITE, 0);
            default:
                _ = MmAllocateContiguousMemoryEx(ref bytes, s_zero, s_any, s_zero, 0, PAGE_READWRITE, 0, Tag, 0, out nuint address);
                return address;
        }
    }
}
