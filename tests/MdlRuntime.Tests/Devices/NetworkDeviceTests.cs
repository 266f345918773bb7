using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Dma;
using MdlRuntime.Verification;
using static MdlRuntime.Devices.NetworkDescriptorFlags;
using static MdlRuntime.Devices.NetworkDeviceRegister;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Devices;

/// <summary>The network device by its data sheet: what it does with descriptors, and what it says about wrong ones.</summary>
public sealed class NetworkDeviceTests : IDisposable
{
    private const uint RingSize = 8, DataOffset = 0x800;

    private readonly DmaBench _bench = new(DmaBench.Physical(VerifierMode.Off) with { LogicalEqualsPhysical = false });
    private readonly NetworkDevice _device;
    private readonly DmaAdapter _adapter;
    private readonly PhysicalAddress _logical;
    private readonly nuint _memory;

    public NetworkDeviceTests()
    {
        _device = new(_bench.Machine, new() { MaximumPacket = 1000 });
        _adapter = _bench.GetAdapter(DmaBench.ScatterGather64);
        PhysicalAddress logical = default;
        _memory = _bench.Machine.Run(() => _adapter.AllocateCommonBuffer(PAGE_SIZE, out logical, cacheEnabled: true));
        _logical = logical;
        _bench.Machine.Run(() => RuntimeLibrary.RtlZeroMemory(_memory, PAGE_SIZE));
        _device.Bus = new(_adapter);
        Program();
    }

    [Fact]
    public void A_packet_in_pieces_arrives_in_the_pieces_of_the_next_buffer()
    {
        Fill(0, Enumerable.Range(0, 300).Select(i => (byte)i).ToArray());
        Describe(receive: true, 0, 0x400, 100, Owned);
        Describe(receive: true, 1, 0x500, 900, Owned | Last);
        _device.WriteRegister(ReceiveProducer, 2);
        Describe(receive: false, 0, 0, 250, Owned);
        Describe(receive: false, 1, 250, 50, Owned | Last);
        _device.WriteRegister(TransmitProducer, 2);
        Assert.Equal((uint)NetworkDeviceStatus.Busy, _device.ReadRegister(Status));
        _bench.Machine.RunUntilIdle();

        Assert.Equal((100u, NetworkDescriptorFlags.None), Descriptor(receive: true, 0));
        Assert.Equal((200u, Last), Descriptor(receive: true, 1));
        Assert.Equal((250u, NetworkDescriptorFlags.None), Descriptor(receive: false, 0));
        Assert.Equal((50u, Last), Descriptor(receive: false, 1));
        Assert.Equal((2u, 2u, 0u), (_device.ReadRegister(TransmitConsumer), _device.ReadRegister(ReceiveConsumer), _device.ReadRegister(Status)));
        Assert.Equal(99, Byte(0x400 + 99));
        Assert.Equal(100, Byte(0x500));
    }

    [Fact]
    public void A_packet_waits_for_its_last_descriptor()
    {
        Describe(receive: false, 0, 0, 10, Owned);
        _device.WriteRegister(TransmitProducer, 1);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((0u, 0u), (_device.ReadRegister(TransmitConsumer), _device.ReadRegister(Error)));

        Describe(receive: false, 1, 0, 10, Owned | Last);
        _device.WriteRegister(TransmitProducer, 2);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((2u, 1u), (_device.ReadRegister(TransmitConsumer), _device.ReadRegister(PacketsSent)));
    }

    [Theory]
    [InlineData(0L, 0u, NetworkDeviceError.DescriptorLength)]
    [InlineData(0L, 1001u, NetworkDeviceError.DescriptorLength)]
    [InlineData(0x1000_0000_0000L, 10u, NetworkDeviceError.BusFault)]
    public void A_wrong_descriptor_fails_its_packet_and_no_other(long offset, uint length, NetworkDeviceError error)
    {
        Describe(receive: false, 0, offset, length, Owned | Last);
        Describe(receive: false, 1, 0, 10, Owned | Last);
        _device.WriteRegister(TransmitProducer, 2);
        _bench.Machine.RunUntilIdle();

        Assert.Equal((0u, Failed | Last), Descriptor(receive: false, 0));
        Assert.Equal((10u, Last), Descriptor(receive: false, 1));
        Assert.Equal(((uint)error, 0u), (_device.ReadRegister(Error), _device.ReadRegister(Status)));
        _device.WriteRegister(Error, 1);
        Assert.Equal(0u, _device.ReadRegister(Error));
    }

