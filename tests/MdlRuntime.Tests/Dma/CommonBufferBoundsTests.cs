using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>Common buffers between addresses, in large pages, for a domain; and contiguous memory, which is none.</summary>
public sealed class CommonBufferBoundsTests
{
    internal static readonly DeviceDescription Version3 = ScatterGather64 with { Version = 3, DmaAddressWidth = 64 };

    [Theory, Proves("DMA-228")]
    [InlineData(0L, 0xFFFF_FFFFL)]
    [InlineData(0x1000_0000L, 0x1FFF_FFFFL)]
    [InlineData(0x9000_0000L, 0x9FFF_FFFFL)]
    [InlineData(0x10_0000_0000L, 0x1F_FFFF_FFFFL)]
    [InlineData(0x4000_0000L, 0x4000_2FFFL)]
    public void A_buffer_lies_between_its_bounds(long minimum, long maximum)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(Version3);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBufferWithBounds(new(minimum), new(maximum), 3 * PAGE_SIZE, 0, null, 0, out PhysicalAddress logical);
            Assert.InRange(logical.QuadPart, minimum, maximum - 3 * PAGE_SIZE + 1);
            VirtualMemory.Write(buffer + 2 * PAGE_SIZE, 0x55);
            Assert.Equal(0x55, DeviceReads(adapter, logical.QuadPart + 2 * PAGE_SIZE, 1)[0]);
            adapter.FreeCommonBuffer(3 * PAGE_SIZE, logical, buffer, cacheEnabled: false);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-223", "DMA-228")]
    public void A_buffer_whose_bounds_reach_beyond_4_GiB_by_less_than_itself_lies_right_below_them()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(Version3);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBufferWithBounds(null, new(0x1_0000_0FFF), 2 * PAGE_SIZE, 0, null, 0, out PhysicalAddress logical);

