using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.DmaCommonBufferExtendedConfigurationAccessType;
using static MdlRuntime.DmaCommonBufferExtendedConfigurationType;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>Common buffers of memory that the driver has already.</summary>
public sealed class CommonBufferFromMdlTests
{
    private const MmPagePriority Mapping = NormalPagePriority | MdlMappingNoExecute;

    [Fact, Proves("DMA-230")]
    public void Device_and_processor_share_the_pages_of_the_MDL_which_stay_its_owners()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        Mdl mdl = bench.Lock(2 * PAGE_SIZE, 0, 0x2000, 0x2001);
        bench.Machine.Run(() =>
        {
            nuint address = MmGetSystemAddressForMdlSafe(mdl, Mapping);
            Assert.Equal(STATUS_SUCCESS, adapter.CreateCommonBufferFromMdl(mdl, null, 0, out PhysicalAddress logical));
            VirtualMemory.CopyFrom(address, Numbered(2 * PAGE_SIZE));
            Assert.Equal(Numbered(2 * PAGE_SIZE), DeviceReads(adapter, logical.QuadPart, 2 * PAGE_SIZE));
            adapter.FreeCommonBuffer(2 * PAGE_SIZE, logical, address, cacheEnabled: true);
            Assert.Equal(Numbered(2 * PAGE_SIZE), bench.Read(mdl, mdl.VirtualAddress, 2 * PAGE_SIZE));
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-230")]
    public void What_is_no_resident_mapped_aligned_contiguous_whole_is_refused()
    {
        using var bench = new DmaBench(new() { Frames = FramePolicy.Sequential });
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        Mdl unmapped = bench.Lock(PAGE_SIZE, 0), offset = bench.Lock(PAGE_SIZE, 0x10), partial = bench.Lock(PAGE_SIZE + 1, 0);
        Mdl scattered = bench.Lock(2 * PAGE_SIZE, 0, 0x2000, 0x2002), chain = bench.Lock(PAGE_SIZE, 0);
        bench.Machine.Run(() =>
        {
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.CreateCommonBufferFromMdl(unmapped, null, 0, out _));
            foreach (Mdl mdl in new[] { offset, partial, scattered })
            {
                MmGetSystemAddressForMdlSafe(mdl, Mapping);
                Assert.Equal(STATUS_INVALID_PARAMETER, adapter.CreateCommonBufferFromMdl(mdl, null, 0, out _));
            }

            MmGetSystemAddressForMdlSafe(chain, Mapping);
            Assert.Equal(STATUS_SUCCESS, adapter.CreateCommonBufferFromMdl(chain, null, 0, out _));
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.CreateCommonBufferFromMdl(chain, null, 0, out _));
        });
    }

