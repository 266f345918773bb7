using MdlRuntime.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.Devices.NetworkDeviceRegister;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Transfers_on_the_system_DMA_controller_allocate_nothing(bool writeToDevice)
    {
        using var bench = new SystemDmaBench(SystemDmaBench.ByteChannel, VerifierMode.Off);
        Mdl mdl = bench.Bench.Lock(0x1800, 0x234);
        byte[] bytes = new byte[0x1800];
        int missing = 0;
        MapRegisters? registers = null;
        DriverControl control = (_, _, mapRegisterBase, _) =>
        {
            registers = mapRegisterBase;
            return KeepObject;
        };
        AssertAllocatesNothing(bench.Bench, () =>
        {
            bench.Adapter.AllocateAdapterChannel(bench.Bench.Device, 2, control, null);
            uint length = 0x1800;
            bench.Adapter.MapTransfer(mdl, registers, mdl.VirtualAddress, ref length, writeToDevice);
            missing += bytes.Length - (writeToDevice ? bench.Line.Read(bytes) : bench.Line.Write(bytes));
            bench.Adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, length, writeToDevice);
            bench.Adapter.FreeAdapterChannel();
        });
        Assert.Equal(0, missing);
    }

    [Fact]
    public void A_device_reads_and_writes_a_common_buffer_without_allocating()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        PhysicalAddress logical = default;
        bench.Machine.Run(() => adapter.AllocateCommonBuffer(2 * PAGE_SIZE, out logical, cacheEnabled: true));
        var port = new BusPort(adapter);
        byte[] bytes = new byte[PAGE_SIZE];
        AssertAllocatesNothing(bench, () =>
        {
            port.Write(new(logical.QuadPart + 0x800), bytes);
            port.Read(logical, bytes);
        });
    }

    [Fact]
    public void Packets_of_a_network_device_allocate_nothing()
    {
        const uint ringSize = 2, dataOffset = 0x800;
        const uint ownedLast = (uint)(NetworkDescriptorFlags.Owned | NetworkDescriptorFlags.Last);
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        var device = new NetworkDevice(bench.Machine);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        PhysicalAddress logical = default;
        nuint memory = bench.Machine.Run(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out logical, cacheEnabled: true));
        device.Bus = new(adapter);
        device.WriteRegister(TransmitBaseLow, logical.LowPart);
        device.WriteRegister(TransmitSize, ringSize);
        device.WriteRegister(ReceiveBaseLow, logical.LowPart + ringSize * NetworkDescriptor.Size);
        device.WriteRegister(ReceiveSize, ringSize);
        device.WriteRegister(Control, (uint)NetworkDeviceControl.Enable);
        uint sent = 0;
        Action describe = () =>
        {
            Describe(sent % ringSize, 300);
            Describe(ringSize + sent % ringSize, 1000);
            sent++;
        };

        AssertAllocatesNothing(() =>
        {
            bench.Machine.Run(describe);
            device.WriteRegister(ReceiveProducer, sent % ringSize);
            device.WriteRegister(TransmitProducer, sent % ringSize);
            bench.Machine.RunUntilIdle();
        });
        Assert.Equal((sent, sent), (device.ReadRegister(PacketsSent), device.ReadRegister(PacketsReceived)));

        void Describe(uint index, uint length)
        {
            nuint descriptor = memory + index * NetworkDescriptor.Size;
            VirtualMemory.Write(descriptor, logical.QuadPart + dataOffset);
            VirtualMemory.Write(descriptor + NetworkDescriptor.LengthOffset, length);
            VirtualMemory.Write(descriptor + NetworkDescriptor.FlagsOffset, ownedLast);
        }
    }

    private static void AssertAllocatesNothing(DmaBench bench, Action transfer) => bench.AtDispatch(() => AssertAllocatesNothing(transfer));

    /// <summary>The best of some rounds: the host's own just-in-time work may fall into any one of them.</summary>
    private static void AssertAllocatesNothing(Action transfer)
    {
        long fewest = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                transfer();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, fewest);
    }
}
