using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.InterfaceType;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>How IoGetDmaAdapter reads what a driver says about its device.</summary>
public sealed class DeviceDescriptionTests
{
    private static MachineOptions FiveGigabytes => Physical() with { MemoryBytes = 5L << 30 };

    [Fact, Proves("DMA-020", "DMA-021", "DMA-022")]
    public void Constants_have_the_values_of_their_header()
    {
        Assert.Equal([0u, 1u, 2u, 3u], [DEVICE_DESCRIPTION_VERSION, DEVICE_DESCRIPTION_VERSION1, DEVICE_DESCRIPTION_VERSION2, DEVICE_DESCRIPTION_VERSION3]);
        Assert.Equal([1u, 2u, 4u], [DMA_SYNCHRONOUS_CALLBACK, DMA_ZERO_BUFFERS, DMA_FAIL_ON_BOUNCE]);
        Assert.Equal([1u, 1u, 2u], [DMA_ADAPTER_INFO_VERSION1, DMA_TRANSFER_INFO_VERSION1, DMA_TRANSFER_INFO_VERSION2]);
        Assert.Equal([1u, 128u], [DMA_TRANSFER_CONTEXT_VERSION1, DMA_TRANSFER_CONTEXT_SIZE_V1]);
        Assert.Equal([1u, 2u, 1u], [ADAPTER_INFO_SYNCHRONOUS_CALLBACK, ADAPTER_INFO_API_BYPASS, DOMAIN_COMMON_BUFFER_LARGE_PAGE]);
    }

    [Theory, Proves("DMA-045", "DMA-046", "DMA-049", "DMA-050", "DMA-051", "DMA-053", "DMA-054", "DMA-057")]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void What_concerns_subordinate_devices_only_says_nothing_about_a_bus_master(uint version)
    {
        DeviceDescription plain = ScatterGather32 with { Version = version, DmaAddressWidth = version == 3 ? 32u : 0 };
        DeviceDescription busy = plain with
        {
            DemandMode = true,
            AutoInitialize = true,
            IgnoreCount = true,
            BusNumber = 77,
            DmaChannel = 77,
            DmaWidth = (DmaWidth)77,
            DmaSpeed = (DmaSpeed)77,
            DmaPort = 77,
            DmaControllerInstance = 77,
            DmaRequestLine = 77,
            DeviceAddress = new(77),
        };
        Assert.Equal(Seen(plain), Seen(busy));

        static (uint, string) Seen(DeviceDescription description)
        {
            using var bench = new DmaBench(FiveGigabytes);
            DmaAdapter adapter = bench.GetAdapter(description, out uint registers);
            return (registers, string.Join(' ', ListOf(bench, adapter, bench.Lock(8192, 0, 0xFFFFF, 0x100000))));
        }
    }

    [Theory, Proves("DMA-056")]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    public void The_address_width_counts_in_version_3_only(uint version)
    {
        using var bench = new DmaBench(FiveGigabytes);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather32 with { Version = version, DmaAddressWidth = 64 });
        Mdl mdl = bench.Lock(4096, 0, 0x100000);
        Assert.NotEqual(0x100000000, ListOf(bench, adapter, mdl)[0].Address);