    [Fact, Proves("DMA-230")]
    public void What_the_device_cannot_reach_is_refused()
    {
        using var bench = new DmaBench(Physical());
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3 with { DmaAddressWidth = 24 });
        Mdl mdl = bench.Lock(PAGE_SIZE, 0, 0x2000);
        bench.Machine.Run(() =>
        {
            MmGetSystemAddressForMdlSafe(mdl, Mapping);
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.CreateCommonBufferFromMdl(mdl, null, 0, out _));
        });
    }

    [Fact, Proves("DMA-230")]
    public void A_section_is_aligned_and_lies_in_one_MDL_of_the_chain()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        Mdl first = bench.Lock(2 * PAGE_SIZE, 0, 0x2000, 0x2005), second = bench.Lock(2 * PAGE_SIZE, 0, 0x2010, 0x2011);
        bench.Machine.Run(() =>
        {
            nuint base1 = MmGetSystemAddressForMdlSafe(first, Mapping), base2 = MmGetSystemAddressForMdlSafe(second, Mapping);
            first.Next = second;
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.CreateCommonBufferFromMdl(first, null, 0, out _));
            foreach ((ulong offset, uint length) in new[] { (0x1000ul, 0x2000u), (0x800ul, 0x1000u), (0x1000ul, 0x800u), (0x4000ul, 0x1000u), (0x1000ul, 0u) })
                Assert.Equal(STATUS_INVALID_PARAMETER, Create(adapter, first, out _, Section(offset, length)));

            Assert.Equal(STATUS_SUCCESS, Create(adapter, first, out PhysicalAddress tail, Section(0x1000, 0x1000)));
            Assert.Equal(STATUS_SUCCESS, Create(adapter, first, out PhysicalAddress whole, Section(0x2000, 0x2000)));
            VirtualMemory.Write(base1 + PAGE_SIZE, (byte)1);
            VirtualMemory.Write(base2, (byte)2);
            Assert.Equal((1, 2), (DeviceReads(adapter, tail.QuadPart, 1)[0], DeviceReads(adapter, whole.QuadPart, 1)[0]));
            adapter.FreeCommonBuffer(PAGE_SIZE, tail, base1 + PAGE_SIZE, true);
            adapter.FreeCommonBuffer(2 * PAGE_SIZE, whole, base2, true);
            first.Next = null;
        });
    }

    [Fact, Proves("DMA-230", "DMA-023")]
    public void Wishes_are_refused_twice_unknown_or_where_nothing_translates()
    {
        using var bench = new DmaBench(Physical());
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        Mdl mdl = bench.Lock(PAGE_SIZE, 0, 0x2000);
        bench.Machine.Run(() =>
        {
            MmGetSystemAddressForMdlSafe(mdl, Mapping);
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.CreateCommonBufferFromMdl(mdl, null, 1, out _));
            Assert.Equal(STATUS_INVALID_PARAMETER, Create(adapter, mdl, out _, Section(0, PAGE_SIZE), Section(0, PAGE_SIZE)));
            Assert.Equal(STATUS_NOT_SUPPORTED, Create(adapter, mdl, out _, new DmaCommonBufferExtendedConfiguration { ConfigType = CommonBufferConfigTypeMax }));
            Assert.Equal(STATUS_INVALID_PARAMETER, Create(adapter, mdl, out _, Limits(2, 1)));
            Assert.Equal(STATUS_INVALID_PARAMETER, Create(adapter, mdl, out _, Access(CommonBufferHardwareAccessMax)));
            Assert.Equal(STATUS_NOT_SUPPORTED, Create(adapter, mdl, out _, Access(CommonBufferHardwareAccessReadOnly)));
            Assert.Equal(STATUS_NOT_SUPPORTED, Create(adapter, mdl, out _, Access(CommonBufferHardwareAccessWriteOnly)));
            Assert.Equal(STATUS_NOT_SUPPORTED, Create(adapter, mdl, out _, Limits(0, 0x1FF_FFFF)));
            Assert.Throws<ArgumentOutOfRangeException>(() => adapter.CreateCommonBufferFromMdl(mdl, [], 1, out _));
            Assert.Equal(STATUS_SUCCESS, Create(adapter, mdl, out _, Access(CommonBufferHardwareAccessReadWrite), Limits(0x200_0000, 0x200_0FFF), Section(0, PAGE_SIZE)));
        });
    }

    [Fact, Proves("DMA-230", "DMA-301")]
    public void Behind_an_IOMMU_scattered_pages_are_one_range_with_the_access_that_was_wished()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        Mdl mdl = bench.Lock(2 * PAGE_SIZE, 0, 0x2000, 0x3000);
        PhysicalAddress logical = default;
        bench.Machine.Run(() =>
        {
            MmGetSystemAddressForMdlSafe(mdl, Mapping);
            Assert.Equal(STATUS_SUCCESS, Create(adapter, mdl, out logical, Limits(0x1000_0000, 0x1FFF_FFFF), Access(CommonBufferHardwareAccessReadOnly)));
            Assert.InRange(logical.QuadPart, 0x1000_0000, 0x1FFF_E000);
            VirtualMemory.Write(mdl.MappedSystemVa + PAGE_SIZE - 1, (short)0x0304);
            Assert.Equal([4, 3], DeviceReads(adapter, logical.QuadPart + PAGE_SIZE - 1, 2));
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceWrites(adapter, logical.QuadPart, 1));
        Assert.Equal((0xE6u, 0x26ul), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("DMA-230")]
    public void The_fault_plan_makes_it_fail()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        Mdl mdl = bench.Lock(PAGE_SIZE, 0);
        bench.Machine.Faults.FailNth(nameof(DmaAdapter.CreateCommonBufferFromMdl), 1);
        Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, bench.AsDriver(() =>
        {
            MmGetSystemAddressForMdlSafe(mdl, Mapping);
            return adapter.CreateCommonBufferFromMdl(mdl, null, 0, out _);
        }));
    }

    private static NtStatus Create(DmaAdapter adapter, Mdl mdl, out PhysicalAddress logical, params DmaCommonBufferExtendedConfiguration[] wishes) =>
        adapter.CreateCommonBufferFromMdl(mdl, wishes, (uint)wishes.Length, out logical);

    private static DmaCommonBufferExtendedConfiguration Section(ulong offset, uint length) =>
        new() { ConfigType = CommonBufferConfigTypeSubSection, SubSection = new(offset, length) };

    private static DmaCommonBufferExtendedConfiguration Limits(long minimum, long maximum) =>
        new() { ConfigType = CommonBufferConfigTypeLogicalAddressLimits, LogicalAddressLimits = new(new(minimum), new(maximum)) };

    private static DmaCommonBufferExtendedConfiguration Access(DmaCommonBufferExtendedConfigurationAccessType access) =>
        new() { ConfigType = CommonBufferConfigTypeHardwareAccessPermissions, HardwareAccessType = access };
}
