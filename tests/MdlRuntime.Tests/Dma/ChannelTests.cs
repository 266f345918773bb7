using MdlRuntime.Verification;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.KernelCore;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Who gets the channel and the map registers, when, and what a routine's answer does with them.</summary>
public sealed class ChannelTests
{
    [Fact, Proves("DMA-136", "DMA-137", "DMA-143", "DMA-128")]
    public void AdapterControl_runs_once_inside_the_call_when_everything_is_free()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        bench.AtDispatch(() =>
        {
            int runs = 0;
            object context = new();
            Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannel(bench.Device, 2, (device, irp, registers, given) =>
            {
                runs++;
                Assert.Same(bench.Device, device);
                Assert.Null(irp);
                Assert.NotNull(registers);
                Assert.Same(context, given);
                Assert.Equal(Kirql.DISPATCH_LEVEL, KeGetCurrentIrql());
                return DeallocateObject;
            }, context));
            Assert.Equal(1, runs);
        });
    }

    [Fact, Proves("DMA-138", "DMA-091")]
    public void More_registers_than_granted_are_refused_and_a_stop_under_the_verifier()
    {
        using (var off = new DmaBench(Physical(VerifierMode.Off)))
        {
            DmaAdapter adapter = off.GetAdapter(ScatterGather64, out uint granted);
            off.AtDispatch(() => Assert.Equal(STATUS_INSUFFICIENT_RESOURCES,
                adapter.AllocateAdapterChannel(off.Device, granted + 1, (_, _, _, _) => throw new InvalidOperationException("called"), null)));
        }

        using var strict = new DmaBench();
        DmaAdapter checkedAdapter = strict.GetAdapter(ScatterGather64);
        BugCheckException stop = strict.Stops(0x0C, () => strict.Allocate(checkedAdapter, 5));
        Assert.Equal((5ul, 4ul, "MDL4005"), (stop.Parameter2, stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("DMA-086", "DMA-136", "DMA-172", "DMA-175", "DMA-317")]
    public void The_irql_of_channel_routines_is_exactly_dispatch_level()
    {
        foreach (Action<DmaAdapter> routine in new Action<DmaAdapter>[]
        {
            adapter => adapter.FreeAdapterChannel(), adapter => adapter.FreeMapRegisters(null, 1),
        })
        {
            using var bench = new DmaBench();
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() => routine(adapter)));
            Assert.Equal((0xE6u, 0x13ul, 1ul, 2ul, 0ul, "MDL6004"),
                (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
        }
    }

    [Fact, Proves("DMA-147", "DMA-165", "DMA-080")]
    public void The_irql_of_transfer_routines_is_at_most_dispatch_level()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        bench.Machine.Run(() =>
        {
            Map(adapter, mdl, null, mdl.VirtualAddress, 100);
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false);
        });
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            KeRaiseIrql((Kirql)5, out _);
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false);
        }));
        Assert.Equal((0x13ul, 2ul, 2ul, 5ul), (stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("DMA-144", "DMA-145", "DMA-175", "DMA-182")]
    public void A_kept_channel_makes_later_requests_wait_in_order_until_it_is_freed()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        DeviceObject[] devices = [bench.NewDevice(), bench.NewDevice(), bench.NewDevice(), bench.NewDevice()];
        bench.AtDispatch(() =>
        {
            var order = new List<int>();
            Request(0, KeepObject);
            Request(1, DeallocateObject);
            Request(2, KeepObject);
            Request(3, DeallocateObject);
            Assert.Equal([0], order);

            adapter.FreeAdapterChannel();
            Assert.Equal([0, 1, 2], order);
            adapter.FreeAdapterChannel();
            Assert.Equal([0, 1, 2, 3], order);
            adapter.PutDmaAdapter();

            void Request(int number, IoAllocationAction action) =>
                Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannel(devices[number], 1, (_, _, _, _) =>
                {
                    order.Add(number);
                    return action;
                }, null));
        });
    }

    [Fact, Proves("DMA-110", "DMA-174", "DMA-077", "DMA-182", "DMA-371")]
    public void Registers_are_given_in_request_order_across_adapters_even_if_a_later_request_would_fit()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter[] adapters = [bench.GetAdapter(Packet24), bench.GetAdapter(Packet24), bench.GetAdapter(Packet24)];
        DeviceObject[] devices = [bench.NewDevice(), bench.NewDevice(), bench.NewDevice()];
        bench.AtDispatch(() =>
        {
            var granted = new List<(int, MapRegisters)>();
            Request(0, 3);
            Request(1, 4);
            Request(2, 1);
            Assert.Equal([0], granted.Select(grant => grant.Item1));

            adapters[0].FreeMapRegisters(granted[0].Item2, 3);
            Assert.Equal([0, 1], granted.Select(grant => grant.Item1));
            adapters[1].FreeMapRegisters(granted[1].Item2, 4);
            Assert.Equal([0, 1, 2], granted.Select(grant => grant.Item1));
            adapters[2].FreeMapRegisters(granted[2].Item2, 1);
            foreach (DmaAdapter adapter in adapters)
                adapter.PutDmaAdapter();

            void Request(int number, uint registers) => adapters[number].AllocateAdapterChannel(devices[number], registers, (_, _, mapRegisterBase, _) =>
            {
                granted.Add((number, mapRegisterBase!));
                return DeallocateObjectKeepRegisters;
            }, null);
        });
    }

    [Fact, Proves("DMA-074", "DMA-338")]
    public void Adapters_without_need_of_registers_never_wait_for_them()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 2));
        DmaAdapter bounced = bench.GetAdapter(Packet24), direct = bench.GetAdapter(ScatterGather64);
        bench.AtDispatch(() =>
        {
            Assert.NotNull(bench.Allocate(bounced, 2));
            Assert.Null(bench.Allocate(direct, 2));
        });
    }

    [Fact, Proves("DMA-139", "DMA-334")]
    public void A_second_request_of_a_device_before_its_routine_has_finished_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = bench.Stops(0x0B, () => adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) =>
        {
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => DeallocateObject, null);
            return DeallocateObject;
        }, null));
        Assert.Equal((2ul, "MDL4014"), (stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-139")]
    public void Without_verifier_the_second_request_of_a_device_overwrites_the_first()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        DeviceObject other = bench.NewDevice();
        bench.AtDispatch(() =>
        {
            string log = "";
            adapter.AllocateAdapterChannel(other, 1, (_, _, _, _) => KeepObject, null);
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => { log += "first"; return DeallocateObject; }, null);
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => { log += "second"; return DeallocateObject; }, null);
            adapter.FreeAdapterChannel();
            Assert.Equal("second", log);
        });
    }

    [Fact, Proves("DMA-172", "DMA-144")]
    public void Kept_registers_are_freed_with_the_number_allocated()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        bench.AtDispatch(() =>
        {
            for (int i = 0; i < 3; i++)
                adapter.FreeMapRegisters(bench.Allocate(adapter, 4), 4);
            adapter.PutDmaAdapter();
        });
    }

    [Theory, Proves("DMA-173")]
    [InlineData(5u, 1ul)]
    [InlineData(3u, 0ul)]
    public void Another_number_than_allocated_is_a_finding(uint freed, ulong extra)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        BugCheckException stop = bench.Stops(0x05, () => adapter.FreeMapRegisters(bench.Allocate(adapter, 4), freed));
        Assert.Equal((extra, "MDL4010"), (stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-173")]
    public void Freeing_registers_twice_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        BugCheckException stop = bench.Stops(0x05, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            adapter.FreeMapRegisters(registers, 4);
            adapter.FreeMapRegisters(registers, 4);
        });
        Assert.Equal(4ul, stop.Parameter2);
    }

    [Fact, Proves("DMA-173", "DMA-127", "DMA-330")]
    public void Freeing_mapped_registers_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(4296, 0xF38);
        BugCheckException stop = bench.Stops(0x10, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 4296);
            adapter.FreeMapRegisters(registers, 4);
        });
        Assert.Equal((2ul, "MDL4003"), (stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-146")]
    public void A_routine_that_deallocates_registers_it_has_mapped_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0);
        BugCheckException stop = bench.Stops(0x10, () => adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, registers, _) =>
        {
            Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
            return DeallocateObject;
        }, null));
        Assert.Equal((1ul, "MDL4013"), (stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-176")]
    public void Freeing_a_channel_that_is_not_kept_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = bench.Stops(0x04, () =>
        {
            bench.Allocate(adapter, 1);
            adapter.FreeAdapterChannel();
        });
        Assert.Equal((1ul, "MDL4010"), (stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("DMA-018", "DMA-144")]
    public void An_answer_that_is_no_allocation_action_is_an_error()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.AtDispatch(() => Assert.Throws<ArgumentOutOfRangeException>(() => adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => 0, null)));
    }
}
