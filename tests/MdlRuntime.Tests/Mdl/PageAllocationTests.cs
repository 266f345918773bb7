using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmAllocateFlags;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmAllocatePagesForMdl and its relatives: which pages they find, and what the MDL says of them.</summary>
public sealed class PageAllocationTests
{
    private const nuint Megabyte = 1 << 20;
    private static readonly PhysicalAddress s_zero = new(0), s_any = new(-1);

    [Fact, Proves("MDL-269", "MDL-272", "MDL-044", "MDL-274", "MDL-604", "MDL-279")]
    public void The_mdl_describes_locked_pages_that_have_no_address()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl plain = MmAllocatePagesForMdl(s_zero, s_any, s_zero, 0x1001)!;
            Mdl extended = MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 0x2000, MmCached, None)!;
            Mdl ofNode = MmAllocateNodePagesForMdlEx(s_zero, s_any, s_zero, 0x2000, MmCached, MM_ANY_NODE_OK, None)!;

            Assert.All((Mdl[])[plain, extended, ofNode], mdl =>
            {
                Assert.Equal((nuint)0, MmGetMdlVirtualAddress(mdl));
                Assert.Equal((0u, 0x2000u, Locked), (mdl.ByteOffset, mdl.ByteCount, mdl.MdlFlags));
                Assert.Equal((short)(48 + 2 * 8), mdl.Size);
                Assert.Null(mdl.Process);
                Assert.Null(mdl.Next);
                Assert.All(MmGetMdlPfnArray(mdl).ToArray(), pfn => Assert.Equal(FrameUse.MdlPages, machine.System.Memory.Frames[new(pfn)].Use));
            });
        });
    }

    [Fact, Proves("MDL-276", "MDL-511")]
    public void Pages_are_zero_unless_the_caller_does_without()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        process.Run(() =>
        {
            // Leave traces on frames that will be handed out again.
            nuint used = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8 * 0x1000, Tag);
            RuntimeLibrary.RtlFillMemory(used, 8 * 0x1000, 0xEE);
            ExFreePool(used);

            Mdl zeroed = MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 4 * 0x1000, MmCached, None)!;
            Mdl stale = MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 4 * 0x1000, MmCached, MM_DONT_ZERO_ALLOCATION)!;

            Assert.Equal(-1, IndexOfNonZero(zeroed));
            Assert.NotEqual(-1, IndexOfNonZero(stale));
        });
    }

    [Fact, Proves("MDL-276")]
    public void Without_the_verifier_pages_that_are_not_zeroed_hold_what_their_last_owner_left()
    {
        using Machine machine = NewMachine(VerifierMode.Off);
        machine.Run(() =>
        {
            ExAllocatePool2(POOL_FLAG_NON_PAGED, 56, Tag); // The pool has room for the MDL and needs no frame.
            nuint used = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);
            RuntimeLibrary.RtlFillMemory(used, 0x1000, 0xEE);
            nuint frame = (nuint)MmGetPhysicalAddress(used).QuadPart >> 12;
            ExFreePool(used);
            machine.System.Memory.Frames.ForceNext(frame);

            Mdl stale = MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 0x1000, MmCached, MM_DONT_ZERO_ALLOCATION)!;

            Assert.Equal(frame, MmGetMdlPfnArray(stale)[0]);
            Assert.Equal(0xEE, VirtualMemory.Read<byte>(MapSystem(stale) + 0x123));
        });
    }

    [Fact, Proves("MDL-273", "MDL-281")]
    public void A_machine_gives_what_it_has_unless_everything_is_required()
    {
        using var machine = new Machine(new() { MemoryBytes = 1 << 20 });
        machine.Run(() =>
        {
            long free = machine.FreeFrames;
            Assert.Null(MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 2 * Megabyte, MmCached, MM_ALLOCATE_FULLY_REQUIRED));
            Assert.Equal(free, machine.FreeFrames);

            Mdl partial = MmAllocatePagesForMdl(s_zero, s_any, s_zero, 2 * Megabyte)!;

            Assert.InRange((long)partial.ByteCount, (free - 4) * 0x1000, free * 0x1000);
            Assert.Equal(0, machine.FreeFrames);
            Assert.Null(MmAllocatePagesForMdl(s_zero, s_any, s_zero, 0x1000));
            MmFreePagesFromMdl(partial);
            ExFreePool(partial.Address);
            Assert.Equal(free, machine.FreeFrames);
        });
    }

    [Theory, Proves("MDL-281")]
    [InlineData(MM_ALLOCATE_NO_WAIT)]
    [InlineData(MM_ALLOCATE_FROM_LOCAL_NODE_ONLY)]
    [InlineData(MM_ALLOCATE_PREFER_CONTIGUOUS)]
    [InlineData(MM_ALLOCATE_FULLY_REQUIRED)]
    [InlineData(MM_ALLOCATE_TRIM_IF_NECESSARY)]
    public void Wishes_do_not_stand_in_the_way(MmAllocateFlags flags)
    {
        using Machine machine = NewMachine();
        machine.Run(() => Assert.Equal(0x5000u, MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 0x5000, MmCached, flags)!.ByteCount));
    }

    [Fact, Proves("MDL-275")]
    public void One_call_is_for_less_than_four_gigabytes()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Assert.Null(MmAllocatePagesForMdl(s_zero, s_any, s_zero, 0xFFFF_F001));
            Assert.Null(MmAllocatePagesForMdl(s_zero, s_any, s_zero, 0));
            Assert.NotNull(MmAllocatePagesForMdl(s_zero, s_any, s_zero, 0xFFFF_F000));
        });
    }

    [Fact, Proves("MDL-277", "MDL-278")]
    public void Pages_come_from_the_window_and_the_page_of_its_highest_address_is_in_it()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl mdl = MmAllocatePagesForMdl(new(0x20_0001), new(0x20_4000), s_zero, 0x10_0000)!;

            Assert.Equal((nuint[])[0x201, 0x202, 0x203, 0x204], MmGetMdlPfnArray(mdl).ToArray().Order().ToArray());
            Assert.Null(MmAllocatePagesForMdl(new(0x20_0001), new(0x20_4000), s_zero, 0x1000));
        });
    }

    [Fact, Proves("MDL-277")]
    public void The_window_moves_up_until_there_are_enough_pages()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl mdl = MmAllocatePagesForMdl(new(0x20_0000), new(0x20_1FFF), new(0x10_0000), 0x6000)!;

            Assert.Equal((nuint[])[0x200, 0x201, 0x300, 0x301, 0x400, 0x401], MmGetMdlPfnArray(mdl).ToArray().Order().ToArray());
            Assert.Null(MmAllocatePagesForMdl(new(0x20_0000), new(0x20_1FFF), new(0x10_0800), 0x1000));
        });
    }

    [Theory, Proves("MDL-280")]
    [InlineData(0L)]
    [InlineData(0x100_0000L)]
    public void Neighbours_in_the_mdl_are_no_neighbours_in_memory(long lowest)
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Span<nuint> pfns = MmGetMdlPfnArray(MmAllocatePagesForMdl(new(lowest), s_any, s_zero, 0x40_0000)!);
            for (int i = 1; i < pfns.Length; i++)
                Assert.NotEqual(pfns[i - 1] + 1, pfns[i]);
        });
    }

    [Fact, Proves("MDL-282")]
    public void Without_a_skip_distance_a_chunk_is_one_block_or_nothing()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl mdl = MmAllocatePagesForMdlEx(new(0x20_1000), new(0x20_5FFF), s_zero, 0x5000, MmCached, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS)!;

            Assert.Equal([0x201, 0x202, 0x203, 0x204, 0x205], MmGetMdlPfnArray(mdl).ToArray());
            long free = machine.FreeFrames;
            Assert.Null(MmAllocatePagesForMdlEx(new(0x30_0000), new(0x30_3FFF), s_zero, 0x5000, MmCached, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS));
            Assert.Equal(free, machine.FreeFrames);
        });
    }

    [Fact, Proves("MDL-282")]
    public void With_a_skip_distance_chunks_are_as_long_as_that_and_aligned_to_it()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl mdl = MmAllocatePagesForMdlEx(new(0x20_1000), new(0x21_2FFF), new(0x4000), 0x1_0000, MmCached, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS)!;

            nuint[] pfns = MmGetMdlPfnArray(mdl).ToArray();
            Assert.Equal(12, pfns.Length);
            Assert.All(pfns.Chunk(4), chunk =>
            {
                Assert.Equal((nuint)0, chunk[0] % 4);
                Assert.Equal([chunk[0], chunk[0] + 1, chunk[0] + 2, chunk[0] + 3], chunk);
            });
        });
    }

    [Theory, Proves("MDL-282", "MDL-283", "MDL-284")]
    [InlineData(0x3000, 0x6000, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS)]
    [InlineData(0x2000, 0x5000, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS)]
    [InlineData(0x800, 0x1000, None)]
    [InlineData(0x20_0000, 0x20_0000, MM_ALLOCATE_FAST_LARGE_PAGES)]
    [InlineData(0x1000, 0x20_0000, MM_ALLOCATE_FAST_LARGE_PAGES | MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS)]
    [InlineData(0x20_0000, 0x20_0000, MM_ALLOCATE_FAST_LARGE_PAGES | MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS)]
    [InlineData(0, 0x1000, MM_ALLOCATE_AND_HOT_REMOVE | MM_ALLOCATE_FULLY_REQUIRED)]
    [InlineData(0, 0x1000, (MmAllocateFlags)0x200)]
    public void Arguments_that_do_not_fit_together_give_nothing(long skip, uint bytes, MmAllocateFlags flags)
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            long free = machine.FreeFrames;
            Assert.Null(MmAllocatePagesForMdlEx(s_zero, s_any, new(skip), bytes, MmCached, flags));
            Assert.Equal(free, machine.FreeFrames);
        });
    }

    [Fact, Proves("MDL-284")]
    public void Hot_removal_needs_the_lowest_irql_and_is_not_modelled_there()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Assert.Throws<NotModelledException>(() => MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 0x1000, MmCached, MM_ALLOCATE_AND_HOT_REMOVE));
            AtIrql(Kirql.APC_LEVEL, () => Assert.Null(MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 0x1000, MmCached, MM_ALLOCATE_AND_HOT_REMOVE)));
        });
    }

    [Theory, Proves("MDL-285")]
    [InlineData(0u, None, true)]
    [InlineData(0u, MM_ALLOCATE_FROM_LOCAL_NODE_ONLY, true)]
    [InlineData(1u, None, false)]
    [InlineData(0u, MM_ALLOCATE_PREFER_CONTIGUOUS, false)]
    [InlineData(0u, MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS, false)]
    public void The_node_routine_knows_its_nodes_and_fewer_options(uint node, MmAllocateFlags flags, bool succeeds)
    {
        using Machine machine = NewMachine();
        machine.Run(() => Assert.Equal(succeeds, MmAllocateNodePagesForMdlEx(s_zero, s_any, s_zero, 0x1000, MmCached, node, flags) is not null));
    }

    [Fact, Proves("MDL-287", "MDL-591", "MDL-193")]
    public void Pages_of_the_plain_routine_are_cached_as_their_first_mapping_asks()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl open = MmAllocatePagesForMdl(s_zero, s_any, s_zero, 0x1000)!;
            Mdl settled = MmAllocatePagesForMdlEx(s_zero, s_any, s_zero, 0x1000, MmWriteCombined, None)!;
            Assert.Equal((MmNotMapped, MmWriteCombined), (Attribute(open), Attribute(settled)));

            MapSystem(open);
            MapSystem(settled);

            Assert.Equal((MmCached, MmWriteCombined), (Attribute(open), Attribute(settled)));
            Assert.Equal(MmWriteCombined, machine.System.Memory.FindPte(user: null, settled.MappedSystemVa).CacheType);
        });

        MemoryCachingType Attribute(Mdl mdl) => machine.System.Memory.Frames[new(MmGetMdlPfnArray(mdl)[0])].CacheType;
    }

    [Fact, Proves("MDL-288", "MDL-289", "MDL-224")]
    public void Pages_can_be_shown_to_user_mode_and_mapped_and_be_taken_apart()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        Mdl mdl = null!;
        nuint system = 0;
        process.Run(() =>
        {
            mdl = MmAllocatePagesForMdl(s_zero, s_any, s_zero, 0x3000)!;
            nuint view = MapUser(mdl);
            process.Write(view + 0x1FFF, [1, 2]);
            system = MmGetSystemAddressForMdlSafe(mdl, Priority);
            Assert.Equal(((nuint)0, system, Locked | Mapped), (MmGetMdlVirtualAddress(mdl), mdl.MappedSystemVa, mdl.MdlFlags));
            Mdl piece = NewMdl(0, 0x3000);

            // The addresses of such an MDL begin at 0.
            IoBuildPartialMdl(mdl, piece, 0x1FFF, 2);

            Assert.Equal(MmGetMdlPfnArray(mdl)[1..].ToArray(), MmGetMdlPfnArray(piece).ToArray());
            Assert.Equal(0x0201, VirtualMemory.Read<short>(MmGetSystemAddressForMdlSafe(piece, Priority)));
        });

        process.Exit();

        machine.Run(() =>
        {
            Assert.Equal(0x0201, VirtualMemory.Read<short>(system + 0x1FFF));
            MmFreePagesFromMdl(mdl);
        });
        Assert.Empty(machine.Findings);
    }

    private static int IndexOfNonZero(Mdl mdl)
    {
        byte[] bytes = new byte[mdl.ByteCount];
        VirtualMemory.CopyTo(MapSystem(mdl), bytes);
        return bytes.AsSpan().IndexOfAnyExcept((byte)0);
    }
}
