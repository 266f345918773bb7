using MdlRuntime.Verification;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>AdapterControl routines that run inside other calls, long queues of them, and answers that do not fit a bus master.</summary>
public sealed class ChannelReentrancyTests
{
    private const int ManyRequests = 5_000;

    [Fact, Proves("DMA-140")]
    public void A_waiting_routine_is_given_the_request_that_was_current_when_it_asked()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        DeviceObject owner = bench.NewDevice();
        bench.AtDispatch(() =>
        {
            Irp asked = IoManager.IoAllocateIrp(1, false)!, later = IoManager.IoAllocateIrp(1, false)!;
            Irp? given = null;
            adapter.AllocateAdapterChannel(owner, 1, (_, _, _, _) => KeepObject, null);
            bench.Device.CurrentIrp = asked;
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, irp, _, _) =>
            {
                given = irp;
                return DeallocateObject;
            }, null);
            bench.Device.CurrentIrp = later;

            adapter.FreeAdapterChannel();

            Assert.Same(asked, given);
        });
    }

    [Fact, Proves("DMA-137", "DMA-371")]
    public void A_routine_may_ask_for_another_device_and_is_served_inside_its_call()
    {
        using var bench = new DmaBench();
        DmaAdapter first = bench.GetAdapter(Packet24), second = bench.GetAdapter(Packet24);
        DeviceObject other = bench.NewDevice();
        bench.AtDispatch(() =>
        {
            string log = "";
            first.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) =>
            {
                log += "(";
                Assert.Equal(STATUS_SUCCESS, second.AllocateAdapterChannel(other, 1, (_, _, _, _) =>
                {
                    log += "inner";
                    return DeallocateObject;
                }, null));
                log += ")";
                return DeallocateObject;
            }, null);
            Assert.Equal("(inner)", log);
        });
    }

    [Theory, Proves("DMA-145", "DMA-174", "DMA-182")]
    [InlineData(DeallocateObject, false)]
    [InlineData(KeepObject, true)]
    public void A_long_queue_for_a_channel_runs_in_order_and_in_one_loop(IoAllocationAction action, bool freesInside)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        DeviceObject[] devices = bench.Machine.Run(() => (DeviceObject[])[.. Enumerable.Range(0, ManyRequests).Select(_ => bench.NewDevice())]);
        bench.AtDispatch(() =>
        {
            var order = new List<int>();
            var depth = new Depth();
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => KeepObject, null);
            for (int i = 0; i < ManyRequests; i++)
                adapter.AllocateAdapterChannel(devices[i], 1, Control, i);
            Assert.Empty(order);

            adapter.FreeAdapterChannel();

            Assert.Equal(Enumerable.Range(0, ManyRequests), order);
            Assert.Equal(1, depth.Deepest);
            adapter.PutDmaAdapter();

            IoAllocationAction Control(DeviceObject device, Irp? irp, MapRegisters? registers, object? number)
            {
                using Depth.Level level = depth.Enter();
                order.Add((int)number!);
                if (freesInside)
                    adapter.FreeAdapterChannel();
                return action;
            }
        });
    }

    [Fact, Proves("DMA-174", "DMA-110", "DMA-182")]
    public void A_long_queue_for_registers_runs_in_order_and_in_one_loop()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter[] adapters = [.. Enumerable.Range(0, 5).Select(_ => bench.GetAdapter(Packet24))];
        Mdl mdl = bench.Lock(100, 0);
        bench.AtDispatch(() =>
        {
            var order = new List<int>();
            var depth = new Depth();
            MapRegisters? all = bench.Allocate(adapters[0], 4);
            for (int i = 0; i < ManyRequests; i++)
            {
                DmaAdapter adapter = adapters[i % adapters.Length];
                Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherList(bench.Device, mdl, mdl.VirtualAddress, 100, (_, _, list, number) =>
                {
                    using Depth.Level level = depth.Enter();
                    order.Add((int)number!);
                    adapter.PutScatterGatherList(list, writeToDevice: true);
                }, i, writeToDevice: true));
            }

            adapters[0].FreeMapRegisters(all, 4);

            Assert.Equal(ManyRequests, order.Count);
            // Requests of one adapter keep their order whatever the others do.
            Assert.All(Enumerable.Range(0, adapters.Length), adapter =>
                Assert.Equal(order.Where(number => number % adapters.Length == adapter).Order(), order.Where(number => number % adapters.Length == adapter)));
            Assert.Equal(1, depth.Deepest);
            foreach (DmaAdapter adapter in adapters)
                adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-145")]
    public void A_waiting_request_that_needs_registers_holds_up_those_behind_it()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter holder = bench.GetAdapter(Packet24), adapter = bench.GetAdapter(Packet24);
        DeviceObject[] devices = [bench.NewDevice(), bench.NewDevice()];
        bench.AtDispatch(() =>
        {
            string log = "";
            MapRegisters? held = bench.Allocate(holder, 2);
            adapter.AllocateAdapterChannel(bench.Device, 0, (_, _, _, _) => KeepObject, null);
            adapter.AllocateAdapterChannel(devices[0], 1, (_, _, _, _) => { log += "a"; return DeallocateObject; }, null);
            adapter.AllocateAdapterChannel(devices[1], 0, (_, _, _, _) => { log += "b"; return DeallocateObject; }, null);
            adapter.FreeAdapterChannel();
            Assert.Equal("", log);

            holder.FreeMapRegisters(held, 2);

            Assert.Equal("ab", log);
        });
    }

    [Fact, Proves("DMA-139", "DMA-334")]
    public void Without_verifier_a_second_request_inside_the_routine_waits_behind_the_first()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.AtDispatch(() =>
        {
            string log = "";
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) =>
            {
                Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => { log += "second"; return DeallocateObject; }, null));
                log += "first ";
                return DeallocateObject;
            }, null);
            Assert.Equal("first second", log);
        });
    }

    [Fact, Proves("DMA-144", "DMA-393", "DMA-392")]
    public void A_bus_master_may_keep_the_channel_and_frees_registers_with_it()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? kept = null;
            adapter.AllocateAdapterChannel(bench.Device, 2, (_, _, registers, _) =>
            {
                kept = registers;
                return KeepObject;
            }, null);
            (long logical, _) = Map(adapter, mdl, kept, mdl.VirtualAddress, 100);
            DeviceWrites(adapter, logical, Numbered(100));
            adapter.FlushAdapterBuffers(mdl, kept, mdl.VirtualAddress, 100, writeToDevice: false);
            adapter.FreeAdapterChannel();

            Assert.Equal(Numbered(100), bench.Read(mdl, mdl.VirtualAddress, 100));
            adapter.FreeMapRegisters(bench.Allocate(adapter, 2), 2);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-144")]
    public void A_bus_master_that_keeps_its_registers_lets_the_next_request_of_the_adapter_run_at_once()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        bench.AtDispatch(() =>
        {
            MapRegisters? first = bench.Allocate(adapter, 2), second = bench.Allocate(adapter, 2);
            Assert.NotNull(first);
            Assert.NotNull(second);
            Assert.NotSame(first, second);
        });
    }

    [Theory, Proves("DMA-146")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_channel_that_is_kept_and_never_freed_blocks_the_adapter(VerifierMode verifier)
    {
        using var bench = new DmaBench(Physical(verifier));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        DeviceObject other = bench.NewDevice();
        bench.AtDispatch(() =>
        {
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => KeepObject, null);
            Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannel(other, 1, (_, _, _, _) => throw new InvalidOperationException("granted"), null));
        });
        if (verifier == VerifierMode.Strict)
            Assert.Equal("MDL4010", bench.Stops(0x08, adapter.PutDmaAdapter).RuleId);
        else
            bench.AtDispatch(adapter.PutDmaAdapter);
    }

    [Fact, Proves("DMA-146")]
    public void Without_verifier_a_routine_that_deallocates_loses_its_registers_to_the_next_transfer()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off, mapRegisters: 1));
        DmaAdapter careless = bench.GetAdapter(Packet24), careful = bench.GetAdapter(Packet24);
        Mdl theirs = bench.Lock(100, 0, 0x1000), ours = bench.Lock(100, 0, 0x1001);
        bench.AtDispatch(() =>
        {
            long programmed = 0;
            careless.AllocateAdapterChannel(bench.Device, 1, (_, _, registers, _) =>
            {
                (programmed, _) = Map(careless, theirs, registers, theirs.VirtualAddress, 100);
                return DeallocateObject;
            }, null);
            MapRegisters? granted = bench.Allocate(careful, 1);
            (long logical, _) = Map(careful, ours, granted, ours.VirtualAddress, 100);
            Assert.Equal(programmed, logical);
            DeviceWrites(careful, logical, Numbered(100));

            // The first device finishes only now, into the page of the second transfer.
            DeviceWrites(careless, programmed, Bytes(100, 0xEE));
            careful.FlushAdapterBuffers(ours, granted, ours.VirtualAddress, 100, writeToDevice: false);

            Assert.Equal(Bytes(100, 0xEE), bench.Read(ours, ours.VirtualAddress, 100));
            Assert.Equal(Bytes(100, 0), bench.Read(theirs, theirs.VirtualAddress, 100));
        });
    }

    /// <summary>How deep routines run inside each other.</summary>
    private sealed class Depth
    {
        private int _depth;

        public int Deepest { get; private set; }

        public Level Enter()
        {
            Deepest = Math.Max(Deepest, ++_depth);
            return new(this);
        }

        public readonly ref struct Level(Depth depth)
        {
            public void Dispose() => depth._depth--;
        }
    }
}
