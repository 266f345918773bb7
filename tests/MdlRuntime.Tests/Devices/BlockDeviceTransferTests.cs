using MdlRuntime.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.Devices.BlockDeviceCommand;

namespace MdlRuntime.Tests.Devices;

/// <summary>How the device moves bytes between its medium and the frames behind logical addresses.</summary>
public sealed class BlockDeviceTransferTests : IDisposable
{
    private const uint Offset = 0xE50;
    private readonly MemoryMedium _medium = new(TemporaryFile.Pattern(0x3000));
    private readonly BusRig _rig;

    public BlockDeviceTransferTests() => _rig = new(_medium);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_read_fills_the_elements_in_order_with_one_call()
    {
        _rig.Map(Offset, 0x2500, writeToDevice: false);

        _rig.Run(ReadMedium, mediumOffset: 0x123);

        byte[] expected = new byte[BusRig.BufferLength];
        _medium.Bytes.AsSpan(0x123, 0x2500).CopyTo(expected.AsSpan((int)Offset));
        Assert.Equal(expected, _rig.Memory);
        Assert.Equal((BlockDeviceError.None, 0u, 1), (_rig.Error, _rig.Residual, _medium.Calls));
        Assert.Equal((uint)BlockDeviceInterrupts.TransferDone, _rig.Device.ReadRegister(BlockDeviceRegister.InterruptStatus));
    }

    [Fact]
    public void A_write_takes_the_elements_in_order_with_one_call()
    {
        byte[] memory = new byte[BusRig.BufferLength];
        new Random(1).NextBytes(memory);
        _rig.Memory = memory;
        _rig.Map(Offset, 0x2500, writeToDevice: true);
        byte[] expected = [.. _medium.Bytes];
        memory.AsSpan((int)Offset, 0x2500).CopyTo(expected.AsSpan(0x123));

        _rig.Run(WriteMedium, mediumOffset: 0x123);

        Assert.Equal(expected, _medium.Bytes);
        Assert.Equal((BlockDeviceError.None, 0u, 1), (_rig.Error, _rig.Residual, _medium.Calls));
    }

    [Fact]
    public void Bytes_beyond_the_end_of_the_medium_stay_in_the_residual()
    {
        _rig.Memory = Filled(0xAA);
        _rig.Map(0, 0x2000, writeToDevice: false);

        _rig.Run(ReadMedium, mediumOffset: 0x2F00);

        byte[] expected = Filled(0xAA);
        _medium.Bytes.AsSpan(0x2F00).CopyTo(expected);
        Assert.Equal(expected, _rig.Memory);
        Assert.Equal((BlockDeviceError.None, 0x1F00u), (_rig.Error, _rig.Residual));
    }

    [Theory]
    [InlineData(0x3000u, 0u)]
    [InlineData(0x3001u, 0u)]
    [InlineData(0u, 0xFFFFFFFFu)]
    public void A_transfer_that_starts_at_the_end_or_beyond_moves_nothing(uint low, uint high)
    {
        _rig.Map(0, 0x100, writeToDevice: true);
        _rig.Device.WriteRegister(BlockDeviceRegister.MediumOffsetHigh, high);

        _rig.Run(WriteMedium, low);

        Assert.Equal((BlockDeviceError.None, 0x100u, 0), (_rig.Error, _rig.Residual, _medium.Calls));
    }

    [Theory]
    [InlineData(ReadMedium)]
    [InlineData(WriteMedium)]
    public void A_short_transfer_of_the_medium_is_reported_as_residual(BlockDeviceCommand command)
    {
        _medium.Limit = 0x1234;
        _rig.Map(Offset, 0x2000, writeToDevice: command == WriteMedium);

        _rig.Run(command);

        Assert.Equal((BlockDeviceError.None, 0x2000u - 0x1234), (_rig.Error, _rig.Residual));
    }

    public static TheoryData<Exception, BlockDeviceError> Failures => new()
    {
        { new FileNotFoundException(), BlockDeviceError.NotReady },
        { new DirectoryNotFoundException(), BlockDeviceError.NotReady },
        { new ObjectDisposedException("medium"), BlockDeviceError.NotReady },
        { new UnauthorizedAccessException(), BlockDeviceError.AccessDenied },
        { new EndOfStreamException(), BlockDeviceError.MediumError },
        { new IOException(), BlockDeviceError.MediumError },
    };