    [Fact]
    public void A_packet_that_fails_behind_its_first_piece_counts_no_bytes()
    {
        Describe(receive: false, 0, 0, 100, Owned);
        Describe(receive: false, 1, 0x1000_0000_0000, 10, Owned | Last);
        _device.WriteRegister(TransmitProducer, 2);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((0u, NetworkDescriptorFlags.None), Descriptor(receive: false, 0));
        Assert.Equal((0u, Failed | Last), Descriptor(receive: false, 1));

        Describe(receive: true, 0, 0x400, 100, Owned);
        Describe(receive: true, 1, 0x1000_0000_0000, 100, Owned | Last);
        _device.WriteRegister(ReceiveProducer, 2);
        Describe(receive: false, 2, 0, 150, Owned | Last);
        _device.WriteRegister(TransmitProducer, 3);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((150u, Last), Descriptor(receive: false, 2));
        Assert.Equal((0u, NetworkDescriptorFlags.None), Descriptor(receive: true, 0));
        Assert.Equal((0u, Failed | Last), Descriptor(receive: true, 1));
        Assert.Equal(((uint)NetworkDeviceError.BusFault, 0u), (_device.ReadRegister(Error), _device.ReadRegister(PacketsReceived)));
    }

    [Theory]
    [InlineData(8u, RingSize, NetworkDeviceError.RingInvalid)]
    [InlineData(1u, 0u, NetworkDeviceError.RingInvalid)]
    [InlineData(1u, 5000u, NetworkDeviceError.RingInvalid)]
    [InlineData(1u, RingSize, NetworkDeviceError.DescriptorNotOwned)]
    public void A_wrong_ring_halts_the_device_until_it_is_reset(uint producer, uint size, NetworkDeviceError error)
    {
        _device.WriteRegister(TransmitSize, size);
        _device.WriteRegister(TransmitProducer, producer);
        _bench.Machine.RunUntilIdle();
        Assert.Equal(((uint)error, (uint)NetworkDeviceStatus.Halted), (_device.ReadRegister(Error), _device.ReadRegister(Status)));
        Assert.Equal((uint)NetworkDeviceInterrupts.Failed, _device.ReadRegister(InterruptStatus));

        _device.WriteRegister(Control, (uint)NetworkDeviceControl.Reset);
        Assert.Equal((0u, 0u, 0u), (_device.ReadRegister(Error), _device.ReadRegister(Status), _device.ReadRegister(InterruptStatus)));
    }

    [Fact]
    public void A_packet_without_an_end_is_an_error_when_the_ring_is_full_of_it()
    {
        for (uint index = 0; index < RingSize - 1; index++)
            Describe(receive: false, index, 0, 10, Owned);
        _device.WriteRegister(TransmitProducer, RingSize - 2);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((0u, 0u), (_device.ReadRegister(Error), _device.ReadRegister(Status)));

        _device.WriteRegister(TransmitProducer, RingSize - 1);
        _bench.Machine.RunUntilIdle();
        Assert.Equal(((uint)NetworkDeviceError.RingInvalid, (uint)NetworkDeviceStatus.Halted), (_device.ReadRegister(Error), _device.ReadRegister(Status)));
        Assert.Equal((0u, 0u), (_device.ReadRegister(TransmitConsumer), _device.ReadRegister(PacketsSent)));
    }

    [Fact]
    public void A_ring_that_is_not_there_halts_the_device()
    {
        _device.WriteRegister(TransmitBaseHigh, 0);
        _device.WriteRegister(TransmitBaseLow, 0x1000);
        _device.WriteRegister(TransmitProducer, 1);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((uint)NetworkDeviceError.RingFault, _device.ReadRegister(Error));
    }

