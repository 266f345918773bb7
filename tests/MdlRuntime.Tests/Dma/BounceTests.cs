using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>When data is copied through bounce pages, and when the bytes move.</summary>
public sealed class BounceTests
{
    private static MachineOptions FiveGigabytes => Physical() with { MemoryBytes = 5L << 30 };

    [Fact, Proves("DMA-363", "DMA-101", "DMA-171", "DMA-330")]
    public void What_a_device_writes_reaches_a_bounced_buffer_only_in_the_flush()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(4296, 0xF38, 0x1000, 0x1001);
        bench.Write(mdl, mdl.VirtualAddress, Bytes(4296, 0xAA));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            Assert.Equal((0x00200F38, 4296u), Map(adapter, mdl, registers, mdl.VirtualAddress, 4296));
            DeviceWrites(adapter, 0x00200F38, Bytes(4296, 0x55));
            Assert.Equal(Bytes(4296, 0xAA), bench.Read(mdl, mdl.VirtualAddress, 4296));

            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 4296, writeToDevice: false);

            Assert.Equal(Bytes(4296, 0x55), bench.Read(mdl, mdl.VirtualAddress, 4296));
        });
    }

    [Fact, Proves("DMA-363", "DMA-102")]
    public void What_a_device_writes_is_visible_at_once_where_nothing_is_bounced()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x20, 0x1000);
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, bench.Allocate(adapter, 1), mdl.VirtualAddress, 100);
            DeviceWrites(adapter, logical, 1, 2, 3);
            Assert.Equal([1, 2, 3], bench.Read(mdl, mdl.VirtualAddress, 3));
        });
    }

    [Fact, Proves("DMA-100", "DMA-331", "DMA-344")]
    public void What_is_sent_is_copied_when_it_is_mapped()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        bench.Write(mdl, mdl.VirtualAddress, Bytes(64, 0x11));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 64, writeToDevice: true);
            bench.Write(mdl, mdl.VirtualAddress, Bytes(64, 0x22));
            Assert.Equal(Bytes(64, 0x11), DeviceReads(adapter, logical, 64));

            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 64, writeToDevice: true);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 64, writeToDevice: true);

            Assert.Equal(Bytes(64, 0x22), DeviceReads(adapter, logical, 64));
        });
    }

    [Fact, Proves("DMA-102")]
    public void The_flush_of_a_write_brings_nothing_back_from_the_bounce_page()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        bench.Write(mdl, mdl.VirtualAddress, Bytes(64, 0x11));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 64, writeToDevice: true);
            DeviceWrites(adapter, logical, Bytes(64, 0x55));

            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 64, writeToDevice: true);

            Assert.Equal(Bytes(64, 0x11), bench.Read(mdl, mdl.VirtualAddress, 64));
        });
    }

    [Fact, Proves("DMA-100", "DMA-180")]
    public void What_is_sent_directly_is_what_the_buffer_holds_when_the_device_reads()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, bench.Allocate(adapter, 1), mdl.VirtualAddress, 64, writeToDevice: true);
            bench.Write(mdl, mdl.VirtualAddress, Bytes(64, 0x22));
            Assert.Equal(Bytes(64, 0x22), DeviceReads(adapter, logical, 64));
        });
    }

    [Fact, Proves("DMA-364", "DMA-103", "DMA-167", "DMA-198")]
    public void A_short_transfer_is_flushed_as_far_as_it_came_and_goes_on_from_there()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x1001, 0x2000, 0x2001);
        bench.Write(mdl, mdl.VirtualAddress, Bytes(10000, 0xAA));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 4296);
            DeviceWrites(adapter, logical, Bytes(1000, 0x55));

            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 1000, writeToDevice: false));

            Assert.Equal(Bytes(1000, 0x55), bench.Read(mdl, mdl.VirtualAddress, 1000));
            Assert.Equal(Bytes(9000, 0xAA), bench.Read(mdl, mdl.VirtualAddress + 1000, 9000));
            nuint next = mdl.StartVa + 0x1320;
            Assert.Equal(mdl.VirtualAddress + 1000, next);
            Assert.Equal((0x00200320, 7392u), Map(adapter, mdl, registers, next, 2 * 4096 - 0x320));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, next, 7392, writeToDevice: false));
            adapter.FreeMapRegisters(registers, 2);
        });
    }

    [Theory, Proves("DMA-103", "DMA-315", "DMA-373")]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_that_the_device_did_not_deliver_come_out_of_the_bounce_page_unless_they_are_to_be_preserved(bool preserve)
    {
        using var bench = new DmaBench(Physical() with { PreserveBouncedBytes = preserve });
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        bench.Write(mdl, mdl.VirtualAddress, Bytes(64, 0xAA));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 64);
            DeviceWrites(adapter, logical, Bytes(16, 0x55));

            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 64, writeToDevice: false);

            Assert.Equal(Bytes(16, 0x55), bench.Read(mdl, mdl.VirtualAddress, 16));
            Assert.Equal(Bytes(48, preserve ? (byte)0xAA : (byte)0x0F), bench.Read(mdl, mdl.VirtualAddress + 16, 48));
        });
    }

    [Fact, Proves("DMA-359", "DMA-094", "DMA-097", "DMA-255")]
    public void A_32_bit_device_gets_bounce_pages_for_what_lies_above_four_gigabytes()
    {
        using var bench = new DmaBench(FiveGigabytes);
        DmaAdapter wide = bench.GetAdapter(ScatterGather64), narrow = bench.GetAdapter(ScatterGather32);
        Mdl mdl = bench.Lock(8192, 0, 0xFFFFF, 0x100000);
        bench.AtDispatch(() =>
        {
            Assert.Equal([(0xFFFFF000, 4096u), (0x100000000, 4096u)], Elements(bench.GetList(wide, mdl, mdl.VirtualAddress, 8192)));
            Assert.Equal([(0xFFFFF000, 4096u), (0x00201000, 4096u)], Elements(bench.GetList(narrow, mdl, mdl.VirtualAddress, 8192)));
        });
    }

    [Fact, Proves("DMA-155", "DMA-107", "DMA-374")]
    public void Bounced_runs_of_one_operation_use_one_register_after_the_other()
    {
        using var bench = new DmaBench(FiveGigabytes);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather32);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x100000, 0x1000, 0x110000, 0x110001);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            Assert.Equal((0x00200F38, 200u), Map(adapter, mdl, registers, mdl.VirtualAddress, 10000));
            Assert.Equal((0x01000000, 4096u), Map(adapter, mdl, registers, mdl.StartVa + 0x1000, 9800));
            Assert.Equal((0x00202000, 5704u), Map(adapter, mdl, registers, mdl.StartVa + 0x2000, 5704));
            DeviceWrites(adapter, 0x00200F38, Bytes(200, 1));
            DeviceWrites(adapter, 0x01000000, Bytes(4096, 2));
            DeviceWrites(adapter, 0x00202000, Bytes(5704, 3));

            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 10000, writeToDevice: false));

            Assert.Equal([.. Bytes(200, 1), .. Bytes(4096, 2), .. Bytes(5704, 3)], bench.Read(mdl, mdl.VirtualAddress, 10000));
        });
    }

    [Fact, Proves("DMA-090", "DMA-105", "DMA-374")]
    public void Every_mdl_of_a_bounced_chain_has_registers_of_its_own()
    {
        using var bench = new DmaBench(FiveGigabytes);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather32);
        Mdl first = bench.Lock(100, 0x10, 0x100000), second = bench.Lock(100, 0x20, 0x110000);
        first.Next = second;
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, first, first.VirtualAddress, 200);
            Assert.Equal([(0x00200010, 100u), (0x00201020, 100u)], Elements(list));
            DeviceWrites(adapter, 0x00200010, Bytes(100, 1));
            DeviceWrites(adapter, 0x00201020, Bytes(100, 2));

            adapter.PutScatterGatherList(list, writeToDevice: false);

            Assert.Equal(Bytes(100, 1), bench.Read(first, first.VirtualAddress, 100));
            Assert.Equal(Bytes(100, 2), bench.Read(second, second.VirtualAddress, 100));
        });
    }

    [Theory, Proves("DMA-047", "DMA-048", "DMA-056", "DMA-094")]
    [MemberData(nameof(Reaches))]
    public void The_description_decides_how_far_a_device_reaches(DeviceDescription description, bool above16Megabytes, bool above4Gigabytes)
    {
        using var bench = new DmaBench(FiveGigabytes);
        DmaAdapter adapter = bench.GetAdapter(description);
        Mdl low = bench.Lock(4096, 0, 0x800), middle = bench.Lock(4096, 0, 0x1000), high = bench.Lock(4096, 0, 0x100000);
        bench.AtDispatch(() =>
        {
            Assert.Equal(0x800000, AddressOf(low));
            Assert.Equal(above16Megabytes, AddressOf(middle) == 0x1000000);
            Assert.Equal(above4Gigabytes, AddressOf(high) == 0x100000000);
        });

        long AddressOf(Mdl mdl)
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 4096);
            long address = list.Elements[0].Address.QuadPart;
            adapter.PutScatterGatherList(list, writeToDevice: false);
            return address;
        }
    }

    public static TheoryData<DeviceDescription, bool, bool> Reaches => new()
    {
        { ScatterGather64, true, true },
        { ScatterGather64 with { Dma32BitAddresses = false }, true, true },
        { ScatterGather32, true, false },
        { ScatterGather32 with { Dma32BitAddresses = false }, true, false },
        { ScatterGather32 with { Dma32BitAddresses = false, InterfaceType = InterfaceType.Internal }, false, false },
        { Packet24, false, false },
        { Packet24 with { Dma32BitAddresses = true }, true, false },
        { ScatterGather64 with { Version = 3, DmaAddressWidth = 24 }, false, false },
        { ScatterGather64 with { Version = 3, DmaAddressWidth = 32 }, true, false },
        { ScatterGather64 with { Version = 3, DmaAddressWidth = 33, Dma64BitAddresses = false }, true, true },
    };

    [Fact, Proves("DMA-074", "DMA-141", "DMA-142", "DMA-372", "DMA-005")]
    public void The_base_is_null_exactly_where_no_registers_are_used()
    {
        using var bench = new DmaBench();
        DmaAdapter direct = bench.GetAdapter(ScatterGather64), bounced = bench.GetAdapter(Packet24);
        bench.AtDispatch(() =>
        {
            Assert.Null(bench.Allocate(direct, 4));
            Assert.Null(bench.Allocate(bounced, 0));
            MapRegisters? registers = bench.Allocate(bounced, 4);
            Assert.NotNull(registers);

            direct.FreeMapRegisters(null, 4);
            bounced.FreeMapRegisters(registers, 4);
            direct.PutDmaAdapter();
            bounced.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-001", "DMA-099", "DMA-370")]
    public void By_default_no_logical_address_is_a_physical_one()
    {
        using var bench = new DmaBench(new());
        Mdl mdl = bench.Lock(4296, 0xF38, 0x1000, 0x1001);
        foreach (DeviceDescription description in new[] { ScatterGather64, ScatterGather32, Packet24 })
        {
            DmaAdapter adapter = bench.GetAdapter(description);
            bench.AtDispatch(() =>
            {
                ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 4296);
                ScatterGatherElement element = Assert.Single(list.Elements.ToArray());
                Assert.NotEqual(0x1000F38, element.Address.QuadPart);
                Assert.NotEqual(0x200F38, element.Address.QuadPart);
                Assert.Equal(0xF38, element.Address.QuadPart & 0xFFF);
                DeviceWrites(adapter, element.Address.QuadPart, Numbered(4296));
                adapter.PutScatterGatherList(list, writeToDevice: false);
                Assert.Equal(Numbered(4296), bench.Read(mdl, mdl.VirtualAddress, 4296));
                bench.Write(mdl, mdl.VirtualAddress, Bytes(4296, 0));
            });
        }
    }

    [Theory, Proves("DMA-101", "DMA-103", "DMA-368")]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_verifier_a_flush_of_more_than_arrived_hands_over_what_an_earlier_transfer_left(bool preserve)
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off, mapRegisters: 1) with { PreserveBouncedBytes = preserve });
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl secret = bench.Lock(64, 0, 0x1000), mdl = bench.Lock(64, 0, 0x1001);
        bench.Write(secret, secret.VirtualAddress, Bytes(64, 0x77));
        bench.Write(mdl, mdl.VirtualAddress, Bytes(64, 0xAA));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            Map(adapter, secret, registers, secret.VirtualAddress, 64, writeToDevice: true);
            adapter.FlushAdapterBuffers(secret, registers, secret.VirtualAddress, 64, writeToDevice: true);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 64);
            DeviceWrites(adapter, logical, Bytes(16, 0x55));

            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 64, writeToDevice: false);

            Assert.Equal([.. Bytes(16, 0x55), .. Bytes(48, preserve ? (byte)0xAA : (byte)0x77)], bench.Read(mdl, mdl.VirtualAddress, 64));
        });
    }

    [Fact, Proves("DMA-106")]
    public void Bouncing_needs_no_system_pages()
    {
        using var bench = new DmaBench(Physical() with { SystemPtes = 16 });
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(4296, 0xF38, 0x1000, 0x1001);
        bench.Machine.Run(() =>
        {
            while (MemoryManager.MmAllocateMappingAddress(4096, 1) != 0)
            {
            }
        });
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 4296);
            DeviceWrites(adapter, logical, Numbered(4296));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 4296, writeToDevice: false));
            Assert.Equal(Numbered(4296), bench.Read(mdl, mdl.VirtualAddress, 4296));
        });
    }

    [Fact, Proves("DMA-107", "DMA-318")]
    public void Registers_flushed_in_the_middle_of_an_operation_are_free_but_not_in_a_row()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl first = bench.Lock(8192, 0, 0x1000, 0x1001), second = bench.Lock(4096, 0, 0x1100), third = bench.Lock(8192, 0, 0x1200, 0x1201);
        BugCheckException stop = bench.Stops(0x00, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            Map(adapter, first, registers, first.VirtualAddress, 8192);
            Map(adapter, second, registers, second.VirtualAddress, 4096);
            adapter.FlushAdapterBuffers(first, registers, first.VirtualAddress, 8192, writeToDevice: false);
            Map(adapter, third, registers, third.VirtualAddress, 8192);
        });
        Assert.Equal((2ul, 2ul, 1ul, "MDL4005"), (stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
    }

    [Theory, Proves("DMA-108", "DMA-072")]
    [InlineData(InterfaceType.Isa, 16u, 0x00210000)]
    [InlineData(InterfaceType.PNPISABus, 16u, 0x00210000)]
    [InlineData(InterfaceType.Eisa, 40u, 0x0020B000)]
    public void Registers_of_a_device_on_an_isa_bus_do_not_straddle_64_kilobytes(InterfaceType bus, uint most, long second)
    {
        using var bench = new DmaBench(Physical(mapRegisters: 40));
        DeviceDescription description = Packet24 with { InterfaceType = bus, MaximumLength = 1 << 20 };
        DmaAdapter adapter = bench.GetAdapter(description, out uint granted), other = bench.GetAdapter(description);
        Assert.Equal(most, granted);
        Mdl mdl = bench.Lock(10 * 4096, 0);
        bench.AtDispatch(() =>
        {
            Assert.Equal((0x00200000, 10 * 4096u), Map(adapter, mdl, bench.Allocate(adapter, 10), mdl.VirtualAddress, 10 * 4096));
            Assert.Equal((second, 10 * 4096u), Map(other, mdl, bench.Allocate(other, 10), mdl.VirtualAddress, 10 * 4096));
        });
    }

    [Fact, Proves("DMA-108", "DMA-110")]
    public void A_set_that_fits_between_no_two_borders_waits_although_enough_registers_are_free()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 32));
        DeviceDescription description = Packet24 with { MaximumLength = 60 << 10 };
        DmaAdapter first = bench.GetAdapter(description), second = bench.GetAdapter(description), third = bench.GetAdapter(description);
        DeviceObject device = bench.NewDevice();
        bench.AtDispatch(() =>
        {
            MapRegisters? low = bench.Allocate(first, 10), high = bench.Allocate(second, 10);
            bool hasRun = false;
            third.AllocateAdapterChannel(device, 8, (_, _, _, _) =>
            {
                hasRun = true;
                return IoAllocationAction.DeallocateObject;
            }, null);
            Assert.False(hasRun);

            first.FreeMapRegisters(low, 10);

            Assert.True(hasRun);
            second.FreeMapRegisters(high, 10);
        });
    }
}
