using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>Memory that processor and device share: where it lies, what it ties up, and how it is given back.</summary>
public sealed class CommonBufferTests
{
    [Fact, Proves("DMA-216", "DMA-218", "DMA-225", "DMA-009", "DMA-008")]
    public void Processor_and_device_see_each_others_stores_without_mapping_or_flushing()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(3 * PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
            Assert.Equal(0u, BYTE_OFFSET(buffer));
            VirtualMemory.CopyFrom(buffer, Numbered(3 * PAGE_SIZE));

            Assert.Equal(Numbered(3 * PAGE_SIZE), DeviceReads(adapter, logical.QuadPart, 3 * PAGE_SIZE));
            DeviceWrites(adapter, logical.QuadPart + 0x1FFF, 1, 2, 3);

            Assert.Equal(0x00030201, VirtualMemory.Read<int>(buffer + 0x1FFF) & 0x00FF_FFFF);
            adapter.FreeCommonBuffer(3 * PAGE_SIZE, logical, buffer, cacheEnabled: true);
            adapter.PutDmaAdapter();
        });
    }

    [Theory, Proves("DMA-216", "DMA-223")]
    [InlineData(FramePolicy.Scattered)]
    [InlineData(FramePolicy.Sequential)]
    [InlineData(FramePolicy.Reversed)]
    [InlineData(FramePolicy.HighFirst)]
    public void A_buffer_is_one_logical_range_in_every_frame_policy(FramePolicy policy)
    {
        using var bench = new DmaBench(new() { Frames = policy, Verifier = VerifierMode.Off });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(64 * PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
            for (uint page = 0; page < 64; page++)
                VirtualMemory.Write(buffer + page * PAGE_SIZE, page + 1);
            for (uint page = 0; page < 64; page++)
                Assert.Equal(page + 1, BitConverter.ToUInt32(DeviceReads(adapter, logical.QuadPart + page * PAGE_SIZE, 4)));
        });
    }

    [Fact, Proves("DMA-218")]
    public void The_physical_address_of_a_common_buffer_is_no_logical_one()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
            PhysicalAddress physical = MmGetPhysicalAddress(buffer);
            Assert.NotEqual(logical, physical);
            DeviceReads(adapter, physical.QuadPart, 4);
        }));

        Assert.Equal((0xE6u, 0x26ul, "MDL4012"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Theory, Proves("DMA-223")]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(64)]
    public void A_buffer_lies_within_the_reach_of_its_device(int width)
    {
        using var bench = new DmaBench(Physical() with { Frames = FramePolicy.HighFirst });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = (uint)width, MaximumLength = 16 * PAGE_SIZE });
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(16 * PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
            Assert.NotEqual(0u, buffer);
            Assert.True((ulong)logical.QuadPart + 16 * PAGE_SIZE - 1 <= ulong.MaxValue >> (64 - width));
            Assert.Equal(logical, MmGetPhysicalAddress(buffer));
        });
    }

    [Fact, Proves("DMA-223")]
    public void A_buffer_never_crosses_a_4_GiB_boundary()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off) with { MemoryBytes = 5L << 30, Frames = FramePolicy.Sequential });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        FrameDatabase frames = bench.Machine.System.Memory.Frames;
        // Two pages are left below the boundary, and then everything above it.
        for (nuint number = 1; number < 0xF_FFFE; number++)
        {
            if (frames[new(number)].Use == FrameUse.Free)
                frames[new(number)].Use = FrameUse.Reserved;
        }

        nuint buffer = 0;
        bench.Machine.Run(() => buffer = adapter.AllocateCommonBuffer(4 * PAGE_SIZE, out _, cacheEnabled: true));
        Assert.Equal(1L << 32, bench.Machine.Run(() => MmGetPhysicalAddress(buffer)).QuadPart);
    }

    [Fact, Proves("DMA-219")]
    public void At_least_one_page_is_allocated_and_the_rest_of_it_is_off_limits()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        long free = bench.Machine.System.Memory.Frames.FreeCount;
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(100, out PhysicalAddress logical, cacheEnabled: true);
            // The page, and the guards of a verified machine.
            Assert.Equal(free - 3, bench.Machine.System.Memory.Frames.FreeCount);
            VirtualMemory.Write(buffer + 200, (byte)1);
            adapter.FreeCommonBuffer(100, logical, buffer, cacheEnabled: true);
        }));

        Assert.Equal((0xE6u, 0x0Ful, 5ul), (stop.Code, stop.Parameter1, stop.Parameter2));
    }

    [Fact, Proves("DMA-220")]
    public void A_device_with_a_short_reach_ties_up_a_map_register_for_each_page()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(Packet24 with { MaximumLength = 3 * PAGE_SIZE });
        PhysicalAddress logical = default;
        nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBuffer(3 * PAGE_SIZE, out logical, cacheEnabled: true));
        bool wasRun = false;
        bench.AtDispatch(() => adapter.AllocateAdapterChannel(bench.Device, 2, (_, _, registers, _) =>
        {
            wasRun = true;
            return IoAllocationAction.DeallocateObject;
        }, null));
        Assert.False(wasRun);

        bench.Machine.Run(() => adapter.FreeCommonBuffer(3 * PAGE_SIZE, logical, buffer, cacheEnabled: true));

        Assert.True(wasRun);
    }

    [Fact, Proves("DMA-220", "DMA-221")]
    public void A_buffer_of_more_pages_than_the_adapter_has_registers_is_refused()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 8));
        DmaAdapter adapter = bench.GetAdapter(Packet24 with { MaximumLength = 2 * PAGE_SIZE }, out uint registers);
        Assert.Equal(3u, registers);
        bench.Machine.Run(() =>
        {
            Assert.Equal(0u, adapter.AllocateCommonBuffer(4 * PAGE_SIZE, out _, cacheEnabled: true));
            Assert.NotEqual(0u, adapter.AllocateCommonBuffer(3 * PAGE_SIZE, out _, cacheEnabled: true));
            Assert.NotEqual(0u, adapter.AllocateCommonBuffer(3 * PAGE_SIZE, out _, cacheEnabled: true));
            Assert.Equal(0u, adapter.AllocateCommonBuffer(3 * PAGE_SIZE, out PhysicalAddress none, cacheEnabled: true));
            Assert.Equal(default, none);
        });
    }

    [Fact, Proves("DMA-221")]
    public void No_buffer_is_allocated_where_the_fault_plan_strikes_or_for_no_bytes()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Assert.Equal(0u, bench.Machine.Run(() => adapter.AllocateCommonBuffer(0, out _, cacheEnabled: true)));
        bench.Machine.Faults.FailNth(nameof(DmaAdapter.AllocateCommonBuffer), 1);
        Assert.Equal(0u, bench.AsDriver(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out _, cacheEnabled: true)));
        Assert.NotEqual(0u, bench.AsDriver(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out _, cacheEnabled: true)));
    }

    [Fact, Proves("DMA-222")]
    public void Once_memory_is_fragmented_only_single_pages_are_left()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off) with { MemoryBytes = 8 << 20, Frames = FramePolicy.Sequential });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        FrameDatabase frames = bench.Machine.System.Memory.Frames;
        var taken = new List<Pfn>();
        while (frames.TryAllocate(FrameUse.Reserved, Pfn.None, out Pfn pfn))
            taken.Add(pfn);
        foreach (Pfn pfn in taken.Where(pfn => pfn.Number % 2 == 0))
            frames.RemoveOwner(pfn);

        bench.Machine.Run(() =>
        {
            Assert.Equal(0u, adapter.AllocateCommonBuffer(2 * PAGE_SIZE, out _, cacheEnabled: true));
            for (int i = 0; i < 2; i++)
                Assert.NotEqual(0u, adapter.AllocateCommonBuffer(PAGE_SIZE, out _, cacheEnabled: true));
        });
    }

    [Theory, Proves("DMA-217", "DMA-387", "DMA-227")]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_the_Ex_routine_heeds_CacheEnabled(bool cacheEnabled)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 64 });
        bench.Machine.Run(() =>
        {
            nuint plain = adapter.AllocateCommonBuffer(PAGE_SIZE, out _, cacheEnabled);
            nuint ex = adapter.AllocateCommonBufferEx(null, PAGE_SIZE, out _, cacheEnabled, preferredNode: 0);
            Assert.Equal(MemoryCachingType.MmCached, bench.CachingOf(plain));
            Assert.Equal(cacheEnabled ? MemoryCachingType.MmCached : MemoryCachingType.MmNonCached, bench.CachingOf(ex));
        });
    }

    [Theory, Proves("DMA-224", "DMA-339")]
    [InlineData(PAGE_SIZE, 0L, true)]
    [InlineData(2 * PAGE_SIZE, 0x1000L, true)]
    [InlineData(2 * PAGE_SIZE, 0L, false)]
    public void A_buffer_is_freed_with_the_arguments_of_its_allocation(uint length, long logicalOffset, bool cacheEnabled)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(2 * PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
            adapter.FreeCommonBuffer(length, new(logical.QuadPart + logicalOffset), buffer, cacheEnabled);
        }));

        Assert.Equal((0xE6u, 0x03ul, 1ul, "MDL4012"), (stop.Code, stop.Parameter1, stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-224")]
    public void A_buffer_is_not_freed_twice_or_in_its_middle()
    {
        foreach (nuint offset in new nuint[] { 0, PAGE_SIZE })
        {
            using var bench = new DmaBench(new());
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
            {
                nuint buffer = adapter.AllocateCommonBuffer(2 * PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
                if (offset == 0)
                    adapter.FreeCommonBuffer(2 * PAGE_SIZE, logical, buffer, cacheEnabled: true);
                adapter.FreeCommonBuffer(2 * PAGE_SIZE, logical, buffer + offset, cacheEnabled: true);
            }));
            Assert.Equal((0xE6u, 0x03ul, "MDL4010"), (stop.Code, stop.Parameter1, stop.RuleId));
        }
    }

    [Fact, Proves("DMA-224")]
    public void An_unverified_machine_stops_at_a_double_free_and_overlooks_wrong_arguments()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        long free = bench.Machine.System.Memory.Frames.FreeCount;
        nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBuffer(2 * PAGE_SIZE, out _, cacheEnabled: true));
        bench.Machine.Run(() => adapter.FreeCommonBuffer(1, default, buffer, cacheEnabled: false));
        Assert.Equal(free, bench.Machine.System.Memory.Frames.FreeCount);

        BugCheckException stop = Assert.Throws<BugCheckException>(() =>
            bench.Machine.Run(() => adapter.FreeCommonBuffer(2 * PAGE_SIZE, default, buffer, cacheEnabled: true)));
        Assert.Equal((BugCheckCode.BAD_POOL_CALLER, (ulong)buffer), (stop.Code, stop.Parameter2));
    }

    [Fact, Proves("DMA-080", "DMA-081", "DMA-224", "DMA-318")]
    public void An_adapter_is_not_released_while_it_has_common_buffers()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            adapter.AllocateCommonBuffer(PAGE_SIZE, out _, cacheEnabled: true);
            adapter.AllocateCommonBuffer(PAGE_SIZE, out _, cacheEnabled: true);
            adapter.PutDmaAdapter();
        }));

        Assert.Equal((0xE6u, 0x07ul, (ulong)adapter.Address, 2ul), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3));
    }

    [Fact, Proves("DMA-216", "DMA-224", "DMA-086")]
    public void The_routines_belong_to_PASSIVE_LEVEL()
    {
        using (var bench = new DmaBench(new()))
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            bench.Stops(0x13, () => adapter.AllocateCommonBuffer(PAGE_SIZE, out _, cacheEnabled: true));
        }

        using (var bench = new DmaBench(new()))
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            PhysicalAddress logical = default;
            nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out logical, cacheEnabled: true));
            bench.Stops(0x13, () => adapter.FreeCommonBuffer(PAGE_SIZE, logical, buffer, cacheEnabled: true));
        }
    }

    [Theory, Proves("DMA-226", "DMA-315", "DMA-318")]
    [InlineData(-1, 1)]
    [InlineData(-8, 1)]
    [InlineData(-9, 4)]
    [InlineData(-4096, 4)]
    [InlineData(5000, 2)]
    [InlineData(5007, 2)]
    [InlineData(5008, 5)]
    [InlineData(3 * 4096 - 1, 5)]
    public void What_a_driver_writes_around_a_buffer_is_found(int offset, int subCode)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        nuint buffer = 0;
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            buffer = adapter.AllocateCommonBuffer(5000, out PhysicalAddress logical, cacheEnabled: true);
            VirtualMemory.Write(buffer + (nuint)offset, (byte)0xEE);
            adapter.FreeCommonBuffer(5000, logical, buffer, cacheEnabled: true);
        }));

        bool isTag = subCode <= 2;
        Assert.Equal((0xE6u, 0x0Ful, (ulong)subCode), (stop.Code, stop.Parameter1, stop.Parameter2));
        Assert.Equal(isTag ? (5000ul, (ulong)buffer) : (buffer, (ulong)(buffer + (nuint)offset)), (stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("DMA-315")]
    public void Tags_and_padding_surround_a_buffer_of_a_verified_machine()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(4093, out _, cacheEnabled: true);
            byte[] before = new byte[9], after = new byte[9];
            VirtualMemory.CopyTo(buffer - 9, before);
            VirtualMemory.CopyTo(buffer + 4093, after);
            Assert.Equal([0x0F, .. "DmaVrfy0"u8], before);
            Assert.Equal([.. "DmaVrfy0"u8, 0x0F], after);
        });
    }

    [Theory, Proves("DMA-226", "DMA-318")]
    [InlineData(-1, 1)]
    [InlineData(-9, 4)]
    [InlineData(4096, 2)]
    [InlineData(4104, 5)]
    public void A_device_that_writes_beside_a_buffer_is_caught_in_the_act(int offset, int subCode)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        PhysicalAddress logical = default;
        bench.Machine.Run(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out logical, cacheEnabled: true));

        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceWrites(adapter, logical.QuadPart + offset, 1));

        Assert.Equal((0xE6u, 0x0Ful, (ulong)subCode, "MDL2003"), (stop.Code, stop.Parameter1, stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-226")]
    public void An_overrun_is_found_when_the_adapter_is_released_too()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Survey));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
            VirtualMemory.Write(buffer + PAGE_SIZE, 1L);
            adapter.PutDmaAdapter();
            Assert.Equal([0x0Ful, 0x07ul], bench.Machine.Findings.Select(finding => finding.Parameter1));
        });
    }

    [Fact, Proves("DMA-227", "DMA-228")]
    public void A_maximum_address_bounds_the_logical_address_even_of_a_device_with_64_lines()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 64 });
        bench.Machine.Run(() =>
        {
            foreach (long maximum in new[] { 0xFF_FFFFL, 0x1234_5678, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x1_0000_0000, long.MaxValue })
            {
                nuint buffer = adapter.AllocateCommonBufferEx(new(maximum), 2 * PAGE_SIZE, out PhysicalAddress logical, true, 0);
                Assert.InRange(logical.QuadPart, 1, maximum - 2 * PAGE_SIZE + 1);
                Assert.NotEqual(logical, MmGetPhysicalAddress(buffer));
                VirtualMemory.Write(buffer + PAGE_SIZE - 2, 0x01020304);
                Assert.Equal([4, 3, 2, 1], DeviceReads(adapter, logical.QuadPart + PAGE_SIZE - 2, 4));
                DeviceWrites(adapter, logical.QuadPart, 7, 0, 0, 0);
                Assert.Equal(7, VirtualMemory.Read<int>(buffer));
                adapter.FreeCommonBuffer(2 * PAGE_SIZE, logical, buffer, true);
            }

            Assert.Equal(0u, adapter.AllocateCommonBufferEx(new(0xFFF), 2 * PAGE_SIZE, out _, true, 0));
            Assert.Equal(0u, adapter.AllocateCommonBufferEx(null, PAGE_SIZE, out _, true, preferredNode: 1));
        });
    }
}
