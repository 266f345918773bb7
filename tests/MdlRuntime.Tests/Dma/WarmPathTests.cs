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
