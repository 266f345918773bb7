using MdlRuntime.Verification;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.IoManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Version 3 on the system DMA controller: pieces, completion routines, cancellation.</summary>
public sealed class SystemDmaExTests
{
    private static readonly DeviceDescription s_byteChannel = SystemDmaBench.ByteChannel with { Version = 3, DmaRequestLine = 1 };

    [Fact, Proves("DMA-267", "DMA-268", "DMA-286", "DMA-284", "DMA-386")]
    public void One_transfer_may_have_many_pieces_and_starts_with_the_map()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(10000, 0xF38, 0x500, 0x700, 0x600, 0x601);
        byte[] bytes = Numbered(10000);
        bench.Bench.AtDispatch(() =>
        {
            var info = new DmaTransferInfo { Version = 1 };
            bench.Adapter.GetDmaTransferInfo(mdl, 0, 10000, false, ref info);
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, info.V1.MapRegisterCount);
            ScatterGatherList list = ScatterGatherList.WithCapacity(info.V1.ScatterGatherElementCount);
            uint length = 10000;

            Assert.Equal(STATUS_SUCCESS, bench.Adapter.MapTransferEx(
                mdl, registers, 0, deviceOffset: 4, ref length, false, list, info.V1.ScatterGatherListSize, null, null));

            Assert.Equal((10000u, 3u), (length, list.NumberOfElements));
            Assert.Equal(10000, bench.Line.Write(bytes));
            Assert.Equal(STATUS_SUCCESS, bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 10000, false));
            Assert.Equal(bytes, bench.Bench.Read(mdl, mdl.VirtualAddress, 10000));
            bench.Adapter.FreeAdapterObject(DeallocateObject);
            bench.Adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-209", "DMA-286")]
    public void The_counter_counts_the_pieces_to_come()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(10000, 0xF38, 0x500, 0x700, 0x600, 0x601);
        bench.Bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, 4);
            uint length = 10000;
            Assert.Equal(3, MapEx(bench.Adapter, mdl, registers, 0, ref length).Length);

            Assert.Equal(10000u, bench.Adapter.ReadDmaCounter());
            bench.Line.Write(Numbered(150));
            Assert.Equal(9850u, bench.Adapter.ReadDmaCounter());
            bench.Line.Write(Numbered(9849));
            Assert.Equal(1u, bench.Adapter.ReadDmaCounter());
            bench.Line.Write(Numbered(1));
            Assert.Equal(0u, bench.Adapter.ReadDmaCounter());
            Assert.Equal(STATUS_SUCCESS, bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, length, false));
            bench.Adapter.FreeAdapterObject(DeallocateObject);
        });
    }

    [Fact, Proves("DMA-283", "DMA-282")]
    public void Without_a_list_a_transfer_has_one_piece()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(10000, 0xF38, 0x500, 0x700, 0x600, 0x601);
        byte[] bytes = Numbered(10000);
        bench.Bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, 4);
            var pieces = new List<uint>();
            for (uint done = 0; done < 10000;)
            {
                uint length = 10000 - done;
                Assert.Equal(STATUS_SUCCESS, bench.Adapter.MapTransferEx(mdl, registers, done, 0, ref length, false, null, 0, null, null));
                Assert.Equal((int)length, bench.Line.Write(bytes.AsSpan((int)done)));
                bench.Adapter.FlushAdapterBuffersEx(mdl, registers, done, length, false);
                pieces.Add(length);
                done += length;
            }

            Assert.Equal([200u, 4096u, 5704u], pieces);
            Assert.Equal(bytes, bench.Bench.Read(mdl, mdl.VirtualAddress, 10000));
        });
    }

    [Fact, Proves("DMA-290", "DMA-215", "DMA-286", "DMA-088")]
    public void The_completion_routine_runs_once_at_dispatch_level()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0, 0x500);
        var ends = new List<(DmaAdapter, DeviceObject, object?, DmaCompletionStatus, Kirql)>();
        bench.Bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, 1);
            Map(bench, mdl, registers, (adapter, device, context, status) => ends.Add((adapter, device, context, status, KernelCore.KeGetCurrentIrql())));
            bench.Line.Write(Bytes(60, 1));
            Assert.Empty(ends);
            bench.Line.Write(Bytes(40, 1));
        });

        Assert.Equal([(bench.Adapter, bench.Bench.Device, "mine", DmaCompletionStatus.DmaComplete, Kirql.DISPATCH_LEVEL)], ends);
    }

    [Fact, Proves("DMA-286")]
    public void A_fast_device_is_done_before_the_map_returns_and_the_length_is_there_already()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0, 0x500);
        bench.Line.Opened += () => bench.Line.Write(Bytes(100, 0x55));
        DmaCompletionStatus? ended = null;
        bench.Machine.Run(() =>
        {
            KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, 1);
            KernelCore.KeLowerIrql(old);
            uint[] length = [1000];
            length[0] = 100;
            Assert.Equal(STATUS_SUCCESS, bench.Adapter.MapTransferEx(mdl, registers, 0, 0, ref length[0], false, null, 0, (_, _, _, status) =>
            {
                Assert.Equal(100u, length[0]);
                ended = status;
            }, null));
            Assert.Equal(DmaCompletionStatus.DmaComplete, ended);
            Assert.Equal(STATUS_SUCCESS, bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, false));
        });
    }

    [Fact, Proves("DMA-291", "DMA-290", "DMA-285", "DMA-347", "DMA-288", "DMA-019")]
    public void A_running_transfer_is_stopped_once_and_the_flush_makes_the_context_usable_again()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0, 0x500);
        var ends = new List<DmaCompletionStatus>();
        DmaTransferContext context = null!;
        MapRegisters? registers = null;
        bench.Bench.AtDispatch(() =>
        {
            context = Allocate(bench, out registers);
            Map(bench, mdl, registers, (_, _, _, status) => ends.Add(status));
            bench.Line.Write(Bytes(60, 0x55));

            Assert.Equal(STATUS_SUCCESS, bench.Adapter.CancelMappedTransfer(context));

            Assert.Equal(0, bench.Line.Write(Bytes(40, 0x55)));
            Assert.Equal(STATUS_UNSUCCESSFUL, bench.Adapter.CancelMappedTransfer(context));
        });
        Assert.Equal([DmaCompletionStatus.DmaCancelled], ends);

        bench.Bench.AtDispatch(() =>
        {
            uint length = 100;
            Assert.Equal(STATUS_CANCELLED, bench.Adapter.MapTransferEx(mdl, registers, 0, 0, ref length, false, null, 0, null, null));
            Assert.Equal(STATUS_SUCCESS, bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 60, false));
            byte[] expected = [.. Bytes(60, 0x55), .. Bytes(40, 0)];
            Assert.Equal(expected, bench.Bench.Read(mdl, mdl.VirtualAddress, 100));

            Map(bench, mdl, registers, null);
            Assert.Equal(100, bench.Line.Write(Bytes(100, 0x66)));
            bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, false);
            bench.Adapter.FreeAdapterObject(DeallocateObject);
            bench.Adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-291", "DMA-285")]
    public void A_transfer_can_be_cancelled_before_it_is_mapped_but_not_after_it_ended()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0, 0x500);
        bench.Bench.AtDispatch(() =>
        {
            DmaTransferContext context = Allocate(bench, out MapRegisters? registers);
            Map(bench, mdl, registers, null);
            bench.Line.Write(Bytes(100, 1));
            Assert.Equal(STATUS_UNSUCCESSFUL, bench.Adapter.CancelMappedTransfer(context));
            bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, false);

            Assert.Equal(STATUS_SUCCESS, bench.Adapter.CancelMappedTransfer(context));
            uint length = 100;
            Assert.Equal(STATUS_CANCELLED, bench.Adapter.MapTransferEx(mdl, registers, 0, 0, ref length, false, null, 0, null, null));
            Assert.Equal(100u, length);

            Assert.Equal(STATUS_INVALID_PARAMETER, bench.Adapter.CancelMappedTransfer(new()));
            Assert.Equal(STATUS_INVALID_PARAMETER, bench.Adapter.CancelMappedTransfer(null!));
        });
    }

    [Fact, Proves("DMA-104", "DMA-289")]
    public void A_flush_copies_what_the_counter_says_has_come_over_all_pieces()
    {
        using var bench = new SystemDmaBench(s_byteChannel, VerifierMode.Off);
        // Beyond 16 MiB: every page goes through a register.
        Mdl mdl = bench.Bench.Lock(10000, 0xF38, 0x1000, 0x3001, 0x3000, 0x2001);
        DmaCompletionStatus? ended = null;
        bench.Bench.AtDispatch(() =>
        {
            bench.Bench.Write(mdl, mdl.VirtualAddress, Bytes(10000, 0xAA));
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, 4);
            ScatterGatherList list = ScatterGatherList.WithCapacity(4);
            uint length = 10000;
            bench.Adapter.MapTransferEx(mdl, registers, 0, 0, ref length, false, list, 16 + 4 * 24, (_, _, _, status) => ended = status, null);
            Assert.Equal(5000, bench.Line.Write(Numbered(5000)));

            Assert.Equal(STATUS_SUCCESS, bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 10000, false));

            byte[] expected = [.. Numbered(5000), .. Bytes(5000, 0xAA)];
            Assert.Equal(expected, bench.Bench.Read(mdl, mdl.VirtualAddress, 10000));
            Assert.Equal(0, bench.Line.Write(Bytes(10, 1)));
        });
        Assert.Equal(DmaCompletionStatus.DmaCancelled, ended);
    }

    [Fact, Proves("DMA-104", "DMA-180")]
    public void Stores_of_the_processor_where_nothing_has_come_survive_the_flush_of_a_bounced_transfer()
    {
        using var bench = new SystemDmaBench(s_byteChannel, VerifierMode.Off, new() { CoherentDma = false });
        Mdl mdl = bench.Bench.Lock(4096, 0, 0x1000);
        bench.Bench.AtDispatch(() =>
        {
            nuint view = MemoryManager.MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
            VirtualMemory.CopyFrom(view, Bytes(4096, 0xAA));
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, 1);
            uint length = 4096;
            MapEx(bench.Adapter, mdl, registers, 0, ref length);
            bench.Line.Write(Numbered(512));

            Assert.Equal(STATUS_SUCCESS, bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 4096, writeToDevice: false));

            byte[] seen = new byte[4096];
            VirtualMemory.CopyTo(view, seen);
            Assert.Equal([.. Numbered(512), .. Bytes(4096 - 512, 0xAA)], seen);
        });
    }

    [Fact, Proves("DMA-289", "DMA-171")]
    public void The_verifier_stops_a_flush_of_a_transfer_that_goes_on()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0, 0x500);
        BugCheckException stop = bench.Bench.Stops(0x23, () =>
        {
            MapRegisters? registers = bench.Bench.AllocateInline(bench.Adapter, 1);
            Map(bench, mdl, registers, null);
            bench.Adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, false);
        });
        Assert.Equal((0ul, 0ul, 1ul), (stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("DMA-293", "DMA-283", "DMA-279")]
    public void What_the_controller_does_not_do_is_refused()
    {
        using var bench = new SystemDmaBench(s_byteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0, 0x500);
        bench.Bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_INVALID_PARAMETER, bench.Adapter.GetScatterGatherListEx(
                bench.Bench.Device, NewContext(bench.Adapter), mdl, 0, 100, 0, (_, _, _, _) => Assert.Fail("called"), null, false));
            uint length = 100;
            Assert.Equal(STATUS_INVALID_PARAMETER, bench.Adapter.MapTransferEx(mdl, null, 0, 0, ref length, false, null, 0, null, null));
            Assert.Equal(STATUS_NOT_IMPLEMENTED, bench.Adapter.ConfigureAdapterChannel(0, null));
        });
    }

    [Fact, Proves("DMA-283", "DMA-285")]
    public void What_the_registers_cannot_express_is_not_mapped()
    {
        using var bench = new SystemDmaBench(SystemDmaBench.WordChannel with { Version = 3, DmaRequestLine = 5 });
        Mdl mdl = bench.Bench.Lock(100, 1, 0x500);
        bench.Bench.AtDispatch(() =>
        {
            Allocate(bench, out MapRegisters? registers);
            uint length = 100;
            Assert.Equal(STATUS_INVALID_PARAMETER, bench.Adapter.MapTransferEx(mdl, registers, 0, 0, ref length, false, null, 0, null, null));
            bench.Adapter.FreeAdapterObject(DeallocateObject);
            bench.Adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-269", "DMA-409")]
    public void The_adapter_tells_about_its_channel()
    {
        using var bytes = new SystemDmaBench(s_byteChannel);
        using var words = new SystemDmaBench(SystemDmaBench.WordChannel with { Version = 3, DmaRequestLine = 5, IgnoreCount = true });
        Assert.Equal(new(ReadDmaCounterAvailable: 1, bytes.Registers, DmaAddressWidth: 24, Flags: 0, MinimumTransferUnit: 1), Info(bytes));
        Assert.Equal(new(0, words.Registers, 24, 0, 2), Info(words));

        static DmaAdapterInfoV1 Info(SystemDmaBench bench)
        {
            var info = new DmaAdapterInfo { Version = DMA_ADAPTER_INFO_VERSION1 };
            Assert.Equal(STATUS_SUCCESS, bench.Machine.Run(() => bench.Adapter.GetDmaAdapterInfo(ref info)));
            return info.V1;
        }
    }

    private static DmaTransferContext Allocate(SystemDmaBench bench, out MapRegisters? registers)
    {
        DmaTransferContext context = NewContext(bench.Adapter);
        Assert.Equal(STATUS_SUCCESS, bench.Adapter.AllocateAdapterChannelEx(
            bench.Bench.Device, context, 1, DMA_SYNCHRONOUS_CALLBACK, null, null, out registers));
        return context;
    }

    private static void Map(SystemDmaBench bench, Mdl mdl, MapRegisters? registers, DmaCompletionRoutine? routine)
    {
        uint length = 100;
        Assert.Equal(STATUS_SUCCESS, bench.Adapter.MapTransferEx(mdl, registers, 0, 0, ref length, false, null, 0, routine, "mine"));
    }
}
