using MdlRuntime.Verification;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>GetDmaAdapterInfo, GetDmaTransferInfo and the transfer context.</summary>
public sealed class TransferInfoTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-269", "DMA-409", "DMA-039", "DMA-022")]
    public void The_adapter_tells_what_it_can_do_for_version_1_only()
    {
        using var bench = new DmaBench();
        DmaAdapter lists = bench.GetAdapter(BouncingV3), packets = bench.GetAdapter(PacketV3);
        bench.Machine.Run(() =>
        {
            var info = new DmaAdapterInfo { Version = IoManager.DMA_ADAPTER_INFO_VERSION1 };
            Assert.Equal(STATUS_SUCCESS, lists.GetDmaAdapterInfo(ref info));
            Assert.Equal(new(ReadDmaCounterAvailable: 0, ScatterGatherLimit: 4, DmaAddressWidth: 24, Flags: 0, MinimumTransferUnit: 1), info.V1);
            Assert.Equal(STATUS_SUCCESS, packets.GetDmaAdapterInfo(ref info));
            Assert.Equal(new(0, 1, 64, 0, 1), info.V1);

            foreach (uint version in new uint[] { 0, 2 })
            {
                info = new() { Version = version };
                Assert.Equal(STATUS_NOT_SUPPORTED, lists.GetDmaAdapterInfo(ref info));
                Assert.Equal(default, info.V1);
            }
        });
    }

    [Fact, Proves("DMA-270", "DMA-039")]
    public void The_transfer_has_a_size_in_versions_1_and_2()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.Machine.Run(() =>
        {
            var info = new DmaTransferInfo { Version = 1 };
            Assert.Equal(STATUS_SUCCESS, adapter.GetDmaTransferInfo(mdl, 0, 10000, writeOnly: false, ref info));
            Assert.Equal((4u, 2u), (info.V1.MapRegisterCount, info.V1.ScatterGatherElementCount));
            Assert.True(info.V1.ScatterGatherListSize > 0x10 + 2 * 0x18);
            Assert.Equal(0u, info.V2.LogicalPageCount);

            info.Version = 2;
            Assert.Equal(STATUS_SUCCESS, adapter.GetDmaTransferInfo(mdl, 0, 10000, writeOnly: true, ref info));
            Assert.Equal((4u, 2u, 4u), (info.V2.MapRegisterCount, info.V2.ScatterGatherElementCount, info.V2.LogicalPageCount));

            info.Version = 3;
            Assert.Equal(STATUS_NOT_SUPPORTED, adapter.GetDmaTransferInfo(mdl, 0, 10000, false, ref info));
        });
    }

    [Fact, Proves("DMA-271")]
    public void Registers_are_counted_exactly()
    {
        using var bench = new DmaBench();
        // 24 address bits reach the first two pages only.
        Mdl mdl = bench.Lock(10000, 0xF38, 0xF00, 0xE00, 0x2000, 0x2001);
        Assert.Equal((2u, 3u), Count(bench.GetAdapter(BouncingV3)));
        Assert.Equal((0u, 3u), Count(bench.GetAdapter(ScatterGatherV3)));
        Assert.Equal((4u, 1u), Count(bench.GetAdapter(PacketV3)));

        (uint Registers, uint Elements) Count(DmaAdapter adapter)
        {
            var info = new DmaTransferInfo { Version = 1 };
            bench.Machine.Run(() => adapter.GetDmaTransferInfo(mdl, 0, 10000, false, ref info));
            return (info.V1.MapRegisterCount, info.V1.ScatterGatherElementCount);
        }
    }

    [Fact, Proves("DMA-266", "DMA-360", "DMA-270")]
    public void An_offset_counts_from_the_first_byte_of_the_chain()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(BouncingV3);
        Mdl first = bench.Lock(100, 0xFC0, 0x3000, 0x3005);
        first.Next = bench.Lock(5000, 0x10, 0x4000, 0x4001);
        bench.Machine.Run(() =>
        {
            Assert.Equal((STATUS_SUCCESS, 4u), Ask(0, 5100));
            Assert.Equal((STATUS_SUCCESS, 2u), Ask(80, 4096));
            Assert.Equal((STATUS_SUCCESS, 1u), Ask(5099, 1));
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(5100, 1).Status);
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(80, 5021).Status);
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(0, 0).Status);
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(ulong.MaxValue, 1).Status);

            (NtStatus Status, uint Registers) Ask(ulong offset, uint length)
            {
                var info = new DmaTransferInfo { Version = 1 };
                return (adapter.GetDmaTransferInfo(first, offset, length, false, ref info), info.V1.MapRegisterCount);
            }
        });
    }

    [Fact, Proves("DMA-272")]
    public void A_context_is_initialized_before_use_and_not_while_in_use()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            var context = new DmaTransferContext();
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(context));
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(null!));
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.InitializeDmaTransferContext(null!));

            Assert.Equal(STATUS_SUCCESS, adapter.InitializeDmaTransferContext(context));
            Assert.Equal(STATUS_SUCCESS, Ask(context));
            Assert.Equal(STATUS_INVALID_PARAMETER, Ask(context));
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.InitializeDmaTransferContext(context));

            adapter.FreeAdapterObject(IoAllocationAction.DeallocateObject);
            Assert.Equal(STATUS_SUCCESS, adapter.InitializeDmaTransferContext(context));
            Assert.Equal(STATUS_SUCCESS, Ask(context));
            adapter.FreeAdapterObject(IoAllocationAction.DeallocateObject);
            adapter.PutDmaAdapter();

            NtStatus Ask(DmaTransferContext asked) =>
                adapter.AllocateAdapterChannelEx(bench.Device, asked, 1, 0, (_, _, _, _) => IoAllocationAction.KeepObject, null);
        });
    }

    [Fact, Proves("DMA-272")]
    public void Registers_that_were_kept_keep_their_context()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(PacketV3);
        bench.AtDispatch(() =>
        {
            DmaTransferContext context = NewContext(adapter);
            MapRegisters? kept = null;
            adapter.AllocateAdapterChannelEx(bench.Device, context, 1, 0, (_, _, registers, _) =>
            {
                kept = registers;
                return IoAllocationAction.DeallocateObjectKeepRegisters;
            }, null);
            Assert.Equal(STATUS_INVALID_PARAMETER, adapter.InitializeDmaTransferContext(context));
            adapter.FreeMapRegisters(kept, 1);
            Assert.Equal(STATUS_SUCCESS, adapter.InitializeDmaTransferContext(context));
        });
    }

    [Fact, Proves("DMA-085", "DMA-268")]
    public void The_routines_of_version_3_need_its_table()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Assert.Equal("MDL4017", Assert.Throws<BugCheckException>(() => bench.AtDispatch(() => adapter.InitializeDmaTransferContext(new()))).RuleId);
    }
}
