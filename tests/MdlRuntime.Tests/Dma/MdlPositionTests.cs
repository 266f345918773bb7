using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>An MDL and an address of its range name a position for the DMA routines: an index, never a pointer.</summary>
public sealed class MdlPositionTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("MDL-498", "DMA-115", "DMA-113")]
    public void A_position_counts_even_where_its_address_means_nothing()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint currentVa = bench.Machine.Run(() => MmGetMdlVirtualAddress(mdl));
        bench.App.Free(mdl.StartVa);
        Assert.Throws<NtStatusException>(() => bench.App.Run(() => VirtualMemory.Read<byte>(currentVa)));

        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            for (uint done = 0; done < 10000;)
            {
                (long logical, uint run) = Map(adapter, mdl, registers, currentVa + done, 10000 - done);
                DeviceWrites(adapter, logical, Numbered(10000).AsSpan((int)done, (int)run));
                done += run;
            }

            adapter.FlushAdapterBuffers(mdl, registers, currentVa, 10000, writeToDevice: false);
        });

        Assert.Equal(Numbered(10000), bench.Read(mdl, currentVa, 10000));
    }

    [Fact, Proves("DMA-115")]
    public void The_address_of_an_mdl_is_told_at_any_irql()
    {
        using var bench = new DmaBench();
        Mdl mdl = bench.Lock(100, 0xF38);
        for (Kirql irql = Kirql.PASSIVE_LEVEL; irql <= Kirql.HIGH_LEVEL; irql++)
        {
            Assert.Equal(mdl.StartVa + 0xF38, bench.Machine.Run(() =>
            {
                KernelCore.KeRaiseIrql(irql, out Kirql old);
                nuint address = MmGetMdlVirtualAddress(mdl);
                KernelCore.KeLowerIrql(old);
                return address;
            }));
        }
    }

    [Theory, Proves("MDL-500", "DMA-118", "DMA-183", "DMA-003")]
    [InlineData(0xF38u, 0x1000F38L)]
    [InlineData(0xFFFu, 0x1000FFFL)]
    [InlineData(0x1000u, 0x1001000L)]
    [InlineData(0x2123u, 0x2000123L)]
    [InlineData(0x3647u, 0x2001647L)]
    public void Page_and_offset_of_a_position_are_counted_from_the_start_of_its_first_page(uint fromStart, long physical)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() => Assert.Equal((physical, 1u), Map(adapter, mdl, bench.Allocate(adapter, 1), mdl.StartVa + fromStart, 1)));
    }

    [Theory, Proves("MDL-506", "DMA-089", "DMA-093", "DMA-194")]
    [InlineData(0u, 1u, 1u)]
    [InlineData(0u, 200u, 1u)]
    [InlineData(0u, 201u, 2u)]
    [InlineData(199u, 2u, 2u)]
    [InlineData(200u, 4096u, 1u)]
    [InlineData(201u, 4096u, 2u)]
    [InlineData(0u, 10000u, 4u)]
    public void A_transfer_needs_a_register_for_each_page_that_it_touches(uint from, uint length, uint registers)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        nuint currentVa = mdl.VirtualAddress + from;
        Assert.Equal(registers, ADDRESS_AND_SIZE_TO_SPAN_PAGES(currentVa, length));
        bench.AtDispatch(() =>
        {
            adapter.CalculateScatterGatherList(mdl, currentVa, length, out _, out uint calculated);
            Assert.Equal(registers, calculated);
            MapRegisters? enough = bench.Allocate(adapter, registers);
            Map(adapter, mdl, enough, currentVa, length);
            adapter.FlushAdapterBuffers(mdl, enough, currentVa, length, writeToDevice: false);
            adapter.FreeMapRegisters(enough, registers);
        });

        if (registers > 1)
            bench.Stops(0x0C, () => Map(adapter, mdl, bench.Allocate(adapter, registers - 1), currentVa, length));
    }

    [Fact, Proves("MDL-504", "DMA-159")]
    public void A_split_transfer_leaves_the_mdl_as_it_was()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        byte[] before = Structure(bench, mdl);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            nuint currentVa = mdl.VirtualAddress;
            for (uint rest = 10000; rest > 0;)
            {
                uint length = Math.Min(rest, 2 * PAGE_SIZE - BYTE_OFFSET(currentVa));
                (long logical, uint mapped) = Map(adapter, mdl, registers, currentVa, length);
                DeviceWrites(adapter, logical, Numbered(mapped));
                adapter.FlushAdapterBuffers(mdl, registers, currentVa, mapped, writeToDevice: false);
                (currentVa, rest) = (currentVa + mapped, rest - mapped);
            }

            adapter.FreeMapRegisters(registers, 2);
        });

        Assert.Equal(before, Structure(bench, mdl));
    }

    /// <summary>The macro unmaps what is mapped, and pages that were unlocked are not.</summary>
    [Fact, Proves("MDL-499", "DMA-199")]
    public void One_mdl_of_a_page_carries_a_long_buffer_piece_by_piece()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        nuint buffer = bench.App.Allocate(3 * PAGE_SIZE);
        nuint memory = bench.Machine.Run(() => Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, MmSizeOfMdl(0, PAGE_SIZE), 0x4C444D50));
        bench.App.Run(() =>
        {
            Mdl piece = Mdl.At(memory);
            for (nuint at = buffer; at < buffer + 3 * PAGE_SIZE; at += PAGE_SIZE)
            {
                MmInitializeMdl(piece, at, PAGE_SIZE);
                MmProbeAndLockPages(piece, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
                KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
                MapRegisters? registers = bench.Allocate(adapter, 1);
                (long logical, uint length) = Map(adapter, piece, registers, MmGetMdlVirtualAddress(piece), PAGE_SIZE);
                DeviceWrites(adapter, logical, Bytes(length, (byte)(1 + (at - buffer) / PAGE_SIZE)));
                adapter.FlushAdapterBuffers(piece, registers, MmGetMdlVirtualAddress(piece), PAGE_SIZE, writeToDevice: false);
                adapter.FreeMapRegisters(registers, 1);
                KernelCore.KeLowerIrql(old);
                MmUnlockPages(piece);

                MmPrepareMdlForReuse(piece);
            }
        });

        byte[] read = new byte[3 * PAGE_SIZE];
        bench.App.Read(buffer, read);
        Assert.Equal([.. Bytes(PAGE_SIZE, 1), .. Bytes(PAGE_SIZE, 2), .. Bytes(PAGE_SIZE, 3)], read);
        Assert.Equal(0, bench.App.LockedPages);
        Assert.Empty(bench.Machine.Findings);
    }

    [Fact, Proves("DMA-002", "DMA-003", "DMA-005")]
    public void A_register_stands_for_one_page_and_may_map_one_byte_of_it()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            Assert.Equal((0x200FFF, 2u), Map(adapter, mdl, registers, mdl.StartVa + 0xFFF, 2));
            DeviceWrites(adapter, 0x200FFF, 1, 2);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.StartVa + 0xFFF, 2, writeToDevice: false);
        });

        Assert.Equal([1, 2], bench.Read(mdl, mdl.StartVa + 0xFFF, 2));
        Assert.Equal(1, bench.Machine.System.Memory.Arena.Byte(new(0x200), 0xFFF));
        Assert.Equal(2, bench.Machine.System.Memory.Arena.Byte(new(0x201), 0));
    }

    [Fact, Proves("MDL-503", "MDL-507", "DMA-126")]
    public void The_path_of_a_request_flushes_its_mdl_maps_from_its_address_and_flushes_the_adapter()
    {
        var path = new List<string>();
        using var rig = new DiskRig(new MemoryMedium(TemporaryFile.Pattern(0x10000)), machine: new() { Frames = FramePolicy.Sequential, Trace = Follow });
        nuint buffer = rig.Process.Allocate(10000, 0xF38);

        rig.Handle.Read(buffer, 10000);

        Assert.Equal(["KeFlushIoBuffers for a read", "AdapterControl", "MapTransfer of the first byte", $"FlushAdapterBuffers from {buffer:X}"], path);
        rig.AssertClean();

        void Follow(TraceRecord record)
        {
            if (record.Routine == "AdapterControl")
                path.Add("AdapterControl");
            if (record is { Routine: "KeFlushIoBuffers", Value1: 1, Value2: 1 })
                path.Add("KeFlushIoBuffers for a read");
            if (record is { Routine: "MapTransfer", Subject: Mdl mdl } && record.Value3 == mdl.Pfns[0] && BYTE_OFFSET((nuint)record.Value1) == 0xF38)
                path.Add("MapTransfer of the first byte");
            if (record.Routine == "FlushAdapterBuffers")
                path.Add($"FlushAdapterBuffers from {record.Value1:X}");
        }
    }

    private static byte[] Structure(DmaBench bench, Mdl mdl) => bench.Machine.Run(() =>
    {
        byte[] bytes = new byte[mdl.Size];
        VirtualMemory.CopyTo(mdl.Address, bytes);
        return bytes;
    });
}
