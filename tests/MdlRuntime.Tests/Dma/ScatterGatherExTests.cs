using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.IoManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>GetScatterGatherListEx and BuildScatterGatherListEx.</summary>
public sealed class ScatterGatherExTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-293", "DMA-294", "DMA-298", "DMA-385")]
    public void The_routine_is_given_the_list_which_lasts_until_it_is_put()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList? list = null;
            Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(bench.Device, NewContext(adapter), mdl, 0, 10000, 0, (device, _, given, context) =>
            {
                Assert.Equal((bench.Device, "mine"), (device, context));
                list = given;
            }, "mine", writeToDevice: false));

            Assert.Equal([(0x00200F38, 10000u)], Elements(list!));
            DeviceWrites(adapter, 0x00200F38, Numbered(10000));
            Assert.Equal(Bytes(10000, 0), bench.Read(mdl, mdl.VirtualAddress, 10000));
            adapter.PutScatterGatherList(list!, writeToDevice: false);
            Assert.Equal(Numbered(10000), bench.Read(mdl, mdl.VirtualAddress, 10000));
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-297", "DMA-266", "DMA-293")]
    public void The_range_starts_at_an_offset_into_the_chain()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4001);
        bench.AtDispatch(() =>
        {
            Assert.Equal([(0x3005010, 20u), (0x4000010, 4076u)], Elements(GetInline(80, 4096)));
            Assert.Equal([(0x4000042, 4950u)], Elements(GetInline(150, 4950)));

            ScatterGatherList GetInline(ulong offset, uint length)
            {
                Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(
                    bench.Device, NewContext(adapter), first, offset, length, DMA_SYNCHRONOUS_CALLBACK, null, null, false, out ScatterGatherList? list));
                adapter.FreeAdapterObject(DeallocateObjectKeepRegisters);
                return list!;
            }
        });
    }

    [Fact, Proves("DMA-295", "DMA-385", "DMA-280")]
    public void A_list_taken_inline_is_released_with_the_adapter()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            DmaTransferContext context = NewContext(adapter);
            Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(
                bench.Device, context, mdl, 0, 10000, DMA_SYNCHRONOUS_CALLBACK, null, null, false, out ScatterGatherList? list));
            DeviceWrites(adapter, list!.Elements[0].Address.QuadPart, Numbered(10000));

            adapter.FreeAdapterObject(DeallocateObject);

            Assert.Equal(Numbered(10000), bench.Read(mdl, mdl.VirtualAddress, 10000));
            Assert.Equal(STATUS_SUCCESS, adapter.InitializeDmaTransferContext(context));
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-295", "DMA-298", "DMA-385")]
    public void A_list_taken_inline_may_be_put_before_or_after_the_adapter_is_released()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList before = Get();
            adapter.PutScatterGatherList(before, writeToDevice: false);
            adapter.FreeAdapterObject(DeallocateObject);

            ScatterGatherList after = Get();
            adapter.FreeAdapterObject(DeallocateObjectKeepRegisters);
            adapter.PutScatterGatherList(after, writeToDevice: false);
            adapter.PutDmaAdapter();

            ScatterGatherList Get()
            {
                Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(
                    bench.Device, NewContext(adapter), mdl, 0, 10000, DMA_SYNCHRONOUS_CALLBACK, null, null, false, out ScatterGatherList? list));
                return list!;
            }
        });
    }

    [Fact, Proves("DMA-295", "DMA-275")]
    public void The_synchronous_form_fails_rather_than_waits()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList held = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000);
            DmaTransferContext context = NewContext(adapter);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, adapter.GetScatterGatherListEx(
                bench.Device, context, mdl, 0, 10000, DMA_SYNCHRONOUS_CALLBACK, Never, null, false));
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, adapter.GetScatterGatherListEx(
                bench.Device, context, mdl, 0, 10000, DMA_SYNCHRONOUS_CALLBACK, null, null, false, out ScatterGatherList? none));
            Assert.Null(none);

            adapter.PutScatterGatherList(held, writeToDevice: false);
            ScatterGatherList? given = null;
            Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(
                bench.Device, context, mdl, 0, 10000, DMA_SYNCHRONOUS_CALLBACK, (_, _, list, _) => given = list, null, false, out ScatterGatherList? returned));
            Assert.Same(given, returned);
            adapter.PutScatterGatherList(given!, writeToDevice: false);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-297", "DMA-278")]
    public void A_list_that_waits_can_be_withdrawn()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList held = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000);
            DmaTransferContext context = NewContext(adapter);
            Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(bench.Device, context, mdl, 0, 10000, 0, Never, null, false));
            Assert.True(adapter.CancelAdapterChannel(bench.Device, context));
            adapter.PutScatterGatherList(held, writeToDevice: false);
            adapter.PutDmaAdapter();
        });
    }

    [Theory, Proves("DMA-294")]
    [InlineData(0u, true, false)]
    [InlineData(0u, false, false)]
    [InlineData(1u, false, false)]
    [InlineData(2u, true, true)]
    [InlineData(4u, false, true)]
    public void Other_combinations_are_invalid(uint flags, bool hasPlace, bool hasRoutine)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        Mdl mdl = bench.Lock(100, 0);
        bench.AtDispatch(() =>
        {
            DriverListControl? routine = hasRoutine ? Never : null;
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x100, 1);
            DmaTransferContext context = NewContext(adapter);
            Assert.Equal(STATUS_INVALID_PARAMETER, hasPlace
                ? adapter.GetScatterGatherListEx(bench.Device, context, mdl, 0, 100, flags, routine, null, false, out _)
                : adapter.GetScatterGatherListEx(bench.Device, context, mdl, 0, 100, flags, routine!, null, false));
            Assert.Equal(STATUS_INVALID_PARAMETER, hasPlace
                ? adapter.BuildScatterGatherListEx(bench.Device, context, mdl, 0, 100, flags, routine, null, false, buffer, 0x100, out _)
                : adapter.BuildScatterGatherListEx(bench.Device, context, mdl, 0, 100, flags, routine!, null, false, buffer, 0x100));
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-294")]
    public void A_place_without_the_flag_stays_empty_and_the_routine_gets_the_list()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(100, 0);
        bench.AtDispatch(() =>
        {
            ScatterGatherList? given = null;
            Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(
                bench.Device, NewContext(adapter), mdl, 0, 100, 0, (_, _, list, _) => given = list, null, false, out ScatterGatherList? place));
            Assert.NotNull(given);
            Assert.Null(place);
        });
    }

    [Fact, Proves("DMA-293", "DMA-384", "DMA-272")]
    public void A_range_outside_the_chain_a_used_context_and_too_many_pages_are_refused()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off, mapRegisters: 3));
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(NewContext(adapter), 0, 0));
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(NewContext(adapter), 0, 10001));
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(NewContext(adapter), 10000, 1));
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(new(), 0, 100));
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, Ask(NewContext(adapter), 0, 10000));

            NtStatus Ask(DmaTransferContext context, ulong offset, uint length) =>
                adapter.GetScatterGatherListEx(bench.Device, context, mdl, offset, length, 0, Never, null, false);
        });
    }

    [Fact, Proves("DMA-271", "DMA-293")]
    public void A_list_that_needs_no_register_does_not_wait_for_any()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(BouncingV3), other = bench.GetAdapter(PacketV3);
        Mdl near = bench.Lock(4096, 0, 0xF00);
        bench.AtDispatch(() =>
        {
            bench.AllocateInline(other, 4);
            ScatterGatherList? given = null;
            adapter.GetScatterGatherListEx(bench.Device, NewContext(adapter), near, 0, 4096, 0, (_, _, list, _) => given = list, null, false);
            Assert.Equal([(0xF00000, 4096u)], Elements(given!));
            adapter.PutScatterGatherList(given!, writeToDevice: false);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-296", "DMA-405")]
    public void The_list_lies_in_the_memory_of_the_caller()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            var info = new DmaTransferInfo { Version = 1 };
            adapter.GetDmaTransferInfo(mdl, 0, 10000, false, ref info);
            uint size = info.V1.ScatterGatherListSize;
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, 1);
            Assert.Equal(STATUS_BUFFER_TOO_SMALL, adapter.BuildScatterGatherListEx(
                bench.Device, NewContext(adapter), mdl, 0, 10000, 0, Never, null, false, buffer, size - 1));

            Assert.Equal(STATUS_SUCCESS, adapter.BuildScatterGatherListEx(
                bench.Device, NewContext(adapter), mdl, 0, 10000, DMA_SYNCHRONOUS_CALLBACK, null, null, false, buffer, size, out ScatterGatherList? list));
            Assert.Equal(2u, VirtualMemory.Read<uint>(buffer));
            Assert.Equal([(0x1000F38, 4296u), (0x2000000, 5704u)], Elements(list!));
            adapter.FreeAdapterObject(DeallocateObject);

            ScatterGatherList? given = null;
            Assert.Equal(STATUS_SUCCESS, adapter.BuildScatterGatherListEx(
                bench.Device, NewContext(adapter), mdl, 4296, 100, 0, (_, _, built, _) => given = built, null, false, buffer, size));
            Assert.Equal(0x2000000ul, VirtualMemory.Read<ulong>(buffer + 0x10));
            adapter.PutScatterGatherList(given!, writeToDevice: false);
            ExFreePool(buffer);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-390", "DMA-084")]
    public void Below_dispatch_level_building_stops_and_getting_is_noted_by_a_survey_only()
    {
        using (var survey = new DmaBench(Physical(VerifierMode.Survey)))
        {
            DmaAdapter adapter = survey.GetAdapter(ScatterGatherV3);
            Mdl mdl = survey.Lock(100, 0);
            Kirql level = Kirql.PASSIVE_LEVEL;
            Assert.Equal(STATUS_SUCCESS, survey.Machine.Run(() => adapter.GetScatterGatherListEx(
                survey.Device, NewContext(adapter), mdl, 0, 100, 0, (_, _, _, _) => level = KernelCore.KeGetCurrentIrql(), null, false)));
            Assert.Equal(Kirql.DISPATCH_LEVEL, level);
            Finding noted = Assert.Single(survey.Machine.Findings);
            Assert.Equal((0x14ul, "MDL6004"), (noted.Parameter1, noted.RuleId));
        }

        using (var strict = new DmaBench())
        {
            DmaAdapter adapter = strict.GetAdapter(ScatterGatherV3);
            Mdl mdl = strict.Lock(100, 0);
            Assert.Equal(STATUS_SUCCESS, strict.Machine.Run(() =>
                adapter.GetScatterGatherListEx(strict.Device, NewContext(adapter), mdl, 0, 100, 0, (_, _, _, _) => { }, null, false)));
            Assert.Equal(0x13ul, Assert.Throws<BugCheckException>(() => strict.Machine.Run(() =>
                adapter.BuildScatterGatherListEx(strict.Device, NewContext(adapter), mdl, 0, 100, 0, Never, null, false, 0, 0x100))).Parameter1);
        }
    }

    [Fact, Proves("DMA-297", "DMA-278")]
    public void A_withdrawn_context_gets_no_list()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(100, 0);
        bench.AtDispatch(() =>
        {
            DmaTransferContext context = NewContext(adapter);
            adapter.CancelAdapterChannel(bench.Device, context);
            Assert.Equal(STATUS_SUCCESS, adapter.GetScatterGatherListEx(bench.Device, context, mdl, 0, 100, 0, Never, null, false));
            Assert.Equal(STATUS_CANCELLED, adapter.GetScatterGatherListEx(
                bench.Device, context, mdl, 0, 100, DMA_SYNCHRONOUS_CALLBACK, null, null, false, out _));
            adapter.PutDmaAdapter();
        });
    }

    [Theory, Proves("DMA-293", "DMA-296", "DMA-242", "DMA-264")]
    [InlineData(nameof(DmaAdapter.GetScatterGatherListEx))]
    [InlineData(nameof(DmaAdapter.BuildScatterGatherListEx))]
    [InlineData(nameof(DmaAdapter.BuildScatterGatherList))]
    public void A_lack_of_resources_is_a_status(string routine)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGatherV3);
        Mdl mdl = bench.Lock(100, 0);
        bench.Machine.Faults.FailNth(routine, 1);
        bench.AtDispatch(() =>
        {
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x100, 1);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, routine switch
            {
                nameof(DmaAdapter.GetScatterGatherListEx) => adapter.GetScatterGatherListEx(bench.Device, NewContext(adapter), mdl, 0, 100, 0, Never, null, false),
                nameof(DmaAdapter.BuildScatterGatherListEx) => adapter.BuildScatterGatherListEx(bench.Device, NewContext(adapter), mdl, 0, 100, 0, Never, null, false, buffer, 0x100),
                _ => adapter.BuildScatterGatherList(bench.Device, mdl, mdl.VirtualAddress, 100, Never, null, false, buffer, 0x100),
            });
            adapter.PutDmaAdapter();
        });
    }

    private static void Never(DeviceObject device, Irp? irp, ScatterGatherList list, object? context) =>
        throw new InvalidOperationException("the routine was called");
}
