using MdlRuntime.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>MapTransfer and FlushAdapterBuffers on the worked example: 10,000 bytes at page offset 0xF38.</summary>
public sealed class MapTransferTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-352", "DMA-149", "DMA-151", "DMA-155", "DMA-166", "DMA-183")]
    public void With_scatter_gather_each_call_maps_one_contiguous_run_and_one_flush_ends_them_all()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint s = mdl.StartVa;
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);

            Assert.Equal((0x1000F38, 4296u), Map(adapter, mdl, registers, s + 0xF38, 10000));
            Assert.Equal((0x2000000, 5704u), Map(adapter, mdl, registers, s + 0x2000, 5704));

            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, s + 0xF38, 10000, writeToDevice: false));
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-353", "DMA-193", "DMA-196", "DMA-159")]
    public void Two_registers_carry_the_request_in_two_operations_of_exact_chunks()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64, out uint granted);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint s = mdl.StartVa;
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, granted);

            Assert.Equal((0x1000F38, 4296u), Map(adapter, mdl, registers, s + 0xF38, 2 * 4096 - 0xF38));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, s + 0xF38, 4296, writeToDevice: false));
            Assert.Equal((0x2000000, 5704u), Map(adapter, mdl, registers, s + 0x2000, 5704));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, s + 0x2000, 5704, writeToDevice: false));
        });
    }

    [Fact, Proves("DMA-354")]
    public void A_chunk_of_scattered_pages_takes_a_call_per_run()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3000, 0x2000, 0x2001);
        nuint s = mdl.StartVa;
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);

            Assert.Equal((0x1000F38, 200u), Map(adapter, mdl, registers, s + 0xF38, 4296));
            Assert.Equal((0x3000000, 4096u), Map(adapter, mdl, registers, s + 0x1000, 4096));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, s + 0xF38, 4296, writeToDevice: false));
            Assert.Equal((0x2000000, 5704u), Map(adapter, mdl, registers, s + 0x2000, 5704));
        });
    }

    [Fact, Proves("DMA-355", "DMA-197")]
    public void Conservative_chunks_of_one_page_take_three_operations_and_four_calls()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint s = mdl.StartVa;
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);

            Assert.Equal((0x1000F38, 4096u), Map(adapter, mdl, registers, s + 0xF38, 4096));
            adapter.FlushAdapterBuffers(mdl, registers, s + 0xF38, 4096, writeToDevice: false);
            Assert.Equal((0x1001F38, 200u), Map(adapter, mdl, registers, s + 0x1F38, 4096));
            Assert.Equal((0x2000000, 3896u), Map(adapter, mdl, registers, s + 0x2000, 3896));
            adapter.FlushAdapterBuffers(mdl, registers, s + 0x1F38, 4096, writeToDevice: false);
            Assert.Equal((0x2000F38, 1808u), Map(adapter, mdl, registers, s + 0x2F38, 1808));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, s + 0x2F38, 1808, writeToDevice: false));
        });
    }

    [Fact, Proves("DMA-356", "DMA-158", "DMA-092")]
    public void The_documented_length_of_whole_pages_maps_more_pages_than_there_are_registers()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        BugCheckException stop = bench.Stops(0x0C, () => Map(adapter, mdl, bench.Allocate(adapter, 2), mdl.VirtualAddress, 8192));
        Assert.Equal((3ul, 2ul, "MDL4005"), (stop.Parameter2, stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("DMA-138", "DMA-155")]
    public void Runs_that_together_need_more_registers_than_allocated_are_a_finding()
    {
        using var bench = new DmaBench(Physical() with { MemoryBytes = 5L << 30 });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather32);
        Mdl mdl = bench.Lock(0x3000, 0, 0x1000, 0x3000, 0x5000);
        BugCheckException stop = bench.Stops(0x15, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            for (uint i = 0; i < 3; i++)
                Map(adapter, mdl, registers, mdl.VirtualAddress + i * 4096, 4096);
        });
        Assert.Equal((3ul, 2ul), (stop.Parameter2, stop.Parameter3));
    }

    [Fact, Proves("DMA-357", "DMA-105", "DMA-095", "DMA-107", "DMA-150")]
    public void Without_scatter_gather_a_scattered_chunk_is_one_range_of_bounce_pages()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.Write(mdl, mdl.VirtualAddress, Numbered(10000));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);

            Assert.Equal((0x00200F38, 10000u), Map(adapter, mdl, registers, mdl.VirtualAddress, 10000, writeToDevice: true));

            Assert.Equal(Numbered(10000), DeviceReads(adapter, 0x00200F38, 10000));
            Assert.Equal(bench.Read(mdl, mdl.StartVa + 0x1000, 1), DeviceReads(adapter, 0x00201000, 1));
            Assert.Equal(bench.Read(mdl, mdl.StartVa + 0x3647, 1), DeviceReads(adapter, 0x00203647, 1));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 10000, writeToDevice: true));
        });
    }

    [Fact, Proves("DMA-358", "DMA-156", "DMA-096")]
    public void Contiguous_chunks_go_direct_unless_the_device_cannot_reach_them()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        Assert.Equal([(0x1000F38, 4296u), (0x2000000, 5704u)], Chunks(Packet64));
        Assert.Equal([(0x200F38, 4296u), (0x200000, 5704u)], Chunks(Packet24));

        (long, uint)[] Chunks(DeviceDescription description)
        {
            DmaAdapter adapter = bench.GetAdapter(description);
            var chunks = new (long, uint)[2];
            bench.AtDispatch(() =>
            {
                MapRegisters? registers = bench.Allocate(adapter, 2);
                chunks[0] = Map(adapter, mdl, registers, mdl.VirtualAddress, 4296);
                adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 4296, writeToDevice: false);
                chunks[1] = Map(adapter, mdl, registers, mdl.StartVa + 0x2000, 5704);
                adapter.FlushAdapterBuffers(mdl, registers, mdl.StartVa + 0x2000, 5704, writeToDevice: false);
                adapter.FreeMapRegisters(registers, 2);
                adapter.PutDmaAdapter();
            });
            return chunks;
        }
    }

    [Fact, Proves("DMA-152", "DMA-369")]
    public void A_run_ends_at_four_gigabytes()
    {
        using var bench = new DmaBench(Physical() with { MemoryBytes = 5L << 30 });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(8192, 0, 0xFFFFF, 0x100000);
        bench.AtDispatch(() =>
        {
            Assert.Equal((0xFFFFF000, 4096u), Map(adapter, mdl, bench.Allocate(adapter, 2), mdl.VirtualAddress, 8192));
            Assert.Equal((0x100000000, 4096u), Map(adapter, mdl, null, mdl.VirtualAddress + 4096, 4096));
        });
    }

    [Fact, Proves("DMA-153", "DMA-369")]
    public void On_an_isa_bus_a_run_ends_at_64_kilobytes()
    {
        using var bench = new DmaBench();
        DeviceDescription description = ScatterGather64 with { Dma64BitAddresses = false, InterfaceType = InterfaceType.Isa };
        DmaAdapter isa = bench.GetAdapter(description), eisa = bench.GetAdapter(description with { InterfaceType = InterfaceType.Eisa });
        Mdl mdl = bench.Lock(0x4000, 0, 0x80E, 0x80F, 0x810, 0x811);
        bench.AtDispatch(() =>
        {
            Assert.Equal([(0x80E000, 0x2000u), (0x810000, 0x2000u)], Elements(bench.GetList(isa, mdl, mdl.VirtualAddress, 0x4000)));
            Assert.Equal([(0x80E000, 0x4000u)], Elements(bench.GetList(eisa, mdl, mdl.VirtualAddress, 0x4000)));
        });
    }

    [Fact, Proves("DMA-153", "DMA-156")]
    public void A_chunk_across_64_kilobytes_of_an_isa_bus_is_bounced()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl inside = bench.Lock(0x2000, 0, 0x80E, 0x80F), across = bench.Lock(0x2000, 0, 0x84F, 0x850);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            Assert.Equal((0x80E000, 0x2000u), Map(adapter, inside, registers, inside.VirtualAddress, 0x2000));
            adapter.FlushAdapterBuffers(inside, registers, inside.VirtualAddress, 0x2000, writeToDevice: false);
            Assert.Equal((0x200000, 0x2000u), Map(adapter, across, registers, across.VirtualAddress, 0x2000));
        });
    }

    [Fact, Proves("DMA-351", "DMA-369")]
    public void A_platform_that_merges_nothing_gives_a_run_per_page()
    {
        using var bench = new DmaBench(Physical() with { MergeAdjacentPages = false });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64), packet = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            Assert.Equal([(0x1000F38, 200u), (0x1001000, 4096u), (0x2000000, 4096u), (0x2001000, 1608u)],
                Elements(bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000)));
            Assert.Equal((0x1000F38, 200u), Map(adapter, mdl, null, mdl.VirtualAddress, 10000));
            // A device without scatter/gather still takes adjacent pages as they are.
            Assert.Equal((0x1000F38, 4296u), Map(packet, mdl, bench.Allocate(packet, 2), mdl.VirtualAddress, 4296));
        });
    }

    [Fact, Proves("DMA-154")]
    public void With_a_null_base_nothing_is_bounced()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(4296, 0xF38, 0x1000, 0x1001);
        bench.AtDispatch(() =>
        {
            (long logical, uint length) = Map(adapter, mdl, null, mdl.VirtualAddress, 4296);
            Assert.Equal((0x1000F38, 4296u), (logical, length));
            // Beyond the 24 address lines of the device nothing answers.
            Assert.Throws<BusFaultException>(() => DeviceWrites(adapter, logical, 1));
        });
    }

    [Fact, Proves("DMA-356", "DMA-148", "DMA-158", "DMA-377")]
    public void Without_verifier_the_documented_length_spills_into_the_registers_of_another_transfer()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off, mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(Packet24), neighbour = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames), victim = bench.Lock(4096, 0, 0x5000);
        bench.AtDispatch(() =>
        {
            MapRegisters? two = bench.Allocate(adapter, 2), next = bench.Allocate(neighbour, 2);
            bench.Write(victim, victim.VirtualAddress, Bytes(4096, 0xAA));
            (long theirs, _) = Map(neighbour, victim, next, victim.VirtualAddress, 4096, writeToDevice: true);
            Assert.Equal(0x202000, theirs);

            bench.Write(mdl, mdl.VirtualAddress, Bytes(10000, 0x55));
            Map(adapter, mdl, two, mdl.VirtualAddress, 2 * 4096, writeToDevice: true);

            // 8192 bytes from offset 0xF38 on reach 0xF38 bytes into the third page.
            Assert.Equal([.. Bytes(0xF38, 0x55), .. Bytes(4096 - 0xF38, 0xAA)], DeviceReads(neighbour, theirs, 4096));
        });
    }

    [Fact, Proves("DMA-148")]
    public void Without_verifier_a_run_past_the_last_register_leaves_other_memory_alone()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off, mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames), after = bench.Lock(4096, 0, 0x202);
        bench.Write(after, after.VirtualAddress, Bytes(4096, 0xAA));
        bench.AtDispatch(() =>
        {
            Map(adapter, mdl, bench.Allocate(adapter, 2), mdl.VirtualAddress, 10000, writeToDevice: true);
            Assert.Equal(Bytes(4096, 0xAA), bench.Read(after, after.VirtualAddress, 4096));
        });
    }

    [Fact, Proves("DMA-161")]
    public void A_run_goes_past_the_byte_count_if_the_caller_asks_for_it()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x38, 0x1000);
        bench.AtDispatch(() => Assert.Equal((0x1000038, 4096u - 0x38), Map(adapter, mdl, null, mdl.VirtualAddress, 4096 - 0x38)));
    }

    [Fact, Proves("DMA-378", "DMA-159")]
    public void Advancing_by_the_length_asked_for_skips_what_was_not_mapped()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3000, 0x2000, 0x2001);
        Assert.Equal([(0x1000F38, 200u), (0x2000000, 5704u)], Runs(byMapped: false));
        Assert.Equal([(0x1000F38, 200u), (0x3000000, 4096u), (0x2000000, 5704u)], Runs(byMapped: true));

        List<(long, uint)> Runs(bool byMapped)
        {
            var runs = new List<(long, uint)>();
            bench.AtDispatch(() =>
            {
                for (uint done = 0; done < 10000;)
                {
                    uint wanted = done == 0 ? 4296 : 10000 - done;
                    (long logical, uint mapped) = Map(adapter, mdl, null, mdl.VirtualAddress + done, wanted);
                    runs.Add((logical, mapped));
                    done += byMapped ? mapped : wanted;
                }

                adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 10000, writeToDevice: false);
            });
            return runs;
        }
    }

    [Fact, Proves("DMA-160", "DMA-398")]
    public void MapTransfer_stays_in_the_mdl_it_is_given()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl first = bench.Lock(4096, 0, 0x1000);
        first.Next = bench.Lock(4096, 0, 0x1001);
        bench.AtDispatch(() => Assert.Equal((0x1000000, 4096u), Map(adapter, first, bench.Allocate(adapter, 1), first.VirtualAddress, 4096)));
    }

    [Fact, Proves("DMA-162", "DMA-384")]
    public void Mapping_nothing_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        Assert.Equal("MDL4016", bench.Stops(0x21, () => Map(adapter, mdl, bench.Allocate(adapter, 1), mdl.VirtualAddress, 0)).RuleId);
    }

    [Fact, Proves("DMA-163", "DMA-178")]
    public void Mapping_a_mapped_range_again_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        BugCheckException stop = bench.Stops(0x1D, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 10000);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 5704);
        });
        Assert.Equal((mdl.VirtualAddress, mdl.VirtualAddress + 5704, "MDL4007"), ((nuint)stop.Parameter2, (nuint)stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("DMA-117", "DMA-311")]
    public void Mapping_pages_that_are_not_locked_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        nuint buffer = bench.App.Allocate(100);
        Mdl mdl = bench.Machine.Run(() => IoManager.IoAllocateMdl(buffer, 100, false, false, null)!);
        BugCheckException stop = bench.Stops(0x0E, () => Map(adapter, mdl, bench.Allocate(adapter, 1), buffer, 100));
        Assert.Equal(((ulong)mdl.Address, "MDL4009"), (stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-170")]
    public void Flushing_what_is_not_mapped_is_a_finding()
    {
        using (var bench = new DmaBench())
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(100, 0);
            BugCheckException stop = bench.Stops(0x20, () =>
                adapter.FlushAdapterBuffers(mdl, bench.Allocate(adapter, 1), mdl.VirtualAddress, 100, writeToDevice: false));
            Assert.Equal((mdl.VirtualAddress, mdl.Address), ((nuint)stop.Parameter3, (nuint)stop.Parameter4));
        }

        using (var bench = new DmaBench())
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            bench.Stops(0x16, () => adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false));
        }
    }

    [Fact, Proves("DMA-170")]
    public void Flushing_more_than_was_mapped_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        BugCheckException stop = bench.Stops(0x00, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 10000);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 6000, writeToDevice: false);
        });
        Assert.Equal((1ul, 5704ul, 1704ul), (stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("DMA-166", "DMA-169")]
    public void Flushing_in_the_other_direction_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        BugCheckException stop = bench.Stops(0x16, () =>
        {
            Map(adapter, mdl, bench.Allocate(adapter, 1), mdl.VirtualAddress, 100, writeToDevice: true);
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false);
        });
        Assert.Equal("MDL4008", stop.RuleId);
    }

    [Fact, Proves("DMA-408")]
    public void Flushes_run_by_run_are_as_good_as_one()
    {
        using var bench = new DmaBench(Physical() with { MemoryBytes = 5L << 30 });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather32);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 10000);
            Map(adapter, mdl, registers, mdl.StartVa + 0x2000, 5704);

            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 4296, writeToDevice: false));
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, mdl.StartVa + 0x2000, 5704, writeToDevice: false));
            adapter.FreeMapRegisters(registers, 4);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-343", "DMA-342", "DMA-345", "DMA-346")]
    public void A_failed_operation_is_flushed_with_nothing_and_mapped_again()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(4096, 0);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 4096, writeToDevice: true);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 0, writeToDevice: true);

            (long again, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 4096, writeToDevice: true);

            Assert.Equal(logical, again);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 4096, writeToDevice: true);
            adapter.FreeMapRegisters(registers, 1);
        });
    }
}