    [Fact]
    public void Buffers_come_back_unused_when_they_are_wanted_back()
    {
        Describe(receive: true, 0, 0x400, 100, Owned);
        Describe(receive: true, 1, 0x500, 100, Owned | Last);
        _device.WriteRegister(ReceiveProducer, 2);
        _device.WriteRegister(Command, (uint)NetworkDeviceCommand.ReturnReceiveBuffers);
        Assert.Equal((0u, Last | Returned), Descriptor(receive: true, 1));
        Assert.Equal((2u, (uint)NetworkDeviceInterrupts.Received), (_device.ReadRegister(ReceiveConsumer), _device.ReadRegister(InterruptStatus)));

        _device.WriteRegister(Command, 77);
        Assert.Equal((uint)NetworkDeviceError.UnknownCommand, _device.ReadRegister(Error));
    }

    [Fact]
    public void Registers_are_32_bits_wide_and_keep_what_is_written()
    {
        IDeviceRegisters registers = _device;
        registers.Write((ulong)ReceiveBaseLow, 4, 0x1234_5678);
        registers.Write((ulong)ReceiveBaseHigh, 4, 0x9);
        registers.Write((ulong)ReceiveSize, 2, 5);
        Assert.Equal((0x1234_5678ul, 9ul, (ulong)RingSize), (registers.Read((ulong)ReceiveBaseLow, 4), registers.Read((ulong)ReceiveBaseHigh, 4), registers.Read((ulong)ReceiveSize, 4)));
        Assert.Equal((0ul, 0ul), (registers.Read((ulong)ReceiveBaseLow, 8), registers.Read(0x48, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _device.ReadRegister((NetworkDeviceRegister)0x48));
        Assert.Throws<ArgumentOutOfRangeException>(() => _device.WriteRegister((NetworkDeviceRegister)2, 0));
    }

    [Fact]
    public void Options_outside_their_range_make_no_device()
    {
        foreach (NetworkDeviceOptions options in new NetworkDeviceOptions[]
        {
            new() { AddressBits = 33 }, new() { MaximumPacket = 0 }, new() { TransmitTime = -1 }, new() { LoopTime = -1 }, new() { InterruptDelay = -1 },
        })
            Assert.Throws<ArgumentOutOfRangeException>(() => new NetworkDevice(_bench.Machine, options));
    }

    public void Dispose() => _bench.Dispose();

    private void Program()
    {
        _device.WriteRegister(TransmitBaseLow, _logical.LowPart);
        _device.WriteRegister(TransmitBaseHigh, (uint)_logical.HighPart);
        _device.WriteRegister(TransmitSize, RingSize);
        _device.WriteRegister(ReceiveBaseLow, _logical.LowPart + RingSize * NetworkDescriptor.Size);
        _device.WriteRegister(ReceiveBaseHigh, (uint)_logical.HighPart);
        _device.WriteRegister(ReceiveSize, RingSize);
        _device.WriteRegister(Control, (uint)NetworkDeviceControl.Enable);
    }

    private nuint At(bool receive, uint index) => _memory + ((receive ? RingSize : 0) + index) * NetworkDescriptor.Size;

    private void Describe(bool receive, uint index, long offset, uint length, NetworkDescriptorFlags flags) => _bench.Machine.Run(() =>
    {
        VirtualMemory.Write(At(receive, index), _logical.QuadPart + DataOffset + offset);
        VirtualMemory.Write(At(receive, index) + NetworkDescriptor.LengthOffset, length);
        VirtualMemory.Write(At(receive, index) + NetworkDescriptor.FlagsOffset, (uint)flags);
    });

    private (uint Length, NetworkDescriptorFlags Flags) Descriptor(bool receive, uint index) => _bench.Machine.Run(() =>
        (VirtualMemory.Read<uint>(At(receive, index) + NetworkDescriptor.LengthOffset),
        (NetworkDescriptorFlags)VirtualMemory.Read<uint>(At(receive, index) + NetworkDescriptor.FlagsOffset)));

    private void Fill(uint offset, byte[] bytes) => _bench.Machine.Run(() => VirtualMemory.CopyFrom(_memory + DataOffset + offset, bytes));

    private byte Byte(uint offset) => _bench.Machine.Run(() => VirtualMemory.Read<byte>(_memory + DataOffset + offset));
}