            Assert.Equal(0xFFFF_E000, logical.QuadPart);
            VirtualMemory.Write(buffer + 2 * PAGE_SIZE - 1, (byte)0x55);
            Assert.Equal(0x55, DeviceReads(adapter, logical.QuadPart + 2 * PAGE_SIZE - 1, 1)[0]);
            adapter.FreeCommonBuffer(2 * PAGE_SIZE, logical, buffer, cacheEnabled: false);
        });
    }

    [Fact, Proves("DMA-228")]
    public void Where_logical_addresses_are_physical_the_bounds_bound_memory()
    {
        using var bench = new DmaBench(Physical());
        DmaAdapter adapter = bench.GetAdapter(Version3);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBufferWithBounds(new(0x200_0000), new(0x20F_FFFF), 0x10000, 0, null, 0, out PhysicalAddress logical);
            Assert.InRange(logical.QuadPart, 0x200_0000, 0x20F_0000);
            Assert.Equal(logical, MmGetPhysicalAddress(buffer));
            Assert.Equal(0u, adapter.AllocateCommonBufferWithBounds(new(0x300_0000), new(0x300_1FFF), 0x3000, 0, null, 0, out _));
        });
    }

    [Theory, Proves("DMA-228")]
    [InlineData(null, MemoryCachingType.MmCached)]
    [InlineData(MemoryCachingType.MmCached, MemoryCachingType.MmCached)]
    [InlineData(MemoryCachingType.MmNonCached, MemoryCachingType.MmNonCached)]
    [InlineData(MemoryCachingType.MmWriteCombined, MemoryCachingType.MmNotMapped)]
    public void The_caching_type_is_the_callers_as_far_as_it_is_cached_or_not(MemoryCachingType? wish, MemoryCachingType granted)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(Version3);
        nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBufferWithBounds(null, null, PAGE_SIZE, 0, wish, 0, out _));
        Assert.Equal(granted, buffer == 0 ? MemoryCachingType.MmNotMapped : bench.CachingOf(buffer));
    }

    [Fact, Proves("DMA-228", "DMA-222")]
    public void Large_pages_are_aligned_to_512_pages_and_harder_to_find()
    {
        const uint large = 512 * PAGE_SIZE;
        using var bench = new DmaBench(Physical(VerifierMode.Off) with { MemoryBytes = 3 * large, Frames = FramePolicy.Sequential });
        DmaAdapter adapter = bench.GetAdapter(Version3);
        bench.Machine.Run(() =>
        {
            long free = bench.Machine.System.Memory.Frames.FreeCount;
            nuint buffer = adapter.AllocateCommonBufferWithBounds(null, null, PAGE_SIZE, DOMAIN_COMMON_BUFFER_LARGE_PAGE, null, 0, out PhysicalAddress logical);
            Assert.NotEqual(0u, buffer);
            Assert.Equal(0, logical.QuadPart % large);
            Assert.Equal(free - 512, bench.Machine.System.Memory.Frames.FreeCount);
            Assert.Equal(0u, adapter.AllocateCommonBufferWithBounds(null, null, 2 * large, DOMAIN_COMMON_BUFFER_LARGE_PAGE, null, 0, out _));
            Assert.Equal(0u, adapter.AllocateCommonBufferWithBounds(null, null, PAGE_SIZE, flags: 2, null, 0, out _));
        });
    }

    [Fact, Proves("DMA-231", "DMA-218")]
    public void Contiguous_memory_has_no_logical_address()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            nuint memory = MmAllocateContiguousMemorySpecifyCache(3 * PAGE_SIZE, default, new(0xFFFF_FFFF), default, MemoryCachingType.MmCached);
            DeviceReads(adapter, MmGetPhysicalAddress(memory).QuadPart, 4);
        }));

        Assert.Equal((0xE6u, 0x26ul, "MDL4001"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("DMA-300", "DMA-301", "DMA-216")]
    public void Behind_an_IOMMU_a_buffer_has_addresses_of_the_domain_until_it_is_freed()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        DmaAdapter adapter = bench.GetAdapter(Version3);
        PhysicalAddress logical = default;
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBufferEx(new(0xFFFF_FFFF), 2 * PAGE_SIZE, out logical, true, 0);
            Assert.True(logical.QuadPart <= 0xFFFF_FFFF);
            VirtualMemory.Write(buffer + PAGE_SIZE - 1, (short)0x0102);
            Assert.Equal([2, 1], DeviceReads(adapter, logical.QuadPart + PAGE_SIZE - 1, 2));
            adapter.FreeCommonBuffer(2 * PAGE_SIZE, logical, buffer, true);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceReads(adapter, logical.QuadPart, 2));
        Assert.Equal((0xE6u, 0x26ul), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("DMA-300")]
    public void A_buffer_of_a_domain_serves_every_device_in_it()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        DmaAdapter adapter = bench.GetAdapter(Version3);
        DeviceObject second = bench.NewDevice();
        bench.Machine.Run(() =>
        {
            DmaAdapter other = IoGetDmaAdapter(second, Version3, out _)!;
            IommuDmaDomain domain = adapter.GetDmaDomain()!;
            Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.AllocateDomainCommonBuffer(domain, null, 100, 0, null, 0, out PhysicalAddress logical, out nuint buffer));
            VirtualMemory.Write(buffer, 0x77);
            Assert.Equal(NtStatus.STATUS_SUCCESS, other.JoinDmaDomain(domain));
            Assert.Equal(0x77, DeviceReads(other, logical.QuadPart, 4)[0]);
            Assert.Equal(0x77, DeviceReads(adapter, logical.QuadPart, 4)[0]);
            Assert.Equal(NtStatus.STATUS_SUCCESS, other.LeaveDmaDomain());
            adapter.FreeCommonBuffer(100, logical, buffer, cacheEnabled: true);
            adapter.PutDmaAdapter();
            other.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-300")]
    public void A_domain_buffer_needs_an_IOMMU_and_arguments_that_can_be_meant()
    {
        using var plain = new DmaBench(new());
        DmaAdapter without = plain.GetAdapter(Version3);
        Assert.Equal(NtStatus.STATUS_NOT_SUPPORTED, plain.Machine.Run(() => without.AllocateDomainCommonBuffer(null, null, 100, 0, null, 0, out _, out _)));

        using var bench = new DmaBench(RemappingTests.Remapped());
        DmaAdapter adapter = bench.GetAdapter(Version3);
        bench.Machine.Run(() =>
        {
            IommuDmaDomain domain = adapter.GetDmaDomain()!;
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, adapter.AllocateDomainCommonBuffer(null, null, 100, 0, null, 0, out _, out _));
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, adapter.AllocateDomainCommonBuffer(domain, null, 0, 0, null, 0, out _, out _));
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, adapter.AllocateDomainCommonBuffer(domain, null, 100, 2, null, 0, out _, out _));
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER,
                adapter.AllocateDomainCommonBuffer(domain, null, 100, 0, MemoryCachingType.MmWriteCombined, 0, out _, out _));
            Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, adapter.AllocateDomainCommonBuffer(domain, new(0xFFF), 8192, 0, null, 0, out _, out nuint none));
            Assert.Equal(0u, none);
        });
    }
}