        // Nor does a width that version 3 would refuse.
        bench.GetAdapter(ScatterGather32 with { Version = version, DmaAddressWidth = 99 });
    }

    [Theory, Proves("DMA-047", "DMA-048")]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void The_address_flags_count_before_version_3_only(bool is32, bool is64)
    {
        using var bench = new DmaBench(FiveGigabytes);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 24, Dma32BitAddresses = is32, Dma64BitAddresses = is64 });
        Mdl mdl = bench.Lock(4096, 0, 0x1000);
        Assert.InRange(ListOf(bench, adapter, mdl)[0].Address, 0, 0xFFFFFF);
    }

    [Theory, Proves("DMA-052", "DMA-047")]
    [InlineData(InterfaceTypeUndefined, PCIBus, true)]
    [InlineData(PNPBus, PCIBus, true)]
    [InlineData(InterfaceTypeUndefined, Isa, false)]
    [InlineData(PNPBus, Eisa, false)]
    [InlineData(PCIBus, Isa, true)]
    [InlineData(Internal, PCIBus, false)]
    public void A_bus_left_open_is_the_one_that_the_device_is_on(InterfaceType described, InterfaceType bus, bool has32AddressLines)
    {
        using var bench = new DmaBench();
        // On PCI a scatter/gather device counts as one that drives 32 address lines.
        DeviceDescription description = ScatterGather64 with { Dma64BitAddresses = false, InterfaceType = described };
        DeviceObject physical = bench.Plug(bus);
        DmaAdapter adapter = bench.Machine.Run(() => IoGetDmaAdapter(physical, description, out _))!;
        Mdl mdl = bench.Lock(4096, 0, 0x1000);

        Assert.Equal(has32AddressLines, ListOf(bench, adapter, mdl)[0].Address == 0x1000000);
        Assert.Equal(described, description.InterfaceType);
    }

    [Fact, Proves("DMA-052")]
    public void A_device_that_no_bus_knows_is_taken_as_internal()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Dma64BitAddresses = false, InterfaceType = InterfaceTypeUndefined });
        Mdl mdl = bench.Lock(4096, 0, 0x1000);
        Assert.InRange(ListOf(bench, adapter, mdl)[0].Address, 0, 0xFFFFFF);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(18)]
    [InlineData(int.MaxValue)]
    public void A_number_that_is_no_bus_is_an_error(int bus)
    {
        using var bench = new DmaBench();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => bench.GetAdapter(ScatterGather64 with { InterfaceType = (InterfaceType)bus }));
        Assert.Equal((InterfaceType)bus, error.ActualValue);
    }

    [Fact, Proves("DMA-050")]
    public void A_reserved_member_that_is_set_is_a_finding_and_nothing_else()
    {
        DeviceDescription description = ScatterGather64 with { Reserved1 = true };
        using (var survey = new DmaBench(Physical(VerifierMode.Survey)))
        {
            survey.GetAdapter(description);
            Assert.Equal("MDL4017", Assert.Single(survey.Machine.Findings).RuleId);
        }

        using var off = new DmaBench(Physical(VerifierMode.Off));
        off.GetAdapter(description, out uint registers);
        Assert.Equal(4u, registers);
    }

    [Theory, Proves("DMA-058")]
    [InlineData(2u, true, true, 0u, 64)]
    [InlineData(2u, true, false, 0u, 32)]
    [InlineData(2u, false, true, 0u, 64)]
    [InlineData(2u, false, false, 0u, 32)]
    [InlineData(3u, true, true, 64u, 64)]
    [InlineData(3u, true, false, 32u, 32)]
    [InlineData(3u, true, false, 24u, 24)]
    [InlineData(3u, true, true, 36u, 36)]
    public void The_descriptions_that_the_framework_builds_mean_what_it_expects(uint version, bool scatterGather, bool is64, uint width, int reach)
    {
        using var bench = new DmaBench(FiveGigabytes);
        DmaAdapter adapter = bench.GetAdapter(new()
        {
            Version = version,
            Master = true,
            Dma32BitAddresses = true,
            InterfaceType = PCIBus,
            ScatterGather = scatterGather,
            Dma64BitAddresses = is64,
            DmaAddressWidth = width,
            MaximumLength = 4096,
        });
        Mdl middle = bench.Lock(4096, 0, 0x1000), high = bench.Lock(4096, 0, 0x100000);

        Assert.Equal(reach > 24, ListOf(bench, adapter, middle)[0].Address == 0x1000000);
        Assert.Equal(reach > 32, ListOf(bench, adapter, high)[0].Address == 0x100000000);
    }

    private static (long Address, uint Length)[] ListOf(DmaBench bench, DmaAdapter adapter, Mdl mdl)
    {
        (long, uint)[] elements = [];
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, mdl.Length);
            elements = Elements(list);
            adapter.PutScatterGatherList(list, writeToDevice: false);
        });
        return elements;
    }
}
