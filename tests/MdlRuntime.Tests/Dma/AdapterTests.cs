using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>IoGetDmaAdapter, the number of map registers, and the life of an adapter.</summary>
public sealed class AdapterTests
{
    [Theory, Proves("DMA-069", "DMA-070", "DMA-071", "DMA-076", "DMA-349")]
    [InlineData(4096u, 2u)]
    [InlineData(10000u, 4u)]
    [InlineData(61440u, 16u)]
    [InlineData(65535u, 17u)]
    [InlineData(65536u, 17u)]
    [InlineData(1u, 2u)]
    public void An_adapter_is_granted_one_register_more_than_the_pages_of_its_longest_transfer(uint maximumLength, uint registers)
    {
        using var bench = new DmaBench();
        bench.GetAdapter(ScatterGather64 with { MaximumLength = maximumLength }, out uint granted);
        Assert.Equal(registers, granted);
    }

    [Fact, Proves("DMA-055", "DMA-075", "DMA-077")]
    public void The_grant_is_never_more_than_the_registers_of_the_machine()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 5));
        bench.GetAdapter(ScatterGather64 with { MaximumLength = 1 << 20 }, out uint direct);
        bench.GetAdapter(Packet24 with { MaximumLength = 1 << 20 }, out uint bounced);
        bench.GetAdapter(Packet24 with { MaximumLength = 0x8000_1000 }, out uint masked);
        Assert.Equal((5u, 5u, 2u), (direct, bounced, masked));
    }

    [Fact, Proves("DMA-069", "DMA-075")]
    public void A_machine_with_little_memory_grants_the_registers_it_has_room_for()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4096) with { MemoryBytes = 4 << 20, Frames = FramePolicy.Sequential });
        bench.GetAdapter(Packet24 with { InterfaceType = InterfaceType.Internal, MaximumLength = 1 << 30 }, out uint granted);
        Assert.Equal(511u, granted);
    }

    [Fact, Proves("DMA-041", "DMA-063", "DMA-020")]
    public void Every_version_from_0_to_3_yields_an_adapter_of_structure_version_1()
    {
        using var bench = new DmaBench();
        for (uint version = 0; version <= 3; version++)
            Assert.Equal(1, bench.GetAdapter(ScatterGather64 with { Version = version, DmaAddressWidth = 64 }).Version);
    }

    [Fact, Proves("DMA-042", "DMA-061")]
    public void An_unknown_version_yields_no_adapter_and_a_stop_under_the_verifier()
    {
        DeviceDescription description = ScatterGather64 with { Version = 4 };
        using (var off = new DmaBench(Physical(VerifierMode.Off)))
            Assert.Null(off.Machine.Run(() => IoGetDmaAdapter(off.Device, description, out _)));

        using var strict = new DmaBench();
        BugCheckException stop = Assert.Throws<BugCheckException>(() => strict.GetAdapter(description));
        Assert.Equal((0xE6u, 0x25ul, "MDL4017"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("DMA-062")]
    public void A_null_device_object_yields_no_adapter()
    {
        using var bench = new DmaBench();
        uint registers = 7;
        Assert.Null(bench.Machine.Run(() => IoGetDmaAdapter(null, ScatterGather64, out registers)));
        Assert.Equal(0u, registers);
    }

    [Theory, Proves("DMA-056")]
    [InlineData(0u, false)]
    [InlineData(23u, false)]
    [InlineData(24u, true)]
    [InlineData(64u, true)]
    [InlineData(65u, false)]
    public void A_version_3_bus_master_drives_24_to_64_address_bits(uint width, bool isServed)
    {
        using var bench = new DmaBench();
        DeviceDescription description = ScatterGather64 with { Version = 3, DmaAddressWidth = width };
        Assert.Equal(isServed, bench.Machine.Run(() => IoGetDmaAdapter(bench.Device, description, out _)) is not null);
    }

    [Fact, Proves("DMA-059")]
    public void Getting_an_adapter_at_dispatch_level_is_a_finding()
    {
        using var bench = new DmaBench();
        BugCheckException stop = bench.Stops(0x13, () => IoGetDmaAdapter(bench.Device, ScatterGather64, out _));
        Assert.Equal((1ul, 0ul, 2ul), (stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("DMA-232")]
    public void Alignment_is_one_byte()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Assert.Equal(1u, bench.Machine.Run(adapter.GetDmaAlignment));
    }

    [Fact, Proves("DMA-080", "DMA-179")]
    public void The_last_adapter_put_gives_the_bounce_pages_back()
    {
        using var bench = new DmaBench();
        bench.GetAdapter(ScatterGather64);
        long free = bench.Machine.FreeFrames;
        DmaAdapter first = bench.GetAdapter(Packet24);
        DmaAdapter second = bench.GetAdapter(Packet24);
        Assert.Equal(free - 64, bench.Machine.FreeFrames);

        bench.Machine.Run(first.PutDmaAdapter);
        Assert.Equal(free - 64, bench.Machine.FreeFrames);
        bench.AtDispatch(second.PutDmaAdapter);

        Assert.Equal(free, bench.Machine.FreeFrames);
    }

    [Fact, Proves("DMA-081")]
    public void An_adapter_used_after_it_was_put_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Machine.Run(adapter.PutDmaAdapter);
        BugCheckException stop = bench.Stops(0x18, () => bench.Allocate(adapter, 1));
        Assert.Equal((ulong)adapter.Address, stop.Parameter2);
    }

    [Fact, Proves("DMA-081", "DMA-146")]
    public void Putting_an_adapter_with_a_kept_channel_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = bench.Stops(0x08, () =>
        {
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => IoAllocationAction.KeepObject, null);
            adapter.PutDmaAdapter();
        });
        Assert.Equal(((ulong)adapter.Address, 1ul, "MDL4010"), (stop.Parameter2, stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("DMA-081")]
    public void Putting_an_adapter_with_map_registers_left_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        BugCheckException stop = bench.Stops(0x09, () =>
        {
            bench.Allocate(adapter, 3);
            adapter.PutDmaAdapter();
        });
        Assert.Equal(3ul, stop.Parameter3);
    }

    [Fact, Proves("DMA-081", "DMA-251")]
    public void Putting_an_adapter_with_a_list_left_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        BugCheckException stop = bench.Stops(0x0A, () =>
        {
            bench.GetList(adapter, mdl, mdl.VirtualAddress, 100);
            adapter.PutDmaAdapter();
        });
        Assert.Equal(1ul, stop.Parameter3);
    }

    [Fact, Proves("DMA-170", "DMA-179")]
    public void Putting_an_adapter_with_bytes_mapped_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        BugCheckException stop = bench.Stops(0x0D, () =>
        {
            Map(adapter, mdl, bench.Allocate(adapter, 1), mdl.VirtualAddress, 100);
            adapter.PutDmaAdapter();
        });
        Assert.Equal((100ul, 4 * 4096ul), (stop.Parameter2, stop.Parameter3));
    }

    [Fact, Proves("DMA-080", "DMA-006")]
    public void Every_call_for_a_bus_master_makes_an_adapter_of_its_own()
    {
        using var bench = new DmaBench();
        DmaAdapter first = bench.GetAdapter(ScatterGather64), second = bench.GetAdapter(ScatterGather64);
        Assert.NotSame(first, second);
        Assert.NotEqual(first.Address, second.Address);

        bench.Machine.Run(first.PutDmaAdapter);
        bench.AtDispatch(() => bench.Allocate(second, 1));
    }

    [Fact, Proves("DMA-078")]
    public void Adapters_for_each_direction_of_one_device_may_get_different_counts()
    {
        using var bench = new DmaBench();
        bench.GetAdapter(ScatterGather64 with { MaximumLength = 65536 }, out uint forReads);
        bench.GetAdapter(ScatterGather64 with { MaximumLength = 4096 }, out uint forWrites);
        Assert.Equal((17u, 2u), (forReads, forWrites));
    }

    [Fact, Proves("DMA-072")]
    public void A_platform_with_16_registers_caps_adapters_there()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 16));
        bench.GetAdapter(Packet24 with { MaximumLength = 65535 }, out uint capped);
        bench.GetAdapter(Packet24 with { MaximumLength = 61440 }, out uint fitting);
        Assert.Equal((16u, 16u), (capped, fitting));
    }

    [Fact, Proves("DMA-061")]
    public void Without_memory_there_is_no_adapter_and_nothing_is_left_behind()
    {
        using var bench = new DmaBench();
        long free = bench.Machine.FreeFrames;
        bench.Machine.Faults.FailNth(nameof(IoGetDmaAdapter), 1);
        uint registers = 7;
        DmaAdapter? adapter = null;
        bench.RunAsDriver(() => adapter = IoGetDmaAdapter(bench.Device, Packet24, out registers));
        Assert.Equal((null, 0u, free), (adapter, registers, bench.Machine.FreeFrames));
    }

    [Fact, Proves("D16")]
    public void A_driver_gets_adapters_for_its_own_devices_and_for_physical_ones()
    {
        using var bench = new DmaBench();
        DeviceObject physical = bench.Plug();
        bench.RunAsDriver(() =>
        {
            Assert.NotNull(IoGetDmaAdapter(bench.Device, ScatterGather64, out _));
            Assert.NotNull(IoGetDmaAdapter(physical, ScatterGather64, out _));
        });
    }

    [Fact, Proves("D16")]
    public void A_device_of_another_driver_stops_the_machine()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DeviceObject foreign = null!;
        bench.Machine.LoadDriver("other", (driver, _) => IoCreateDevice(driver, null, null, 0, 0, false, out foreign!));
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.RunAsDriver(() => IoGetDmaAdapter(foreign, ScatterGather64, out _)));
        Assert.Equal((0xCAu, 2ul, (ulong)foreign.Address), (stop.Code, stop.Parameter1, stop.Parameter2));
    }

    [Fact, Proves("D16")]
    public void A_deleted_device_stops_the_machine()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DeviceObject device = bench.NewDevice();
        bench.Machine.Run(() => IoDeleteDevice(device));
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() => IoGetDmaAdapter(device, ScatterGather64, out _)));
        Assert.Equal((0xCAu, 2ul), (stop.Code, stop.Parameter1));
    }

    [Fact]
    public void A_device_of_another_machine_is_an_error()
    {
        using DmaBench bench = new(), other = new();
        Assert.Throws<ArgumentException>(() => bench.Machine.Run(() => IoGetDmaAdapter(other.Device, ScatterGather64, out _)));
    }

    [Fact, Proves("DMA-081")]
    public void Putting_an_adapter_that_requests_wait_for_is_a_finding()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Survey));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        DeviceObject[] devices = [bench.NewDevice(), bench.NewDevice(), bench.NewDevice()];
        bench.AtDispatch(() =>
        {
            foreach (DeviceObject device in devices)
                adapter.AllocateAdapterChannel(device, 1, (_, _, _, _) => IoAllocationAction.KeepObject, null);
            adapter.PutDmaAdapter();
        });
        Assert.Equal([(0x08ul, (ulong)adapter.Address, 1ul), (0x11ul, 2ul, (ulong)adapter.Address)],
            bench.Machine.Findings.Select(finding => (finding.Parameter1, finding.Parameter2, finding.Parameter3)));
    }

    [Fact, Proves("DMA-060")]
    public void A_driver_gets_its_adapter_while_its_device_is_added_or_started()
    {
        using var machine = new Machine();
        List<(string When, DmaAdapter Adapter)> got = [];
        DriverObject driver = machine.LoadDriver("pnp", (driver, _) =>
        {
            driver.AddDevice = (driver, physical) =>
            {
                got.Add(("added", IoGetDmaAdapter(physical, ScatterGather64, out uint _)!));
                IoCreateDevice(driver, null, null, 0, 0, false, out DeviceObject? device);
                device!.DeviceExtension = IoAttachDeviceToDeviceStack(device, physical);
                device.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
                return NtStatus.STATUS_SUCCESS;
            };
            driver.MajorFunction[MajorFunction.IRP_MJ_PNP] = (device, irp) =>
            {
                if (IoGetCurrentIrpStackLocation(irp).MinorFunction == IRP_MN_START_DEVICE)
                    got.Add(("started", IoGetDmaAdapter((DeviceObject)device.DeviceExtension!, ScatterGather64, out uint _)!));
                IoSkipCurrentIrpStackLocation(irp);
                return IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
            };
            return NtStatus.STATUS_SUCCESS;
        });

        machine.Plug(driver);

        Assert.Equal(["added", "started"], got.Select(entry => entry.When));
        Assert.All(got, entry => Assert.NotNull(entry.Adapter));
    }
}
