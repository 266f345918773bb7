using MdlRuntime.Verification;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>MapTransferEx and FlushAdapterBuffersEx for bus masters.</summary>
public sealed class MapTransferExTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-281", "DMA-282", "DMA-142")]
    public void A_whole_range_is_one_list_and_one_flush()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            Assert.Null(bench.AllocateInline(adapter, 0));
            uint length = 10000;
            Assert.Equal([(0x1000F38, 4296u), (0x2000000, 5704u)], MapEx(adapter, mdl, null, 0, ref length));
            Assert.Equal(10000u, length);
            Assert.Equal(STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(mdl, null, 0, 10000, writeToDevice: false));
            adapter.FreeAdapterObject(DeallocateObject);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-266", "DMA-282", "DMA-360", "DMA-160")]
    public void An_offset_reaches_into_any_mdl_of_the_chain()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4001);
        bench.AtDispatch(() =>
        {
            Assert.Equal([(0x3000FC0, 64u), (0x3005000, 36u), (0x4000010, 5000u)], Map(0, 5100));
            Assert.Equal([(0x3005010, 20u), (0x4000010, 4076u)], Map(80, 4096));
            Assert.Equal([(0x4000042, 100u)], Map(150, 100));
            Assert.Equal([(0x4001397, 1u)], Map(5099, 1));

            (long, uint)[] Map(ulong offset, uint length)
            {
                uint mapped = length;
                (long, uint)[] elements = MapEx(adapter, first, null, offset, ref mapped);
                Assert.Equal(length, mapped);
                Assert.Equal(STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(first, null, offset, length, writeToDevice: false));
                return elements;
            }
        });
    }

    [Fact, Proves("DMA-282", "DMA-288", "DMA-180")]
    public void Few_registers_map_a_part_and_the_rest_follows_after_the_flush()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        byte[] bytes = Numbered(10000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 2);
            var sizes = new List<uint>();
            for (uint done = 0; done < 10000;)
            {
                uint length = 10000 - done;
                uint at = done;
                foreach ((long logical, uint part) in MapEx(adapter, mdl, registers, done, ref length))
                {
                    DeviceWrites(adapter, logical, bytes.AsSpan((int)at, (int)part));
                    at += part;
                }

                Assert.Equal(done + length, at);
                Assert.Equal(STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(mdl, registers, done, length, writeToDevice: false));
                sizes.Add(length);
                done += length;
            }

            Assert.Equal([4296u, 5704u], sizes);
            Assert.Equal(bytes, bench.Read(mdl, mdl.VirtualAddress, 10000));
            adapter.FreeAdapterObject(DeallocateObject);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-282", "DMA-382", "DMA-283")]
    public void A_short_list_maps_what_it_has_room_for()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3001, 0x3000, 0x2001);
        bench.AtDispatch(() =>
        {
            uint length = 10000;
            Assert.Equal([(0x1000F38, 200u), (0x3001000, 4096u)], MapEx(adapter, mdl, null, 0, ref length, room: 2));
            Assert.Equal(4296u, length);
            adapter.FlushAdapterBuffersEx(mdl, null, 0, length, writeToDevice: false);

            // The length given is what counts, the capacity what there is.
            ScatterGatherList list = ScatterGatherList.WithCapacity(3);
            length = 10000;
            Assert.Equal(STATUS_SUCCESS, adapter.MapTransferEx(mdl, null, 0, 0, ref length, false, list, 16 + 24, null, null));
            Assert.Equal((200u, 1u), (length, list.NumberOfElements));
            adapter.FlushAdapterBuffersEx(mdl, null, 0, length, writeToDevice: false);
            length = 10000;
            Assert.Equal(STATUS_SUCCESS, adapter.MapTransferEx(mdl, null, 0, 0, ref length, false, list, 0x1000, null, null));
            Assert.Equal((200u + 4096 + 4096, 3u), (length, list.NumberOfElements));
        });
    }

    [Fact, Proves("DMA-283", "DMA-284", "DMA-285", "DMA-290", "DMA-382", "DMA-381", "DMA-386")]
    public void What_a_bus_master_must_not_give_is_invalid()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        ScatterGatherList list = ScatterGatherList.WithCapacity(4);
        bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(null, 0));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(ScatterGatherList.WithCapacity(0), 0x100));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(list, 16 + 23));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(list, 0x100, deviceOffset: 4));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(list, 0x100, completion: (_, _, _, _) => { }));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(list, 0x100, offset: 10000));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(list, 0x100, offset: 1));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(list, 0x100, offset: ulong.MaxValue));
            Assert.Equal(STATUS_INVALID_PARAMETER, Map(bench.GetList(adapter, mdl, mdl.VirtualAddress, 100), 0x100));
            Assert.Equal(STATUS_SUCCESS, Map(list, 0x100));

            NtStatus Map(ScatterGatherList? given, uint size, uint deviceOffset = 0, ulong offset = 0, DmaCompletionRoutine? completion = null)
            {
                uint length = 10000;
                NtStatus status = adapter.MapTransferEx(mdl, null, offset, deviceOffset, ref length, false, given, size, completion, null);
                Assert.Equal(10000u, length);
                return status;
            }
        });
    }

    [Fact, Proves("DMA-285")]
    public void Without_a_register_for_a_bounced_page_nothing_is_mapped()
    {
        using var bench = new DmaBench();
        DmaAdapter lists = bench.GetAdapter(BouncingV3), packets = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            foreach (DmaAdapter adapter in new[] { lists, packets })
            {
                uint length = 10000;
                Assert.Equal(STATUS_INSUFFICIENT_RESOURCES,
                    adapter.MapTransferEx(mdl, null, 0, 0, ref length, false, ScatterGatherList.WithCapacity(4), 0x100, null, null));
                Assert.Equal(10000u, length);
            }
        });
    }

    [Fact, Proves("DMA-282", "DMA-285")]
    public void Registers_that_a_transfer_still_uses_are_no_room_for_the_next()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl mdl = bench.Lock(4 * 4096, 0, s_frames);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 3);
            uint first = 4096;
            MapEx(adapter, mdl, registers, 0, ref first);

            uint second = 3 * 4096, third = 4096;
            MapEx(adapter, mdl, registers, 4096, ref second);
            Assert.Equal(2 * 4096u, second);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES,
                adapter.MapTransferEx(mdl, registers, 3 * 4096, 0, ref third, false, ScatterGatherList.WithCapacity(4), 0x100, null, null));

            adapter.FlushAdapterBuffersEx(mdl, registers, 0, first, writeToDevice: false);
            adapter.FlushAdapterBuffersEx(mdl, registers, 4096, second, writeToDevice: false);
            MapEx(adapter, mdl, registers, 3 * 4096, ref third);
            Assert.Equal(4096u, third);
        });
    }

    [Fact, Proves("DMA-271", "DMA-282")]
    public void Pages_in_reach_take_no_register()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl mdl = bench.Lock(10000, 0xF38, 0xF00, 0xE00, 0x2000, 0x2001);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 1);
            uint length = 10000;
            Assert.Equal([(0xF00F38, 200u), (0xE00000, 4096u), (0x200000, 4096u)], MapEx(adapter, mdl, registers, 0, ref length));
            Assert.Equal(200u + 4096 + 4096, length);
        });
    }

    [Fact, Proves("DMA-396", "DMA-092", "DMA-282")]
    public void One_transfer_has_no_more_pages_than_the_adapter_has_registers()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3 with { MaximumLength = 4096 }, out uint granted);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            Assert.Equal(2u, granted);
            uint length = 10000;
            Assert.Equal([(0x1000F38, 4296u)], MapEx(adapter, mdl, null, 0, ref length));
            adapter.FlushAdapterBuffersEx(mdl, null, 0, length, writeToDevice: false);
            length = 10000 - 4296;
            Assert.Equal([(0x2000000, 5704u)], MapEx(adapter, mdl, null, 4296, ref length));
        });
    }

    [Fact, Proves("DMA-287", "DMA-180")]
    public void A_device_without_scatter_gather_gets_one_element_per_mdl()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        Mdl second = first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4001);
        byte[] bytes = Numbered(5100);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 4);
            uint length = 5100;
            (long Address, uint Length)[] both = MapEx(adapter, first, registers, 0, ref length);
            Assert.Equal([(0x00200FC0, 100u), (0x4000010, 5000u)], both);
            DeviceWrites(adapter, both[0].Address, bytes.AsSpan(0, 100));
            DeviceWrites(adapter, both[1].Address, bytes.AsSpan(100));
            Assert.Equal(STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(first, registers, 0, 5100, writeToDevice: false));
            byte[] arrived = [.. bench.Read(first, first.VirtualAddress, 100), .. bench.Read(second, second.VirtualAddress, 5000)];
            Assert.Equal(bytes, arrived);

            length = 5100;
            Assert.Equal([(0x00200FC0, 100u)], MapEx(adapter, first, registers, 0, ref length, room: 1));
            Assert.Equal(100u, length);
            adapter.FlushAdapterBuffersEx(first, registers, 0, 100, writeToDevice: false);
            adapter.FreeAdapterObject(DeallocateObject);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-287", "DMA-282")]
    public void A_piece_that_does_not_fit_the_registers_is_cut()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3001, 0x3000, 0x2001);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 3);
            uint length = 10000;
            Assert.Equal([(0x00200F38, 200u + 8192)], MapEx(adapter, mdl, registers, 0, ref length));
            Assert.Equal(8392u, length);
        });
    }

    [Fact, Proves("DMA-100")]
    public void A_bounced_write_is_copied_when_it_is_mapped()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl mdl = bench.Lock(100, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            bench.Write(mdl, mdl.VirtualAddress, Bytes(100, 0x55));
            MapRegisters? registers = bench.AllocateInline(adapter, 1);
            uint length = 100;
            long logical = MapEx(adapter, mdl, registers, 0, ref length, writeToDevice: true)[0].Address;
            bench.Write(mdl, mdl.VirtualAddress, Bytes(100, 0x66));
            Assert.Equal(Bytes(100, 0x55), DeviceReads(adapter, logical, 100));
            Assert.Equal(STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, writeToDevice: true));
            Assert.Equal(Bytes(100, 0x66), bench.Read(mdl, mdl.VirtualAddress, 100));
        });
    }

    [Fact, Proves("DMA-289", "DMA-167", "DMA-364")]
    public void A_short_transfer_is_flushed_as_far_as_it_came_and_ends()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3001, 0x3000, 0x2001);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 4);
            uint length = 10000;
            (long Address, uint Length)[] elements = MapEx(adapter, mdl, registers, 0, ref length);
            foreach ((long logical, uint part) in elements)
                DeviceWrites(adapter, logical, Bytes(part, 0x55));

            Assert.Equal(STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(mdl, registers, 0, 1000, writeToDevice: false));

            byte[] expected = [.. Bytes(1000, 0x55), .. Bytes(9000, 0)];
            Assert.Equal(expected, bench.Read(mdl, mdl.VirtualAddress, 10000));
            length = 9000;
            MapEx(adapter, mdl, registers, 1000, ref length);
            Assert.Equal(9000u, length);
            Assert.Equal(STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(mdl, registers, 1000, 0, writeToDevice: false));
            adapter.FreeAdapterObject(DeallocateObject);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-289", "DMA-170")]
    public void A_flush_names_the_range_that_was_mapped()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.FlushAdapterBuffersEx(mdl, null, 0, 100, false));
            uint length = 100;
            MapEx(adapter, mdl, null, 200, ref length);
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.FlushAdapterBuffersEx(mdl, null, 201, 99, false));
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.FlushAdapterBuffersEx(mdl, null, 10000, 0, false));
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.FlushAdapterBuffersEx(mdl, null, 200, 101, false));
        });
    }

    [Fact, Proves("DMA-289", "DMA-170")]
    public void The_verifier_tells_a_wrong_flush()
    {
        Assert.Equal(0x16ul, Stop(0x16, (adapter, mdl, _) => adapter.FlushAdapterBuffersEx(mdl, null, 50, 50, false)).Parameter1);
        Assert.Equal((1ul, 9900ul, 1ul), Three(Stop(0x00, (adapter, mdl, registers) => adapter.FlushAdapterBuffersEx(mdl, registers, 0, 101, false))));
        Assert.Equal("MDL4008", Stop(0x16, (adapter, mdl, registers) => adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, true)).RuleId);
        Assert.Equal("MDL4003", Stop(0x20, (adapter, mdl, registers) =>
        {
            adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, false);
            adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, false);
        }).RuleId);

        static (ulong, ulong, ulong) Three(BugCheckException stop) => (stop.Parameter2, stop.Parameter3, stop.Parameter4);
    }

    [Fact, Proves("DMA-288", "DMA-163")]
    public void The_verifier_wants_a_flush_between_two_maps()
    {
        BugCheckException stop = Stop(0x0D, (adapter, mdl, registers) =>
        {
            uint length = 100;
            MapEx(adapter, mdl, registers, 200, ref length);
        });
        Assert.Equal((100ul, 4 * 4096ul), (stop.Parameter2, stop.Parameter3));

        using var bench = new DmaBench();
        DmaAdapter direct = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(100, 0);
        bench.Stops(0x1D, () =>
        {
            uint length = 100;
            MapEx(direct, mdl, null, 0, ref length);
            length = 50;
            MapEx(direct, mdl, null, 50, ref length);
        });
    }

    [Theory, Proves("DMA-384", "DMA-375", "DMA-266", "DMA-170")]
    [InlineData(0u, 0ul, 0x21ul)]
    [InlineData(101u, 0ul, 0x24ul)]
    [InlineData(5000u, 0ul, 0x1Ful)]
    [InlineData(1u, 100ul, 0x1Ful)]
    public void The_verifier_stops_at_a_range_that_is_not_in_the_chain(uint length, ulong offset, ulong violation)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(100, 0);
        bench.Stops(violation, () => MapEx(adapter, mdl, null, offset, ref length));
    }

    [Fact, Proves("DMA-384")]
    public void Nothing_is_mapped_for_a_length_of_zero()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(100, 0);
        bench.AtDispatch(() =>
        {
            uint length = 0;
            Assert.Empty(MapEx(adapter, mdl, null, 0, ref length));
            Assert.Equal(0u, length);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-277", "DMA-288")]
    public void Transfers_of_several_contexts_end_one_by_one()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3001, 0x3000, 0x2001);
        bench.Stops(0x26, () =>
        {
            for (int i = 0; i < 2; i++)
                adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 0, 0, (_, _, _, _) => DeallocateObjectKeepRegisters, null);
            uint head = 4296, tail = 10000 - 4296;
            long first = MapEx(adapter, mdl, null, 0, ref head)[0].Address;
            long second = MapEx(adapter, mdl, null, 4296, ref tail)[0].Address;

            adapter.FlushAdapterBuffersEx(mdl, null, 0, 100, writeToDevice: false);

            DeviceWrites(adapter, second, 1, 2, 3);
            DeviceWrites(adapter, first, 1);
        });
    }

    [Fact, Proves("DMA-292", "DMA-291")]
    public void A_bus_master_has_no_transfer_that_the_system_could_cancel()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        bench.AtDispatch(() => Assert.Equal(STATUS_NOT_SUPPORTED, adapter.CancelMappedTransfer(NewContext(adapter))));
    }

    /// <summary>A strict machine on which 100 bytes are mapped through registers from offset 0, and what stops it.</summary>
    private static BugCheckException Stop(ulong violation, Action<DmaAdapter, Mdl, MapRegisters?> misuse)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        return bench.Stops(violation, () =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 4);
            uint length = 100;
            MapEx(adapter, mdl, registers, 0, ref length);
            misuse(adapter, mdl, registers);
        });
    }
}
