using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>A machine whose processor has a cache that devices do not see: which flush makes whose bytes visible.</summary>
public sealed partial class CoherencyTests
{
    private const uint Length = 4096;
    private static readonly DeviceDescription s_version3 = ScatterGather64 with { Version = 3, DmaAddressWidth = 64 };

    [Fact, Proves("DMA-236", "DMA-235")]
    public void Without_the_flush_before_a_DMA_write_the_device_gets_old_memory()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            Store(mdl, 1);
            KeFlushIoBuffers(mdl, readOperation: false, dmaOperation: true);
            Assert.Equal(Bytes(Length, 1), SendOnce(adapter, mdl));

            Store(mdl, 2);
            Assert.Equal(Bytes(Length, 1), SendOnce(adapter, mdl));

            KeFlushIoBuffers(mdl, readOperation: false, dmaOperation: true);
            Assert.Equal(Bytes(Length, 2), SendOnce(adapter, mdl));
        });
    }

    [Fact, Proves("DMA-236", "DMA-235")]
    public void Without_the_flush_before_a_DMA_read_the_processor_sees_what_it_had_cached()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            ReceiveOnce(adapter, mdl, 1);
            Assert.Equal(Bytes(Length, 1), Load(mdl));

            ReceiveOnce(adapter, mdl, 2);
            Assert.Equal(Bytes(Length, 1), Load(mdl));

            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            Assert.Equal(Bytes(Length, 2), Load(mdl));
            ReceiveOnce(adapter, mdl, 3);
            Assert.Equal(Bytes(Length, 3), Load(mdl));
        });
    }

    [Fact, Proves("DMA-236")]
    public void Without_the_flush_before_a_DMA_read_stores_that_are_written_back_later_overwrite_the_devices_data()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            Store(mdl, 7);
            ReceiveOnce(adapter, mdl, 1);
            Assert.Equal(Bytes(Length, 1), SendOnce(adapter, mdl));
        });

        bench.Machine.RunUntilIdle();

        bench.AtDispatch(() =>
        {
            Assert.Equal(Bytes(Length, 7), SendOnce(adapter, mdl));
            Assert.Equal(Bytes(Length, 7), Load(mdl));
        });
    }

    [Fact, Proves("DMA-236", "DMA-235")]
    public void Without_any_flush_lines_that_the_processor_has_not_stored_to_spoil_nothing_that_devices_write_one_after_the_other()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            ReceiveOnce(adapter, mdl, 1);
            ReceiveOnce(adapter, mdl, 2);
            Assert.Equal(Bytes(Length, 0), Load(mdl));
        });

        bench.Machine.RunUntilIdle();

        bench.AtDispatch(() => Assert.Equal(Bytes(Length, 2), SendOnce(adapter, mdl)));
    }

    [Theory, Proves("DMA-236", "DMA-235")]
    [InlineData(false)]
    [InlineData(true)]
    public void Stores_that_a_flush_has_brought_to_memory_are_not_written_back_again(bool readOperation)
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            // The device has written below the stores before they reach memory.
            Store(mdl, 7);
            ReceiveOnce(adapter, mdl, 1);
            KeFlushIoBuffers(mdl, readOperation, dmaOperation: true);
            Assert.Equal(Bytes(Length, 7), SendOnce(adapter, mdl));
            ReceiveOnce(adapter, mdl, 2);
            ReceiveOnce(adapter, mdl, 3);
        });

        bench.Machine.RunUntilIdle();

        bench.AtDispatch(() => Assert.Equal(Bytes(Length, 3), SendOnce(adapter, mdl)));
    }

    [Fact, Proves("DMA-236", "DMA-235")]
    public void What_the_processor_fetches_after_a_flush_is_not_taken_for_a_store()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            // The lines hold what memory was like before the first transfer, until they are invalidated for the second.
            ReceiveOnce(adapter, mdl, 1);
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            ReceiveOnce(adapter, mdl, 2);
            Assert.Equal(Bytes(Length, 2), Load(mdl));
            ReceiveOnce(adapter, mdl, 3);
        });

        bench.Machine.RunUntilIdle();

        bench.AtDispatch(() => Assert.Equal(Bytes(Length, 3), SendOnce(adapter, mdl)));
    }

    [Fact, Proves("DMA-236")]
    public void A_flush_after_the_transfer_is_too_late_for_stores_made_before_it()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            Store(mdl, 7);
            ReceiveOnce(adapter, mdl, 1);
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            Assert.Equal(Bytes(Length, 7), Load(mdl));
            Assert.Equal(Bytes(Length, 7), SendOnce(adapter, mdl));
        });
    }

    [Theory, Proves("DMA-235")]
    [InlineData(true, true, true)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, false, false)]
    public void Every_flush_but_that_of_a_programmed_write_brings_stores_to_memory(bool readOperation, bool dmaOperation, bool reachesMemory)
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            Store(mdl, 5);
            KeFlushIoBuffers(mdl, readOperation, dmaOperation);
            Assert.Equal(Bytes(Length, (byte)(reachesMemory ? 5 : 0)), SendOnce(adapter, mdl));
        });
    }

    [Theory, Proves("DMA-235")]
    [InlineData(true, true, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    public void Only_the_flush_of_a_DMA_read_lets_the_processor_see_what_a_device_writes(bool readOperation, bool dmaOperation, bool isSeen)
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            KeFlushIoBuffers(mdl, readOperation, dmaOperation);
            ReceiveOnce(adapter, mdl, 5);
            Assert.Equal(Bytes(Length, (byte)(isSeen ? 5 : 0)), Load(mdl));
        });
    }

    [Fact, Proves("DMA-235")]
    public void Programmed_transfers_pass_through_the_processor_and_need_no_flush_for_its_own_sake()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            Store(mdl, 5);
            Assert.Equal(Bytes(Length, 5), Load(mdl));

            // What else looks at memory, such as a paging device, sees a programmed read after its flush only.
            Assert.Equal(Bytes(Length, 0), SendOnce(adapter, mdl));
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: false);
            Assert.Equal(Bytes(Length, 5), SendOnce(adapter, mdl));
        });
    }

    [Fact, Proves("DMA-234")]
    public void The_flush_covers_one_MDL_and_not_the_chain_behind_it()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl first = bench.Lock(Length, 0), second = bench.Lock(Length, 0);
        first.Next = second;
        bench.AtDispatch(() =>
        {
            Store(first, 5);
            Store(second, 6);
            KeFlushIoBuffers(first, readOperation: false, dmaOperation: true);
            Assert.Equal(Bytes(Length, 5), SendOnce(adapter, first));
            Assert.Equal(Bytes(Length, 0), SendOnce(adapter, second));
        });
    }

    [Fact, Proves("DMA-234", "DMA-003")]
    public void The_flush_covers_every_page_of_the_MDL_and_the_lines_at_its_ends()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38);
        bench.AtDispatch(() =>
        {
            VirtualMemory.CopyFrom(ViewOf(mdl), Numbered(10000));
            KeFlushIoBuffers(mdl, readOperation: false, dmaOperation: true);
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000, writeToDevice: true);
            byte[] sent = [.. list.Elements.ToArray().SelectMany(element => DeviceReads(adapter, element.Address.QuadPart, element.Length))];
            Assert.Equal(Numbered(10000), sent);
            adapter.PutScatterGatherList(list, writeToDevice: true);
        });
    }

    [Fact, Proves("DMA-235")]
    public void A_piece_mapped_in_place_may_begin_in_the_line_where_one_through_map_registers_ends()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(0x1A0, 0xF80, 0x1000, 0x3000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);

            Receive(0, 0xA0, 1, isBounced: true);
            Receive(0xA0, 0x100, 2, isBounced: false);

            Assert.Equal([.. Bytes(0xA0, 1), .. Bytes(0x100, 2)], Load(mdl));
            adapter.FreeMapRegisters(registers, 2);

            void Receive(uint start, uint length, byte value, bool isBounced)
            {
                nuint va = mdl.VirtualAddress + start;
                (long logical, uint mapped) = Map(adapter, mdl, registers, va, length);
                Assert.Equal((length, isBounced), (mapped, registers!.Map.Runs[0].IsBounced));
                DeviceWrites(adapter, logical, Bytes(length, value));
                Assert.True(adapter.FlushAdapterBuffers(mdl, registers, va, length, writeToDevice: false));
            }
        });
    }

    [Fact, Proves("DMA-237")]
    public void On_a_coherent_machine_no_flush_is_missed()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            Store(mdl, 5);
            Assert.Equal(Bytes(Length, 5), SendOnce(adapter, mdl));
            ReceiveOnce(adapter, mdl, 6);
            Assert.Equal(Bytes(Length, 6), Load(mdl));
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            Assert.Equal(Bytes(Length, 6), Load(mdl));
        });
    }

    [Fact, Proves("DMA-238")]
    public void Version_3_adapters_need_no_flush()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(s_version3);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            for (byte round = 1; round < 4; round++)
            {
                Store(mdl, round);
                Assert.Equal(Bytes(Length, round), SendOnce(adapter, mdl));
                ReceiveOnce(adapter, mdl, (byte)(round + 100));
                Assert.Equal(Bytes(Length, (byte)(round + 100)), Load(mdl));
            }
        });
    }

    [Theory, Proves("DMA-238")]
    [InlineData(false)]
    [InlineData(true)]
    public void MapTransferEx_cleans_and_FlushAdapterBuffersEx_invalidates(bool iommu)
    {
        using var bench = new DmaBench(Incoherent() with { Iommu = iommu });
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl first = bench.Lock(Length, 0), second = bench.Lock(Length, 0x40);
        first.Next = second;
        bench.AtDispatch(() =>
        {
            Store(first, 1);
            Store(second, 2);
            uint length = 2 * Length;
            byte[] sent = [.. MapEx(adapter, first, null, 0, ref length, writeToDevice: true).SelectMany(run => DeviceReads(adapter, run.Address, run.Length))];
            adapter.FlushAdapterBuffersEx(first, null, 0, length, writeToDevice: true);
            Assert.Equal([.. Bytes(Length, 1), .. Bytes(Length, 2)], sent);

            // 100 bytes that begin and end inside lines: what the processor stored beside them before, and stores there afterwards, stays.
            length = 100;
            (long logical, _) = Assert.Single(MapEx(adapter, first, null, 10, ref length));
            DeviceWrites(adapter, logical, Bytes(100, 9));
            adapter.FlushAdapterBuffersEx(first, null, 10, 100, writeToDevice: false);
            VirtualMemory.Write(ViewOf(first), (byte)7);
            Assert.Equal([7, .. Bytes(9, 1), .. Bytes(100, 9), .. Bytes(Length - 110, 1)], Load(first));
        });
    }

    [Fact, Proves("DMA-238", "DMA-180")]
    public void FlushAdapterBuffersEx_keeps_what_the_processor_stores_beside_the_buffer_during_the_transfer()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            // Bytes 8 to 103: the first line and the second are partly those of others.
            uint length = 96;
            (long logical, _) = Assert.Single(MapEx(adapter, mdl, null, 8, ref length));
            DeviceWrites(adapter, logical, Bytes(96, 9));
            VirtualMemory.Write(ViewOf(mdl), (byte)7);
            VirtualMemory.Write(ViewOf(mdl) + 127, (byte)6);

            adapter.FlushAdapterBuffersEx(mdl, null, 8, length, writeToDevice: false);

            Assert.Equal([7, .. Bytes(7, 0), .. Bytes(96, 9), .. Bytes(23, 0), 6], Load(mdl)[..128]);
        });
    }

    [Fact, Proves("DMA-100", "DMA-101")]
    public void Bounce_pages_are_kept_in_step_by_the_routines_that_copy()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            Store(mdl, 5);
            MapRegisters? registers = bench.Allocate(adapter, 2);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, Length, writeToDevice: true);
            Assert.Equal(Bytes(Length, 5), DeviceReads(adapter, logical, Length));
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, Length, writeToDevice: true);

            (logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, Length);
            DeviceWrites(adapter, logical, Bytes(Length, 6));
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, Length, writeToDevice: false);
            adapter.FreeMapRegisters(registers, 2);
            Assert.Equal(Bytes(Length, 6), Load(mdl));
        });
    }

    [Fact, Proves("DMA-235", "DMA-159")]
    public void One_flush_serves_all_transfers_of_a_request_even_where_they_meet_inside_a_line()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            Store(mdl, 9);
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            Transfer(adapter, mdl, 0, 1000, logical => DeviceWrites(adapter, logical, Bytes(1000, 1)), writeToDevice: false);
            Transfer(adapter, mdl, 1000, 24, logical => DeviceWrites(adapter, logical, Bytes(24, 2)), writeToDevice: false);
            Assert.Equal([.. Bytes(1000, 1), .. Bytes(24, 2), .. Bytes(Length - 1024, 9)], Load(mdl));
        });
    }

    [Fact, Proves("DMA-236")]
    public void The_same_happens_in_every_run()
    {
        Assert.Equal(Run(), Run());

        static byte[] Run()
        {
            using var bench = new DmaBench(Incoherent());
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(Length, 0x10);
            byte[] seen = [];
            bench.AtDispatch(() =>
            {
                Store(mdl, 7);
                ReceiveOnce(adapter, mdl, 1);
                seen = [.. SendOnce(adapter, mdl), .. Load(mdl)];
            });
            bench.Machine.RunUntilIdle();
            bench.AtDispatch(() => seen = [.. seen, .. SendOnce(adapter, mdl)]);
            return seen;
        }
    }

    private static MachineOptions Incoherent(VerifierMode verifier = VerifierMode.Strict) => new() { CoherentDma = false, Verifier = verifier };

    private static nuint ViewOf(Mdl mdl) => MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);

    private static void Store(Mdl mdl, byte value) =>
        VirtualMemory.CopyFrom(ViewOf(mdl), Bytes(mdl.Length, value));

    private static byte[] Load(Mdl mdl)
    {
        byte[] bytes = new byte[mdl.Length];
        VirtualMemory.CopyTo(ViewOf(mdl), bytes);
        return bytes;
    }

    /// <summary>What the device gets of the buffer, without any flush but that of the adapter.</summary>
    private static byte[] SendOnce(DmaAdapter adapter, Mdl mdl)
    {
        var sent = new List<byte>();
        for (uint done = 0; done < mdl.Length;)
            done += Transfer(adapter, mdl, done, mdl.Length - done, (logical, length) => sent.AddRange(DeviceReads(adapter, logical, length)), writeToDevice: true);
        return [.. sent];
    }

    private static void ReceiveOnce(DmaAdapter adapter, Mdl mdl, byte value)
    {
        for (uint done = 0; done < mdl.Length;)
            done += Transfer(adapter, mdl, done, mdl.Length - done, (logical, length) => DeviceWrites(adapter, logical, Bytes(length, value)), writeToDevice: false);
    }

    private static uint Transfer(DmaAdapter adapter, Mdl mdl, uint offset, uint length, Action<long, uint> device, bool writeToDevice)
    {
        (long logical, uint mapped) = Map(adapter, mdl, null, mdl.VirtualAddress + offset, length, writeToDevice);
        device(logical, mapped);
        Assert.True(adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress + offset, mapped, writeToDevice));
        return mapped;
    }

    private static void Transfer(DmaAdapter adapter, Mdl mdl, uint offset, uint length, Action<long> device, bool writeToDevice) =>
        Assert.Equal(length, Transfer(adapter, mdl, offset, length, (logical, _) => device(logical), writeToDevice));
}
