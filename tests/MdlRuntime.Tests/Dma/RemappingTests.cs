using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>A machine with an IOMMU: every device sees memory through its own domain.</summary>
public sealed class RemappingTests
{
    private static readonly DeviceDescription s_version3 = ScatterGather64 with { Version = 3, DmaAddressWidth = 64 };

    public static TheoryData<DeviceDescription> Kinds => [ScatterGather64, ScatterGather32, Packet64, Packet24];

    [Theory, Proves("DMA-301", "DMA-005")]
    [MemberData(nameof(Kinds))]
    public void Scattered_frames_are_one_range_that_has_nothing_to_do_with_them(DeviceDescription description)
    {
        using var bench = new DmaBench(Remapped());
        DmaAdapter adapter = bench.GetAdapter(description);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3000, 0x2000, 0x2001);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            (long logical, uint length) = Map(adapter, mdl, registers, mdl.VirtualAddress, 10000);
            Assert.Equal(10000u, length);
            Assert.Equal(0xF38, logical & 0xFFF);
            Assert.DoesNotContain((nuint)logical >> PAGE_SHIFT, mdl.Pfns.ToArray());

            DeviceWrites(adapter, logical, Numbered(10000));
            Assert.Equal(Numbered(10000), bench.Read(mdl, mdl.VirtualAddress, 10000));
            Assert.Equal(Numbered(10000), DeviceReads(adapter, logical, 10000));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 10000, writeToDevice: false));
            adapter.FreeMapRegisters(registers, 4);
        });
    }

    [Fact, Proves("DMA-301")]
    public void A_list_has_one_element_for_each_MDL_of_a_chain()
    {
        using var bench = new DmaBench(Remapped());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4007);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, first, first.VirtualAddress, 5100);
            Assert.Equal([(0xFC0, 100u), (0x10, 5000u)], Elements(list).Select(element => ((int)(element.Address & 0xFFF), element.Length)));
            DeviceWrites(adapter, list.Elements[1].Address.QuadPart, Numbered(5000));
            adapter.PutScatterGatherList(list, writeToDevice: false);
            Assert.Equal(Numbered(5000), bench.Read(first.Next!, first.Next!.VirtualAddress, 5000));
        });
    }

    [Theory, Proves("DMA-301", "DMA-320", "DMA-171")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Survey)]
    [InlineData(VerifierMode.Strict)]
    public void A_logical_address_that_was_flushed_faults_with_and_without_verifier(VerifierMode verifier)
    {
        using var bench = new DmaBench(Remapped(verifier));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x1000);
        long logical = 0;
        bench.AtDispatch(() =>
        {
            (logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 4096);
            DeviceWrites(adapter, logical, 1);
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 4096, writeToDevice: false);
        });

        BugCheckException stop = bench.Stops(0x26, () => DeviceWrites(adapter, logical, 2));

        Assert.Equal((bench.Device.Address, (ulong)logical, 1ul, "MDL4003"), ((nuint)stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
        Assert.Equal(1, bench.Read(mdl, mdl.VirtualAddress, 1)[0]);
    }

    [Theory, Proves("DMA-301")]
    [InlineData(0x1000000)]
    [InlineData(-4096)]
    public void An_address_that_was_never_mapped_faults(long address)
    {
        using var bench = new DmaBench(Remapped(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Lock(4096, 0, 0x1000);
        BugCheckException stop = bench.Stops(0x26, () => DeviceReads(adapter, address, 16));
        Assert.Equal(((ulong)address, 0ul), (stop.Parameter3, stop.Parameter4));
        Assert.Equal(address > 0 ? "MDL4001" : "MDL4003", stop.RuleId);
    }

    [Theory, Proves("DMA-301")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_device_cannot_write_what_is_mapped_for_reading(VerifierMode verifier)
    {
        using var bench = new DmaBench(Remapped(verifier));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        bench.Write(mdl, mdl.VirtualAddress, 7);
        long logical = 0;
        bench.AtDispatch(() => (logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 64, writeToDevice: true));
        Assert.Equal(7, DeviceReads(adapter, logical, 1)[0]);
        Assert.Equal("MDL4008", bench.Stops(0x26, () => DeviceWrites(adapter, logical, 1)).RuleId);
        Assert.Equal(7, bench.Read(mdl, mdl.VirtualAddress, 1)[0]);
    }

    [Fact, Proves("DMA-301")]
    public void Only_whole_pages_are_translated_so_that_the_neighbours_of_a_buffer_are_in_reach()
    {
        using var bench = new DmaBench(Remapped(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(64, 0x100, 0x1000);
        long logical = 0;
        bench.AtDispatch(() => (logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 64));
        DeviceWrites(adapter, logical + 64, 9);
        Assert.Equal(9, bench.Read(mdl, mdl.VirtualAddress + 64, 1)[0]);
        bench.Stops(0x26, () => DeviceWrites(adapter, logical + 0xF00, 9));
    }

    [Fact, Proves("DMA-301")]
    public void A_narrow_device_reaches_all_memory_without_a_copy_and_without_bounce_pages()
    {
        using var bench = new DmaBench(Remapped() with { MemoryBytes = 64L << 20 });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 24 });
        Mdl mdl = bench.Lock(4096, 0, 0x3000);
        bench.AtDispatch(() =>
        {
            Assert.Null(bench.Allocate(adapter, 1));
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 4096);
            Assert.InRange(logical, 0x80_0000, 0xFF_FFFF);
            DeviceWrites(adapter, logical, 5);
            Assert.Equal(5, bench.Read(mdl, mdl.VirtualAddress, 1)[0]);
        });
    }

    [Fact]
    public void A_device_that_takes_one_piece_still_bounces_a_chain()
    {
        using var bench = new DmaBench(Remapped());
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl first = bench.Lock(100, 0xFC0);
        first.Next = bench.Lock(200, 0x10);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, first, first.VirtualAddress, 300);
            Assert.Equal(300u, Assert.Single(Elements(list)).Length);
            DeviceWrites(adapter, list.Elements[0].Address.QuadPart, Numbered(300));
            adapter.PutScatterGatherList(list, writeToDevice: false);
            Assert.Equal(Numbered(300)[100..], bench.Read(first.Next!, first.Next!.VirtualAddress, 200));
        });
    }

    [Fact, Proves("DMA-301")]
    public void Addresses_of_a_narrow_device_are_used_again_only_when_all_have_been_used()
    {
        using var bench = new DmaBench(Remapped());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 24 });
        Mdl mdl = bench.Lock(4096, 0);
        var seen = new List<long>();
        bench.AtDispatch(() =>
        {
            for (int i = 0; i <= 2048; i++)
            {
                seen.Add(Map(adapter, mdl, null, mdl.VirtualAddress, 4096).Address);
                adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 4096, writeToDevice: false);
            }
        });
        Assert.Equal(2048, seen.Distinct().Count());
        Assert.Equal(seen[0], seen[2048]);
    }

    [Fact, Proves("DMA-300", "DMA-301")]
    public void Two_devices_in_one_domain_use_each_others_addresses()
    {
        using var bench = new DmaBench(Remapped());
        DmaAdapter adapter = bench.GetAdapter(s_version3), other = GetOther(bench, s_version3);
        Mdl mdl = bench.Lock(64, 0);
        bench.Machine.Run(() =>
        {
            Assert.NotSame(adapter.GetDmaDomain(), other.GetDmaDomain());
            Assert.Equal(NtStatus.STATUS_SUCCESS, other.JoinDmaDomain(adapter.GetDmaDomain()));
            Assert.Same(adapter.GetDmaDomain(), other.GetDmaDomain());
        });
        long logical = 0;
        bench.AtDispatch(() => (logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 64));
        DeviceWrites(other, logical, 1, 2, 3);
        Assert.Equal([1, 2, 3], DeviceReads(adapter, logical, 3));

        bench.Machine.Run(() => Assert.Equal(NtStatus.STATUS_SUCCESS, other.LeaveDmaDomain()));
        Assert.Equal(0x26ul, Assert.Throws<BugCheckException>(() => DeviceReads(other, logical, 3)).Parameter1);
    }

    [Theory, Proves("DMA-301")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void The_address_of_a_common_buffer_that_was_freed_faults(VerifierMode verifier)
    {
        using var bench = new DmaBench(Remapped(verifier));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        PhysicalAddress logical = default;
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(PAGE_SIZE, out logical, cacheEnabled: true);
            DeviceWrites(adapter, logical.QuadPart, 1, 2);
            Assert.Equal(0x0201, VirtualMemory.Read<ushort>(buffer));
            adapter.FreeCommonBuffer(PAGE_SIZE, logical, buffer, cacheEnabled: true);
        });

        bench.Stops(0x26, () => DeviceReads(adapter, logical.QuadPart, 2));
    }

    [Fact, Proves("DMA-309", "DMA-325")]
    public void A_request_in_flight_in_a_domain_that_the_device_has_left_stops_the_machine()
    {
        using var bench = new DmaBench(Remapped(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(s_version3), other = GetOther(bench, s_version3);
        Mdl mdl = bench.Lock(64, 0);
        long logical = 0;
        bench.AtDispatch(() => (logical, _) = Map(other, mdl, null, mdl.VirtualAddress, 64));
        bench.Machine.Run(() => other.JoinDmaDomain(adapter.GetDmaDomain()));
        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceWrites(other, logical, 1));
        Assert.Equal((0x159u, "HAL_ILLEGAL_IOMMU_PAGE_FAULT"), (stop.Code, stop.Name));
    }

    [Fact, Proves("DMA-309", "DMA-325")]
    public void A_device_whose_adapters_are_released_has_no_domain_to_access()
    {
        using var bench = new DmaBench(Remapped(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(s_version3);
        Mdl mdl = bench.Lock(64, 0);
        long logical = 0;
        bench.AtDispatch(() =>
        {
            (logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 64);
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 64, writeToDevice: false);
            adapter.PutDmaAdapter();
        });
        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceWrites(adapter, logical, 1));
        Assert.Equal((0x158u, "ILLEGAL_IOMMU_PAGE_FAULT"), (stop.Code, stop.Name));
    }

    [Fact, Proves("DMA-300")]
    public void Domains_are_joined_once_and_left_once()
    {
        using var bench = new DmaBench(Remapped());
        DmaAdapter adapter = bench.GetAdapter(s_version3), other = GetOther(bench, s_version3);
        bench.Machine.Run(() =>
        {
            IommuDmaDomain? own = other.GetDmaDomain();
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, other.LeaveDmaDomain());
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, other.JoinDmaDomain(null));
            Assert.Equal(NtStatus.STATUS_SUCCESS, other.JoinDmaDomain(adapter.GetDmaDomain()));
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, other.JoinDmaDomain(adapter.GetDmaDomain()));
            Assert.Equal(NtStatus.STATUS_SUCCESS, other.LeaveDmaDomain());
            Assert.Same(own, other.GetDmaDomain());
        });
    }

    [Fact, Proves("DMA-300")]
    public void Without_IOMMU_there_is_no_domain_to_join_or_leave()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(s_version3);
        bench.Machine.Run(() =>
        {
            Assert.Null(adapter.GetDmaDomain());
            Assert.Equal(NtStatus.STATUS_NOT_SUPPORTED, adapter.JoinDmaDomain(null));
            Assert.Equal(NtStatus.STATUS_NOT_SUPPORTED, adapter.LeaveDmaDomain());
        });
    }

    [Fact, Proves("DMA-300")]
    public void Domains_are_for_PASSIVE_LEVEL()
    {
        using var bench = new DmaBench(Remapped());
        DmaAdapter adapter = bench.GetAdapter(s_version3);
        Assert.Equal("MDL6004", bench.Stops(0x13, () => adapter.GetDmaDomain()).RuleId);
    }

    [Fact]
    public void A_domain_of_another_machine_is_refused()
    {
        using DmaBench bench = new(Remapped()), stranger = new(Remapped());
        DmaAdapter adapter = bench.GetAdapter(s_version3), far = stranger.GetAdapter(s_version3);
        IommuDmaDomain? domain = stranger.Machine.Run(far.GetDmaDomain);
        Assert.Throws<ArgumentException>(() => bench.Machine.Run(() => adapter.JoinDmaDomain(domain)));
    }

    internal static MachineOptions Remapped(VerifierMode verifier = VerifierMode.Strict) => new() { Iommu = true, Verifier = verifier };

    private static DmaAdapter GetOther(DmaBench bench, DeviceDescription description)
    {
        DeviceObject device = bench.NewDevice();
        return bench.Machine.Run(() => IoManager.IoGetDmaAdapter(device, description, out _))!;
    }
}