    [Theory, MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void Trouble_with_the_medium_ends_in_the_error_register(Exception exception, BlockDeviceError expected)
    {
        _medium.Failure = (1, exception);
        _rig.Map(0, 0x100, writeToDevice: false);

        _rig.Run(ReadMedium);
        Assert.Equal((expected, 0x100u), (_rig.Error, _rig.Residual));
        Assert.Equal((uint)BlockDeviceInterrupts.TransferFailed, _rig.Device.ReadRegister(BlockDeviceRegister.InterruptStatus));

        _rig.Ring(ReadMedium);
        Assert.Equal(BlockDeviceError.None, _rig.Error);
        _rig.Machine.RunUntilIdle();
        Assert.Equal((BlockDeviceError.None, 0u), (_rig.Error, _rig.Residual));
    }

    [Fact]
    public void Other_exceptions_of_the_medium_reach_the_host()
    {
        _medium.Failure = (1, new FormatException());
        _rig.Map(0, 0x100, writeToDevice: false);
        _rig.Ring(ReadMedium);

        Assert.Throws<FormatException>(_rig.Machine.RunUntilIdle);
    }

    [Fact]
    public void A_read_only_medium_is_not_written()
    {
        _medium.IsReadOnly = true;
        _rig.Map(0, 0x100, writeToDevice: true);

        _rig.Run(WriteMedium);

        Assert.Equal((BlockDeviceError.WriteProtected, 0x100u, 0), (_rig.Error, _rig.Residual, _medium.Calls));
    }

    [Fact]
    public void Descriptors_are_taken_over_at_the_doorbell()
    {
        _rig.Map(0, 0x10, writeToDevice: false);
        _rig.Ring(ReadMedium);
        _rig.Device.WriteDescriptor(0, new(new(-1), 1));
        _rig.Device.WriteRegister(BlockDeviceRegister.DescriptorCount, 99);
        _rig.Device.WriteRegister(BlockDeviceRegister.MediumOffsetLow, 99);

        _rig.Machine.RunUntilIdle();

        Assert.Equal(BlockDeviceError.None, _rig.Error);
        Assert.Equal(_medium.Bytes[..0x10], _rig.Memory[..0x10]);
    }

    [Fact]
    public void A_physical_address_stops_a_verified_machine()
    {
        _rig.Device.WriteDescriptor(0, new(_rig.PhysicalAddress, 0x10));
        _rig.Device.WriteRegister(BlockDeviceRegister.DescriptorCount, 1);
        _rig.Ring(ReadMedium);

        var stop = Assert.Throws<BugCheckException>(_rig.Machine.RunUntilIdle);

        Assert.Equal(((uint)0xE6, (ulong)0x26), (stop.Code, stop.Parameter1));
    }

    [Fact]
    public void A_physical_address_is_a_bus_fault_without_the_verifier()
    {
        using var rig = new BusRig(_medium, VerifierMode.Off);
        rig.Device.WriteDescriptor(0, new(rig.PhysicalAddress, 0x10));
        rig.Device.WriteRegister(BlockDeviceRegister.DescriptorCount, 1);

        rig.Run(ReadMedium);

        Assert.Equal((BlockDeviceError.BusFault, 0x10u, 0), (rig.Error, rig.Residual, _medium.Calls));
    }

    [Fact]
    public void A_device_takes_no_port_of_another_machine()
    {
        using var other = new BusRig(_medium);

        Assert.Throws<ArgumentException>(() => _rig.Device.Bus = other.Device.Bus);
    }

    [Fact]
    public void A_medium_that_moves_more_than_it_was_given_is_named()
    {
        using var rig = new BusRig(new LyingMedium());
        rig.Map(0, 0x10, writeToDevice: false);
        rig.Ring(ReadMedium);

        Assert.Throws<InvalidOperationException>(rig.Machine.RunUntilIdle);
    }

    [Fact]
    public void A_warm_transfer_allocates_nothing()
    {
        _rig.Map(Offset, 0x2500, writeToDevice: false);
        for (int i = 0; i < 100; i++)
            _rig.Run(ReadMedium);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            _rig.Run(ReadMedium);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Filled(byte value)
    {
        byte[] bytes = new byte[BusRig.BufferLength];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private sealed class LyingMedium : IBlockMedium
    {
        public long Length => 0x1000;

        public bool IsReadOnly => false;

        public long Read(long offset, IReadOnlyList<Memory<byte>> destination) => 0x11;

        public long Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> source) => 0x11;
    }
}
