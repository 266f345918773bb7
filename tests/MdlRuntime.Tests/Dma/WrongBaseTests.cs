using MdlRuntime.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Addresses that are not MmGetMdlVirtualAddress plus what was transferred, given as CurrentVa.</summary>
public sealed class WrongBaseTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Theory, Proves("DMA-192", "DMA-184", "DMA-186", "DMA-187", "DMA-188", "DMA-190", "DMA-327", "MDL-501", "MDL-546")]
    [InlineData("system address")]
    [InlineData("StartVa")]
    [InlineData("null")]
    [InlineData("ByteOffset")]
    [InlineData("end")]
    public void The_verifier_stops_at_a_position_outside_the_mdl(string wrong)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint currentVa = bench.Machine.Run(() => WrongBase(mdl, wrong));
        BugCheckException stop = bench.Stops(0x1B, () => Map(adapter, mdl, bench.Allocate(adapter, 4), currentVa, 100));
        Assert.Equal((currentVa, mdl.Address, "MDL4002"), ((nuint)stop.Parameter2, (nuint)stop.Parameter3, stop.RuleId));
    }

    [Theory, Proves("DMA-192", "DMA-184", "DMA-187", "DMA-188", "DMA-362")]
    [InlineData("system address", 0xF38)]
    [InlineData("null", 0)]
    [InlineData("ByteOffset", 0xF38)]
    public void Without_verifier_a_wild_position_points_the_device_at_nothing(string wrong, int pageOffset)
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint currentVa = bench.Machine.Run(() => WrongBase(mdl, wrong));
        bench.AtDispatch(() =>
        {
            (long logical, uint length) = Map(adapter, mdl, bench.Allocate(adapter, 4), currentVa, 10000);
            Assert.Equal((pageOffset, 4096 - pageOffset), ((int)(logical & 0xFFF), (int)length));
            BusFaultException fault = Assert.Throws<BusFaultException>(() => DeviceWrites(adapter, logical, 1));
            Assert.Equal(logical, fault.LogicalAddress.QuadPart);
            Assert.Contains($"0x{logical:X}", fault.Message);
        });
    }

    [Fact, Proves("DMA-186", "DMA-362")]
    public void Without_verifier_StartVa_hits_the_bytes_before_the_buffer_and_misses_its_end()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.StartVa, 10000);
            Assert.Equal([(0x1000000, 8192u), (0x2000000, 1808u)], Elements(list));
            foreach (ScatterGatherElement element in list.Elements)
                DeviceWrites(adapter, element.Address.QuadPart, Bytes(element.Length, 0x55));
            adapter.PutScatterGatherList(list, writeToDevice: false);

            Assert.Equal(Bytes(0xF38, 0x55), bench.Read(mdl, mdl.StartVa, 0xF38));
            Assert.Equal(Bytes(3896, 0), bench.Read(mdl, mdl.VirtualAddress + 10000 - 3896, 3896));
        });
    }

    [Fact, Proves("DMA-186", "DMA-191")]
    public void Without_verifier_StartVa_makes_a_bounced_write_send_foreign_bytes_first()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(1000, 0xF38, 0x1000, 0x1001);
        bench.Write(mdl, mdl.StartVa, Bytes(0xF38, 0xEE));
        bench.Write(mdl, mdl.VirtualAddress, Numbered(1000));
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, bench.Allocate(adapter, 2), mdl.StartVa, 1000, writeToDevice: true);
            Assert.Equal(Bytes(1000, 0xEE), DeviceReads(adapter, logical, 1000));
        });
    }

    /// <summary>The processor copies, to or from bounce pages, where the device would have gone: its fault is a stop.</summary>
    [Theory, Proves("DMA-191", "DMA-192", "DMA-184", "DMA-187", "DMA-188")]
    [InlineData("system address", true, 100u)]
    [InlineData("system address", true, 10000u)]
    [InlineData("system address", false, 100u)]
    [InlineData("system address", false, 10000u)]
    [InlineData("null", true, 100u)]
    [InlineData("null", true, 10000u)]
    [InlineData("null", false, 100u)]
    [InlineData("null", false, 10000u)]
    [InlineData("ByteOffset", true, 100u)]
    [InlineData("ByteOffset", true, 10000u)]
    [InlineData("ByteOffset", false, 100u)]
    [InlineData("ByteOffset", false, 10000u)]
    public void Without_verifier_the_copy_of_a_bounced_wild_position_stops_the_machine(string wrong, bool writeToDevice, uint length)
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint currentVa = bench.Machine.Run(() => WrongBase(mdl, wrong));
        bool isMapped = false;
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            Map(adapter, mdl, registers, currentVa, length, writeToDevice);
            isMapped = true;
            adapter.FlushAdapterBuffers(mdl, registers, currentVa, length, writeToDevice);
        }));

        // What is sent is copied in MapTransfer, what is received in FlushAdapterBuffers.
        Assert.Equal(!writeToDevice, isMapped);
        Assert.Equal((BugCheckCode.DRIVER_IRQL_NOT_LESS_OR_EQUAL, writeToDevice ? 0ul : 1ul, "MDL4002"), (stop.Code, stop.Parameter3, stop.RuleId));
    }

    [Theory, Proves("DMA-191", "DMA-192")]
    [InlineData("system address")]
    [InlineData("StartVa")]
    [InlineData("null")]
    [InlineData("ByteOffset")]
    [InlineData("end")]
    public void The_verifier_stops_before_a_wild_position_is_bounced(string wrong)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint currentVa = bench.Machine.Run(() => WrongBase(mdl, wrong));
        BugCheckException stop = bench.Stops(0x1B, () => Map(adapter, mdl, bench.Allocate(adapter, 4), currentVa, 100, writeToDevice: true));
        Assert.Equal((currentVa, mdl.Address, "MDL4002"), ((nuint)stop.Parameter2, (nuint)stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("DMA-186", "DMA-191", "DMA-362")]
    public void Without_verifier_StartVa_makes_a_bounced_read_overwrite_the_bytes_before_the_buffer()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.Write(mdl, mdl.StartVa, Bytes(0xF38, 0xEE));
        bench.Write(mdl, mdl.VirtualAddress, Bytes(10000, 0xAA));
        bench.AtDispatch(() =>
        {
            // One page fewer than the buffer touches: too few registers are asked for.
            Assert.Equal(3u, WdkMacros.ADDRESS_AND_SIZE_TO_SPAN_PAGES(mdl.StartVa, 10000));
            MapRegisters? registers = bench.Allocate(adapter, 3);
            (long logical, _) = Map(adapter, mdl, registers, mdl.StartVa, 10000);
            DeviceWrites(adapter, logical, Numbered(10000));
            adapter.FlushAdapterBuffers(mdl, registers, mdl.StartVa, 10000, writeToDevice: false);

            Assert.Equal(Numbered(10000), bench.Read(mdl, mdl.StartVa, 10000));
            Assert.Equal(Bytes(0xF38, 0xAA), bench.Read(mdl, mdl.VirtualAddress + 10000 - 0xF38, 0xF38));
        });
    }

    [Fact, Proves("DMA-186")]
    public void StartVa_is_right_by_chance_where_the_buffer_begins_on_a_page()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0, 0x1000);
        bench.AtDispatch(() => Assert.Equal((0x1000000, 100u), Map(adapter, mdl, null, mdl.StartVa, 100)));
    }

    [Fact, Proves("DMA-183", "DMA-118", "DMA-115")]
    public void Every_position_in_the_buffer_is_found_by_its_page_and_its_offset_in_it()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            for (uint k = 0; k < 10000; k += 37)
            {
                uint position = 0xF38 + k;
                Assert.Equal(((long)s_frames[position >> 12] * 4096 + (position & 0xFFF), 1u), Map(adapter, mdl, null, mdl.VirtualAddress + k, 1));
                adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress + k, 1, writeToDevice: false);
            }
        });
    }

    [Fact, Proves("DMA-185")]
    public void Without_verifier_the_driver_that_passes_with_its_own_buffer_fails_with_a_users()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl user = bench.Lock(100, 0x38);
        bench.AtDispatch(() =>
        {
            nuint pool = Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 100, 0x31474154);
            Mdl own = IoManager.IoAllocateMdl(pool, 100, false, false, null)!;
            MmBuildMdlForNonPagedPool(own);
            DeviceWrites(adapter, MapAtSystemAddress(own), Numbered(100));
            Assert.Equal(Numbered(100), bench.Read(own, own.VirtualAddress, 100));
            Assert.Throws<BusFaultException>(() => DeviceWrites(adapter, MapAtSystemAddress(user), 1));

            long MapAtSystemAddress(Mdl mdl) =>
                Map(adapter, mdl, null, MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute), 100).Address;
        });
    }

    [Fact, Proves("DMA-190", "DMA-336")]
    public void Without_verifier_bytes_past_the_buffer_are_transferred_unnoticed_inside_the_last_page()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0x38, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, uint mapped) = Map(adapter, mdl, registers, mdl.VirtualAddress, 120);
            Assert.Equal(120u, mapped);
            DeviceWrites(adapter, logical, Numbered(120));
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 120, writeToDevice: false);
            Assert.Equal(Numbered(120), bench.Read(mdl, mdl.VirtualAddress, 120));
        });
    }

    [Fact, Proves("DMA-190", "DMA-336")]
    public void Without_verifier_the_end_of_the_buffer_maps_what_follows_it_in_the_page()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() => Assert.Equal((0x2001648, 100u), Map(adapter, mdl, null, mdl.VirtualAddress + 10000, 100)));
    }

    [Fact, Proves("DMA-189")]
    public void Without_verifier_the_callers_address_before_a_partial_mdl_points_the_device_at_nothing()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        Mdl partial = bench.Machine.Run(() =>
        {
            Mdl target = IoManager.IoAllocateMdl(mdl.VirtualAddress + 5000, 5000, false, false, null)!;
            IoManager.IoBuildPartialMdl(mdl, target, mdl.VirtualAddress + 5000, 5000);
            return target;
        });
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, partial, null, mdl.VirtualAddress, 100);
            Assert.Throws<BusFaultException>(() => DeviceWrites(adapter, logical, 1));
        });
    }

    [Fact, Proves("DMA-189")]
    public void The_callers_address_lies_outside_a_partial_mdl_that_starts_later()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        Mdl partial = bench.Machine.Run(() =>
        {
            Mdl target = IoManager.IoAllocateMdl(mdl.VirtualAddress + 5000, 5000, false, false, null)!;
            IoManager.IoBuildPartialMdl(mdl, target, mdl.VirtualAddress + 5000, 5000);
            return target;
        });
        bench.AtDispatch(() => Assert.Equal((0x20002C0, 5000u), Map(adapter, partial, null, mdl.VirtualAddress + 5000, 5000)));
        bench.Stops(0x1B, () => Map(adapter, partial, null, mdl.VirtualAddress, 100));
    }

    [Fact, Proves("DMA-185")]
    public void The_system_address_is_right_by_chance_for_an_mdl_over_nonpaged_pool()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.AtDispatch(() =>
        {
            nuint pool = Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 100, 0x31474154);
            Mdl mdl = IoManager.IoAllocateMdl(pool, 100, false, false, null)!;
            MmBuildMdlForNonPagedPool(mdl);
            nuint system = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
            Assert.Equal(MmGetMdlVirtualAddress(mdl), system);
            Assert.Equal(100u, Map(adapter, mdl, null, system, 100).Length);
        });
    }

    [Theory, Proves("DMA-190", "DMA-321", "DMA-375", "MDL-502", "MDL-546")]
    [InlineData(0x38u, 100u, 101u, 0x24ul, 1ul)]
    [InlineData(0x38u, 0xFC8u, 0xFC9u, 0x1Ful, 3ul)]
    [InlineData(0xF38u, 10000u, 10000u + 2488, 0x24ul, 2488ul)]
    [InlineData(0xF38u, 10000u, 10000u + 2489, 0x1Ful, 3ul)]
    public void A_length_past_the_mdl_is_a_finding_of_its_own_when_it_crosses_a_page(uint offset, uint size, uint length, ulong violation, ulong parameter2)
    {
        using var bench = new DmaBench(Physical() with { MapRegisters = 64 });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { MaximumLength = 1 << 20 });
        Mdl mdl = bench.Lock(size, offset);
        BugCheckException stop = bench.Stops(violation, () => Map(adapter, mdl, null, mdl.VirtualAddress, length));
        Assert.Equal((parameter2, "MDL2003"), (stop.Parameter2, stop.RuleId));
    }

    private static nuint WrongBase(Mdl mdl, string wrong) => wrong switch
    {
        "system address" => MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute),
        "StartVa" => mdl.StartVa,
        "ByteOffset" => MmGetMdlByteOffset(mdl),
        "end" => mdl.VirtualAddress + 10000,
        _ => 0,
    };
}
