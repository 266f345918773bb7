using MdlRuntime.Verification;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>BuildMdlFromScatterGatherList: an MDL of the pages that the device accesses.</summary>
public sealed class ListMdlTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-265")]
    public void A_list_in_place_has_the_original_mdl()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000);
            Assert.Equal(STATUS_SUCCESS, adapter.BuildMdlFromScatterGatherList(list, mdl, out Mdl? target));
            Assert.Same(mdl, target);
        });
    }

    [Fact, Proves("DMA-265", "DMA-250")]
    public void A_bounced_write_has_an_mdl_of_the_copy_which_put_frees()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            bench.Write(mdl, mdl.VirtualAddress, Numbered(10000));
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000, writeToDevice: true);

            Assert.Equal(STATUS_SUCCESS, adapter.BuildMdlFromScatterGatherList(list, mdl, out Mdl? target));

            Assert.Equal((0xF38u, 10000u), (target!.ByteOffset, target.ByteCount));
            Assert.Equal([0x200, 0x201, 0x202, 0x203], target.Pfns.ToArray());
            Assert.Equal(Numbered(10000), bench.Read(target, target.VirtualAddress, 10000));
            Assert.Equal(STATUS_NONE_MAPPED, adapter.BuildMdlFromScatterGatherList(list, mdl, out Mdl? second));
            Assert.Null(second);

            adapter.PutScatterGatherList(list, writeToDevice: true);

            Assert.True(target.IsFreed);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-265")]
    public void A_chain_that_does_not_meet_at_pages_has_a_chain_of_its_own()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4001);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, first, first.VirtualAddress + 80, 4096, writeToDevice: true);
            adapter.BuildMdlFromScatterGatherList(list, first, out Mdl? target);
            Assert.Equal((0x10u, 20u), (target!.ByteOffset, target.ByteCount));
            Assert.Equal((0x10u, 4076u), (target.Next!.ByteOffset, target.Next.ByteCount));
            Assert.Null(target.Next.Next);
            Assert.Equal(Elements(list).Select(element => (nuint)element.Address >> 12), [target.Pfns[0], target.Next.Pfns[0]]);
        });
    }

    [Fact, Proves("DMA-265")]
    public void Without_an_original_without_a_list_and_without_memory_there_is_none()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000, writeToDevice: true);
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.BuildMdlFromScatterGatherList(list, null!, out _));
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.BuildMdlFromScatterGatherList(ScatterGatherList.WithCapacity(4), mdl, out _));
            Assert.Equal(STATUS_SUCCESS, adapter.BuildMdlFromScatterGatherList(list, mdl, out _));
        });
    }

    [Fact, Proves("DMA-265")]
    public void A_lack_of_memory_is_a_status()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0, 0x1000);
        bench.Machine.Faults.FailNth(nameof(DmaAdapter.BuildMdlFromScatterGatherList), 1);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 100, writeToDevice: true);
            NtStatus status = adapter.BuildMdlFromScatterGatherList(list, mdl, out _);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, status);
        });
    }
}
