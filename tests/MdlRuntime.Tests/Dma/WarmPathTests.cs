using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Transfers allocate nothing on the host once warm.</summary>
public sealed class WarmPathTests
{
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Packet_transfers_allocate_nothing(DeviceDescription description)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(description);
        Mdl mdl = bench.Lock(10000, 0xF38);
        MapRegisters? registers = null;
        DriverControl control = (_, _, mapRegisterBase, _) =>
        {
            registers = mapRegisterBase;
            return DeallocateObjectKeepRegisters;
        };
        AssertAllocatesNothing(bench, () =>
        {
            adapter.AllocateAdapterChannel(bench.Device, 4, control, null);
            for (uint done = 0; done < 10000;)
            {
                uint length = 10000 - done;
                adapter.MapTransfer(mdl, registers, mdl.VirtualAddress + done, ref length, writeToDevice: false);
                done += length;
            }

            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 10000, writeToDevice: false);
            adapter.FreeMapRegisters(registers, 4);
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Lists_allocate_nothing(DeviceDescription description)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(description);
        Mdl mdl = bench.Lock(10000, 0xF38);
        DriverListControl control = (_, _, list, context) => ((DmaAdapter)context!).PutScatterGatherList(list, writeToDevice: true);
        AssertAllocatesNothing(bench, () => adapter.GetScatterGatherList(bench.Device, mdl, mdl.VirtualAddress, 10000, control, adapter, writeToDevice: true));
    }

    [Theory]
    [MemberData(nameof(KindsV3))]
    public void Version_3_transfers_allocate_nothing(DeviceDescription description)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(description);
        Mdl mdl = bench.Lock(10000, 0xF38);
        var context = new DmaTransferContext();
        ScatterGatherList list = ScatterGatherList.WithCapacity(4);
        AssertAllocatesNothing(bench, () =>
        {
            adapter.InitializeDmaTransferContext(context);
            adapter.AllocateAdapterChannelEx(bench.Device, context, 4, IoManager.DMA_SYNCHRONOUS_CALLBACK, null, null, out MapRegisters? registers);
            uint length = 10000;
            adapter.MapTransferEx(mdl, registers, 0, 0, ref length, writeToDevice: false, list, 0x100, null, null);
            adapter.FlushAdapterBuffersEx(mdl, registers, 0, length, writeToDevice: false);
            adapter.FreeAdapterObject(DeallocateObject);
        });
    }

    [Theory]
    [MemberData(nameof(KindsV3))]
    public void Version_3_lists_allocate_nothing(DeviceDescription description)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(description);
        Mdl mdl = bench.Lock(10000, 0xF38);
        var context = new DmaTransferContext();
        nuint buffer = bench.Machine.Run(() => Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 0x200, 1));
        DriverListControl control = (_, _, list, adapter) => ((DmaAdapter)adapter!).PutScatterGatherList(list, writeToDevice: true);
        AssertAllocatesNothing(bench, () =>
        {
            adapter.InitializeDmaTransferContext(context);
            adapter.GetScatterGatherListEx(bench.Device, context, mdl, 0, 10000, 0, control, adapter, writeToDevice: true);
            adapter.InitializeDmaTransferContext(context);
            adapter.BuildScatterGatherListEx(bench.Device, context, mdl, 0, 10000, 0, control, adapter, writeToDevice: true, buffer, 0x200);
        });
    }

    public static TheoryData<DeviceDescription> KindsV3 => [ScatterGatherV3, PacketV3, BouncingV3];

    public static TheoryData<DeviceDescription> Kinds => [ScatterGather64, Packet64, Packet24];

    /// <summary>The best of some rounds: the host's own just-in-time work may fall into any one of them.</summary>
    private static void AssertAllocatesNothing(DmaBench bench, Action transfer)
    {
        long fewest = long.MaxValue;
        bench.AtDispatch(() =>
        {
            for (int round = 0; round < 5; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 100; i++)
                    transfer();
                fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        });
        Assert.Equal(0, fewest);
    }
}
