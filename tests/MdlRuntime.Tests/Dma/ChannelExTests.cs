using MdlRuntime.Verification;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.IoManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>AllocateAdapterChannelEx, CancelAdapterChannel, FreeAdapterObject, ConfigureAdapterChannel.</summary>
public sealed class ChannelExTests
{
    [Fact, Proves("DMA-273", "DMA-274")]
    public void An_asynchronous_request_runs_its_routine_at_once_when_all_is_free()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            MapRegisters? given = null;
            Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 2, 0, (device, _, registers, context) =>
            {
                Assert.Equal((bench.Device, "mine"), (device, context));
                given = registers;
                return DeallocateObjectKeepRegisters;
            }, "mine"));
            Assert.NotNull(given);
            adapter.FreeMapRegisters(given, 2);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-274", "DMA-277", "DMA-272")]
    public void Several_requests_wait_each_with_its_context_and_come_in_order()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            MapRegisters? held = bench.AllocateInline(adapter, 4);
            var order = new List<int>();
            for (int i = 0; i < 3; i++)
            {
                int number = i;
                Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 4, 0, (_, _, _, _) =>
                {
                    order.Add(number);
                    return DeallocateObject;
                }, null));
            }

            Assert.Empty(order);
            Assert.NotNull(held);
            adapter.FreeAdapterObject(DeallocateObject);

            Assert.Equal([0, 1, 2], order);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-277", "DMA-139")]
    public void A_second_request_for_the_same_device_is_no_misuse_as_with_version_1()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            int runs = 0;
            adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 1, 0, (device, _, _, _) =>
            {
                adapter.AllocateAdapterChannelEx(device, NewContext(adapter), 1, 0, (_, _, _, _) =>
                {
                    runs++;
                    return DeallocateObject;
                }, null);
                Assert.Equal(0, runs);
                return DeallocateObject;
            }, null);
            Assert.Equal(1, runs);
        });
    }

    [Fact, Proves("DMA-275")]
    public void A_synchronous_request_with_a_routine_runs_it_inside_the_call()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            MapRegisters? given = null;
            Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 2, DMA_SYNCHRONOUS_CALLBACK, (_, _, registers, _) =>
            {
                given = registers;
                return DeallocateObjectKeepRegisters;
            }, null));
            Assert.NotNull(given);
            adapter.FreeMapRegisters(given, 2);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-275", "DMA-280", "DMA-383")]
    public void A_synchronous_request_without_a_routine_goes_on_inline()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x1001, 0x2000, 0x2001);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 4);
            Assert.NotNull(registers);
            uint length = 10000;
            Assert.Equal([(0x00200F38, 10000u)], MapEx(adapter, mdl, registers, 0, ref length));
            adapter.FlushAdapterBuffersEx(mdl, registers, 0, length, writeToDevice: false);
            adapter.FreeAdapterObject(KeepObject);
            adapter.FreeAdapterObject(DeallocateObject);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-383")]
    public void A_synchronous_request_may_have_both_a_routine_and_a_place_for_the_handle()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            MapRegisters? given = null;
            Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 2, DMA_SYNCHRONOUS_CALLBACK, (_, _, registers, _) =>
            {
                given = registers;
                return DeallocateObjectKeepRegisters;
            }, null, out MapRegisters? written));
            Assert.NotNull(given);
            Assert.Same(given, written);
        });
    }

    [Fact, Proves("DMA-275")]
    public void A_synchronous_request_never_waits()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3), other = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            bench.AllocateInline(adapter, 2);
            DmaTransferContext busyChannel = NewContext(adapter), noRegisters = NewContext(other);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, adapter.AllocateAdapterChannelEx(bench.Device, busyChannel, 1, DMA_SYNCHRONOUS_CALLBACK, Never, null));
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, other.AllocateAdapterChannelEx(bench.Device, noRegisters, 3, DMA_SYNCHRONOUS_CALLBACK, null, null, out MapRegisters? none));
            Assert.Null(none);

            adapter.FreeAdapterObject(DeallocateObject);
            adapter.PutDmaAdapter();
            other.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-275", "DMA-110")]
    public void A_synchronous_request_does_not_overtake_one_that_waits_for_registers()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3), waiting = bench.GetAdapter(PacketV3), third = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            bench.AllocateInline(adapter, 2);
            waiting.AllocateAdapterChannelEx(bench.Device, NewContext(waiting), 3, 0, (_, _, _, _) => DeallocateObject, null);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, third.AllocateAdapterChannelEx(bench.Device, NewContext(third), 1, DMA_SYNCHRONOUS_CALLBACK, Never, null));
        });
    }

    [Theory, Proves("DMA-274", "DMA-276", "DMA-403", "DMA-021")]
    [InlineData(0u, true, true)]
    [InlineData(0u, false, true)]
    [InlineData(0u, false, false)]
    [InlineData(1u, false, false)]
    [InlineData(2u, true, false)]
    [InlineData(5u, true, false)]
    public void Other_combinations_are_invalid(uint flags, bool hasRoutine, bool hasPlace)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            DriverControl? routine = hasRoutine ? Never : null;
            DmaTransferContext context = NewContext(adapter);
            Assert.Equal(STATUS_INVALID_PARAMETER, hasPlace
                ? adapter.AllocateAdapterChannelEx(bench.Device, context, 1, flags, routine, null, out _)
                : adapter.AllocateAdapterChannelEx(bench.Device, context, 1, flags, routine!, null));
            Assert.Equal(STATUS_SUCCESS, adapter.InitializeDmaTransferContext(context));
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-273", "DMA-381")]
    public void More_registers_than_the_adapter_has_and_a_strange_context_are_refused()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(PacketV3, out uint granted), other = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), granted + 1, 0, Never, null));
            NtStatus strange = adapter.AllocateAdapterChannelEx(bench.Device, NewContext(other), 1, 0, Never, null);
            Assert.Equal(0xC000000Du, (uint)strange);
        });

        using var strict = new DmaBench();
        DmaAdapter checkedAdapter = strict.GetAdapter(PacketV3);
        Assert.Equal("MDL4005", strict.Stops(0x0C, () =>
            checkedAdapter.AllocateAdapterChannelEx(strict.Device, NewContext(checkedAdapter), granted + 1, 0, Never, null)).RuleId);
    }

    [Fact, Proves("DMA-278", "DMA-347")]
    public void A_waiting_request_is_withdrawn_and_what_waits_behind_it_goes_on()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3), second = bench.GetAdapter(PacketV3), third = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            bench.AllocateInline(adapter, 3);
            DmaTransferContext forRegisters = NewContext(second), forChannel = NewContext(adapter);
            second.AllocateAdapterChannelEx(bench.Device, forRegisters, 2, 0, Never, null);
            adapter.AllocateAdapterChannelEx(bench.Device, forChannel, 1, 0, Never, null);
            bool isThirdRun = false;
            third.AllocateAdapterChannelEx(bench.Device, NewContext(third), 1, 0, (_, _, _, _) =>
            {
                isThirdRun = true;
                return DeallocateObject;
            }, null);
            Assert.False(isThirdRun);

            Assert.True(adapter.CancelAdapterChannel(bench.Device, forChannel));
            Assert.True(second.CancelAdapterChannel(bench.Device, forRegisters));

            Assert.True(isThirdRun);
            Assert.False(second.CancelAdapterChannel(bench.Device, forRegisters));
            adapter.FreeAdapterObject(DeallocateObject);

            // The context of a withdrawn request is of use again once it is initialized.
            Assert.Equal(STATUS_SUCCESS, second.AllocateAdapterChannelEx(bench.Device, forRegisters, 2, 0, Never, null));
            second.InitializeDmaTransferContext(forRegisters);
            bool isRun = false;
            second.AllocateAdapterChannelEx(bench.Device, forRegisters, 2, 0, (_, _, _, _) =>
            {
                isRun = true;
                return DeallocateObject;
            }, null);
            Assert.True(isRun);
            foreach (DmaAdapter each in new[] { adapter, second, third })
                each.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-278")]
    public void A_withdrawal_before_the_request_withdraws_it()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            DmaTransferContext waiting = NewContext(adapter), inline = NewContext(adapter);
            Assert.True(adapter.CancelAdapterChannel(bench.Device, waiting));
            Assert.True(adapter.CancelAdapterChannel(bench.Device, inline));

            Assert.Equal(STATUS_SUCCESS, adapter.AllocateAdapterChannelEx(bench.Device, waiting, 1, 0, Never, null));
            Assert.Equal(STATUS_CANCELLED, adapter.AllocateAdapterChannelEx(bench.Device, inline, 1, DMA_SYNCHRONOUS_CALLBACK, null, null, out MapRegisters? none));

            Assert.Null(none);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-278")]
    public void It_is_too_late_once_the_routine_runs_and_after_it()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3), other = bench.GetAdapter(PacketV3);
        DeviceObject stranger = bench.NewDevice();
        bench.AtDispatch(() =>
        {
            DmaTransferContext context = NewContext(adapter);
            bool? inside = null;
            adapter.AllocateAdapterChannelEx(bench.Device, context, 1, 0, (device, _, _, _) =>
            {
                inside = adapter.CancelAdapterChannel(device, context);
                return KeepObject;
            }, null);
            Assert.Equal((false, false), (inside, adapter.CancelAdapterChannel(bench.Device, context)));

            DmaTransferContext behind = NewContext(adapter);
            adapter.AllocateAdapterChannelEx(bench.Device, behind, 1, 0, (_, _, _, _) => DeallocateObject, null);
            Assert.False(adapter.CancelAdapterChannel(stranger, behind));
            Assert.False(other.CancelAdapterChannel(bench.Device, behind));

            adapter.FreeAdapterObject(DeallocateObject);
            Assert.False(adapter.CancelAdapterChannel(bench.Device, context));
            Assert.False(adapter.CancelAdapterChannel(bench.Device, new()));
        });
    }

    [Fact, Proves("DMA-280")]
    public void FreeAdapterObject_releases_what_its_action_says()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.AllocateInline(adapter, 3);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, Try(1));

            adapter.FreeAdapterObject(KeepObject);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, Try(1));

            adapter.FreeAdapterObject(DeallocateObjectKeepRegisters);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, Try(2));
            Assert.Equal(STATUS_SUCCESS, Try(1));

            adapter.FreeMapRegisters(registers, 3);
            Assert.Equal(STATUS_SUCCESS, Try(4));
            adapter.PutDmaAdapter();

            NtStatus Try(uint count) =>
                adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), count, DMA_SYNCHRONOUS_CALLBACK, (_, _, _, _) => DeallocateObject, null);
        });
    }

    [Fact, Proves("DMA-280", "DMA-371")]
    public void FreeAdapterObject_below_dispatch_level_runs_the_next_routine_at_it()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Kirql level = Kirql.PASSIVE_LEVEL;
        bench.AtDispatch(() =>
        {
            bench.AllocateInline(adapter, 1);
            adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 1, 0, (_, _, _, _) =>
            {
                level = KernelCore.KeGetCurrentIrql();
                return DeallocateObject;
            }, null);
        });

        bench.Machine.Run(() => adapter.FreeAdapterObject(DeallocateObject));

        Assert.Equal(Kirql.DISPATCH_LEVEL, level);
    }

    [Fact, Proves("DMA-280", "DMA-176")]
    public void FreeAdapterObject_twice_is_a_finding_and_an_unknown_action_an_error()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Assert.Throws<ArgumentOutOfRangeException>("action", () => bench.AtDispatch(() => adapter.FreeAdapterObject((IoAllocationAction)4)));
        bench.Stops(0x04, () =>
        {
            bench.AllocateInline(adapter, 1);
            adapter.FreeAdapterObject(DeallocateObject);
            adapter.FreeAdapterObject(DeallocateObject);
        });
    }

    [Fact, Proves("DMA-279")]
    public void No_controller_has_functions_of_its_own()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Assert.Equal(STATUS_NOT_IMPLEMENTED, bench.Machine.Run(() => adapter.ConfigureAdapterChannel(1, null)));
    }

    [Fact, Proves("DMA-273", "DMA-390", "DMA-084")]
    public void The_request_is_made_at_dispatch_level_only()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        BugCheckException stop = Assert.Throws<BugCheckException>(() =>
            bench.Machine.Run(() => adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 1, 0, Never, null)));
        Assert.Equal((0x13ul, 1ul), (stop.Parameter1, stop.Parameter2));
    }

    [Fact, Proves("DMA-273")]
    public void A_lack_of_resources_is_a_status()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.Machine.Faults.FailNth(nameof(DmaAdapter.AllocateAdapterChannelEx), 1);
        bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, adapter.AllocateAdapterChannelEx(bench.Device, NewContext(adapter), 1, 0, Never, null));
            adapter.PutDmaAdapter();
        });
    }

    private static IoAllocationAction Never(DeviceObject device, Irp? irp, MapRegisters? registers, object? context) =>
        throw new InvalidOperationException("the routine was called");
}
