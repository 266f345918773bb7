using MdlRuntime.Verification;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>GetScatterGatherList, PutScatterGatherList and CalculateScatterGatherList.</summary>
public sealed class ScatterGatherTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-350", "DMA-241", "DMA-252", "DMA-253", "DMA-254", "DMA-008")]
    public void Adjacent_pages_are_one_element()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000);
            Assert.Equal([(0x1000F38, 4296u), (0x2000000, 5704u)], Elements(list));
            adapter.PutScatterGatherList(list, writeToDevice: false);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-257", "DMA-253")]
    public void Scattered_pages_are_an_element_each()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3001, 0x3000, 0x2001);
        bench.AtDispatch(() => Assert.Equal(
            [(0x1000F38, 200u), (0x3001000, 4096u), (0x3000000, 4096u), (0x2001000, 1608u)],
            Elements(bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000))));
    }

    [Fact, Proves("DMA-010", "DMA-248", "DMA-357", "DMA-250")]
    public void A_device_without_scatter_gather_gets_one_element_and_its_data_with_the_put()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000);
            Assert.Equal([(0x00200F38, 10000u)], Elements(list));
            DeviceWrites(adapter, 0x00200F38, Numbered(10000));
            Assert.Equal(Bytes(10000, 0), bench.Read(mdl, mdl.VirtualAddress, 10000));

            adapter.PutScatterGatherList(list, writeToDevice: false);

            Assert.Equal(Numbered(10000), bench.Read(mdl, mdl.VirtualAddress, 10000));
            Assert.Equal(Bytes(0xF38, 0), bench.Read(mdl, mdl.StartVa, 0xF38));
        });
    }

    [Fact, Proves("DMA-365", "DMA-256", "DMA-247")]
    public void A_sub_range_is_mapped_alone()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            Assert.Equal([(0x20002C0, 3000u)], Elements(bench.GetList(adapter, mdl, mdl.VirtualAddress + 5000, 3000)));
            Assert.Equal([(0x1000FCE, 100u)], Elements(bench.GetList(adapter, mdl, mdl.VirtualAddress + 150, 100)));
            Assert.Equal(STATUS_SUCCESS, adapter.CalculateScatterGatherList(mdl, mdl.VirtualAddress + 5000, 3000, out _, out uint one));
            Assert.Equal(STATUS_SUCCESS, adapter.CalculateScatterGatherList(mdl, mdl.VirtualAddress + 150, 100, out _, out uint two));
            Assert.Equal((1u, 2u), (one, two));
        });
    }

    [Fact, Proves("DMA-360", "DMA-090", "DMA-246", "DMA-089", "MDL-505")]
    public void A_chain_is_mapped_mdl_by_mdl()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4001);
        bench.AtDispatch(() =>
        {
            Assert.Equal([(0x3000FC0, 64u), (0x3005000, 36u), (0x4000010, 5000u)],
                Elements(bench.GetList(adapter, first, first.VirtualAddress, 5100)));
            Assert.Equal(STATUS_SUCCESS, adapter.CalculateScatterGatherList(first, first.VirtualAddress, 5100, out _, out uint registers));
            Assert.Equal(4u, registers);
            Assert.Equal([(0x3005010, 20u), (0x4000010, 4076u)], Elements(bench.GetList(adapter, first, first.VirtualAddress + 80, 4096)));
        });
    }

    [Fact, Proves("DMA-246", "DMA-248", "DMA-180")]
    public void A_chain_is_one_range_for_a_device_without_scatter_gather()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        Mdl second = first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4001);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, first, first.VirtualAddress, 5100);
            Assert.Equal([(0x00200FC0, 5100u)], Elements(list));
            DeviceWrites(adapter, 0x00200FC0, Numbered(5100));
            adapter.PutScatterGatherList(list, writeToDevice: false);
            byte[] chain = [.. bench.Read(first, first.VirtualAddress, 100), .. bench.Read(second, second.VirtualAddress, 5000)];
            Assert.Equal(Numbered(5100), chain);
        });
    }

    [Fact, Proves("DMA-242")]
    public void More_pages_than_registers_are_refused()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 3));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, adapter.GetScatterGatherList(
                bench.Device, mdl, mdl.VirtualAddress, 10000, (_, _, _, _) => throw new InvalidOperationException("called"), null, false));
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, adapter.CalculateScatterGatherList(mdl, mdl.VirtualAddress, 10000, out uint size, out uint registers));
            Assert.Equal((0u, 0u), (size, registers));
        });
    }

    [Fact, Proves("DMA-242", "DMA-260", "DMA-375")]
    public void More_bytes_than_the_chain_holds_are_refused_and_a_stop_under_the_verifier()
    {
        using (var off = new DmaBench(Physical(VerifierMode.Off)))
        {
            DmaAdapter adapter = off.GetAdapter(ScatterGather64);
            Mdl mdl = off.Lock(10000, 0xF38, s_frames);
            off.AtDispatch(() =>
            {
                Assert.Equal(STATUS_BUFFER_TOO_SMALL, adapter.GetScatterGatherList(
                    off.Device, mdl, mdl.VirtualAddress, 10001, (_, _, _, _) => throw new InvalidOperationException("called"), null, false));
                Assert.Equal(STATUS_BUFFER_TOO_SMALL, adapter.CalculateScatterGatherList(mdl, mdl.VirtualAddress, 10001, out _, out _));
            });
        }

        using var strict = new DmaBench();
        DmaAdapter checkedAdapter = strict.GetAdapter(ScatterGather64);
        Mdl checkedMdl = strict.Lock(10000, 0xF38, s_frames);
        Assert.Equal(1ul, strict.Stops(0x24, () => strict.GetList(checkedAdapter, checkedMdl, checkedMdl.VirtualAddress, 10001)).Parameter2);
    }

    [Fact, Proves("DMA-259", "DMA-261", "DMA-262", "DMA-036")]
    public void The_size_of_a_list_covers_header_elements_and_private_data()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { MaximumLength = 15 * 4096 }, out uint granted);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.Machine.Run(() =>
        {
            Assert.Equal(STATUS_SUCCESS, adapter.CalculateScatterGatherList(null, 0, granted * 4096, out uint worst, out uint registers));
            Assert.Equal(16u, registers);
            Assert.Equal(granted, registers);
            Assert.True(worst > 0x10 + 16 * 0x18);

            adapter.CalculateScatterGatherList(mdl, mdl.VirtualAddress, 10000, out uint actual, out _);
            Assert.Equal(worst - 14 * 0x18, actual);
        });
    }

    [Fact, Proves("DMA-244", "DMA-245")]
    public void Several_lists_may_be_outstanding_and_asked_for_from_inside_the_routine()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            var lists = new List<ScatterGatherList>();
            adapter.GetScatterGatherList(bench.Device, mdl, mdl.VirtualAddress, 4296, (device, _, list, _) =>
            {
                lists.Add(list);
                adapter.GetScatterGatherList(device, mdl, mdl.StartVa + 0x2000, 5704, (_, _, inner, _) => lists.Add(inner), null, false);
                Assert.Single(lists);
            }, null, false);

            Assert.Equal([0x1000F38, 0x2000000], lists.Select(list => list.Elements[0].Address.QuadPart));
            foreach (ScatterGatherList list in lists)
                adapter.PutScatterGatherList(list, writeToDevice: false);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-243", "DMA-250", "DMA-174")]
    public void A_list_that_waits_for_registers_comes_from_the_put_that_frees_them()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList first = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000);
            ScatterGatherList? second = null;
            Assert.Equal(STATUS_SUCCESS,
                adapter.GetScatterGatherList(bench.Device, mdl, mdl.VirtualAddress, 100, (_, _, list, _) => second = list, null, false));
            Assert.Null(second);

            adapter.PutScatterGatherList(first, writeToDevice: false);

            Assert.NotNull(second);
        });
    }

    [Fact, Proves("DMA-251", "DMA-250")]
    public void Putting_a_list_twice_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        BugCheckException stop = bench.Stops(0x06, () =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 100);
            adapter.PutScatterGatherList(list, writeToDevice: false);
            adapter.PutScatterGatherList(list, writeToDevice: false);
        });
        Assert.Equal((1ul, 2ul, "MDL4010"), (stop.Parameter2, stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("DMA-250")]
    public void Putting_a_list_in_the_other_direction_is_a_finding_and_loses_the_data()
    {
        using (var off = new DmaBench(Physical(VerifierMode.Off)))
        {
            DmaAdapter adapter = off.GetAdapter(Packet24);
            Mdl mdl = off.Lock(100, 0, 0x1000);
            off.AtDispatch(() =>
            {
                ScatterGatherList list = off.GetList(adapter, mdl, mdl.VirtualAddress, 100);
                DeviceWrites(adapter, list.Elements[0].Address.QuadPart, Bytes(100, 0x55));
                adapter.PutScatterGatherList(list, writeToDevice: true);
                Assert.Equal(Bytes(100, 0), off.Read(mdl, mdl.VirtualAddress, 100));
            });
        }

        using var strict = new DmaBench();
        DmaAdapter checkedAdapter = strict.GetAdapter(ScatterGather64);
        Mdl checkedMdl = strict.Lock(100, 0);
        Assert.Equal("MDL4008", strict.Stops(0x16, () =>
            checkedAdapter.PutScatterGatherList(strict.GetList(checkedAdapter, checkedMdl, checkedMdl.VirtualAddress, 100), writeToDevice: true)).RuleId);
    }

    [Fact, Proves("DMA-086", "DMA-241", "DMA-250")]
    public void List_routines_run_at_dispatch_level_only()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() => bench.GetList(adapter, mdl, mdl.VirtualAddress, 100)));
        Assert.Equal((0x13ul, 1ul, 2ul, 0ul), (stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("DMA-162", "DMA-384", "DMA-112")]
    public void A_list_of_nothing_and_a_list_of_no_mdl_are_refused()
    {
        using (var bench = new DmaBench())
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            Assert.Equal("MDL4016", bench.Stops(0x21, () => bench.GetList(adapter, mdl, mdl.VirtualAddress, 0)).RuleId);
        }

        using (var bench = new DmaBench())
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.AtDispatch(() => bench.GetList(adapter, null!, 0, 100)));
            Assert.Equal((0xD1u, "MDL2001"), (stop.Code, stop.RuleId));
        }
    }
}
