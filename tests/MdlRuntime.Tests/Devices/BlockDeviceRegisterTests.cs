using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using static MdlRuntime.Devices.BlockDeviceRegister;

namespace MdlRuntime.Tests.Devices;

/// <summary>What the device does before it touches memory: registers, the doorbell, descriptor checks, time and interrupts.</summary>
public sealed class BlockDeviceRegisterTests : IDisposable
{
    private readonly Machine _machine = new();
    private readonly MemoryMedium _medium = new(TemporaryFile.Pattern(0x1000));
    private int _interrupts;

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Registers_keep_what_the_driver_writes()
    {
        BlockDevice device = Create(new() { ScatterGather = false });
        BlockDeviceRegister[] registers = [MediumOffsetLow, MediumOffsetHigh, AddressLow, AddressHigh, Length, DescriptorCount];

        for (uint i = 0; i < registers.Length; i++)
            device.WriteRegister(registers[i], 0x11111111 * (i + 1));

        Assert.Equal([0x11111111, 0x22222222, 0x33333333, 0x44444444, 0x55555555, 0x66666666], registers.Select(device.ReadRegister));
    }

    [Theory]
    [InlineData(Status)]
    [InlineData(Error)]
    [InlineData(Residual)]
    public void Read_only_registers_ignore_writes(BlockDeviceRegister register)
    {
        BlockDevice device = Create();

        device.WriteRegister(register, uint.MaxValue);

        Assert.Equal(0u, device.ReadRegister(register));
    }

    [Fact]
    public void A_register_that_does_not_exist_is_named()
    {
        BlockDevice device = Create();

        Assert.Throws<ArgumentOutOfRangeException>("register", () => device.ReadRegister((BlockDeviceRegister)0x100));
        Assert.Throws<ArgumentOutOfRangeException>("register", () => device.WriteRegister((BlockDeviceRegister)0x100, 0));
    }

    [Fact]
    public void The_doorbell_starts_a_transfer_that_ends_later_in_virtual_time()
    {
        BlockDevice device = Create(new() { TransferTime = 2500 });
        device.WriteDescriptor(0, Element(0x1000, 16));
        device.WriteRegister(DescriptorCount, 1);

        Ring(device, BlockDeviceCommand.ReadMedium);
        Assert.Equal((uint)BlockDeviceStatus.Busy, device.ReadRegister(Status));
        Assert.Equal(0, _interrupts);
        _machine.RunUntilIdle();

        Assert.Equal((uint)BlockDeviceStatus.Idle, device.ReadRegister(Status));
        Assert.Equal(1, _interrupts);
        Assert.Equal(2500, _machine.System.Scheduler.Now);
    }

    [Fact]
    public void Interrupt_status_bits_are_cleared_by_writing_ones()
    {
        BlockDevice device = Create();
        RunTransfer(device, Element(0x1000, 16));
        Assert.Equal((uint)BlockDeviceInterrupts.TransferFailed, device.ReadRegister(InterruptStatus));

        device.WriteRegister(InterruptStatus, (uint)BlockDeviceInterrupts.TransferDone);
        Assert.Equal((uint)BlockDeviceInterrupts.TransferFailed, device.ReadRegister(InterruptStatus));
        device.WriteRegister(InterruptStatus, (uint)BlockDeviceInterrupts.TransferFailed);

        Assert.Equal(0u, device.ReadRegister(InterruptStatus));
    }

    [Fact]
    public void A_device_with_interrupts_disabled_only_sets_its_status()
    {
        BlockDevice device = Create();
        device.WriteRegister(Control, 0);

        RunTransfer(device, Element(0x1000, 16));

        Assert.Equal(0, _interrupts);
        Assert.NotEqual(0u, device.ReadRegister(InterruptStatus));
    }

    [Fact]
    public void A_device_that_is_connected_to_no_memory_reports_a_bus_fault()
    {
        Assert.Equal(BlockDeviceError.BusFault, RunTransfer(Create(), Element(0x1000, 16)));
        Assert.Equal(0, _medium.Calls);
    }

    [Fact]
    public void No_descriptors_and_more_than_the_table_has_are_errors()
    {
        BlockDevice device = Create(new() { MaximumElements = 2 });

        Assert.Equal(BlockDeviceError.DescriptorCount, RunTransfer(device));
        Assert.Equal(BlockDeviceError.DescriptorCount, RunTransfer(device, Element(0x1000, 1), Element(0x2000, 1), Element(0x3000, 1)));
        Assert.NotEqual(BlockDeviceError.DescriptorCount, RunTransfer(device, Element(0x1000, 1), Element(0x2000, 1)));
    }

    [Fact]
    public void An_element_without_bytes_is_an_error()
    {
        BlockDevice device = Create();

        Assert.Equal(BlockDeviceError.DescriptorLength, RunTransfer(device, Element(0x1000, 8), Element(0x2000, 0)));
        Assert.Equal(8u, device.ReadRegister(Residual));
    }

    [Fact]
    public void A_transfer_longer_than_the_residual_register_can_say_is_an_error()
    {
        BlockDeviceError error = RunTransfer(Create(), Element(0, 0x7FFFFFFF), Element(0x80000000, 0x7FFFFFFF), Element(0x100000000, 2));

        Assert.Equal(BlockDeviceError.DescriptorLength, error);
    }

    [Theory]
    [InlineData(24, 0x00FFFFF0, 16u, BlockDeviceError.BusFault)]
    [InlineData(24, 0x00FFFFF0, 17u, BlockDeviceError.DescriptorReach)]
    [InlineData(24, 0x01000000, 1u, BlockDeviceError.DescriptorReach)]
    [InlineData(32, 0xFFFFFFF0, 16u, BlockDeviceError.BusFault)]
    [InlineData(32, 0xFFFFFFF0, 17u, BlockDeviceError.DescriptorReach)]
    [InlineData(32, 0x100000000, 1u, BlockDeviceError.DescriptorReach)]
    [InlineData(64, -16, 16u, BlockDeviceError.BusFault)]
    [InlineData(64, -16, 17u, BlockDeviceError.DescriptorReach)]
    public void An_element_beyond_the_address_lines_is_an_error(int bits, long address, uint length, BlockDeviceError expected)
    {
        // A device without memory gets as far as the bus when the descriptor itself is good.
        Assert.Equal(expected, RunTransfer(Create(new() { AddressBits = bits }), Element(address, length)));
    }

    [Fact]
    public void An_element_that_is_not_aligned_is_an_error()
    {
        BlockDevice device = Create(new() { Alignment = 4 });

        Assert.Equal(BlockDeviceError.DescriptorAlignment, RunTransfer(device, Element(0x1004, 3), Element(0x2002, 8)));
        Assert.Equal(11u, device.ReadRegister(Residual));
        Assert.Equal(BlockDeviceError.BusFault, RunTransfer(device, Element(0x1004, 3), Element(0x2004, 8)));
    }

    [Fact]
    public void An_unknown_command_is_an_error()
    {
        BlockDevice device = Create();
        device.WriteDescriptor(0, Element(0x1000, 16));
        device.WriteRegister(DescriptorCount, 1);

        Ring(device, (BlockDeviceCommand)3);
        _machine.RunUntilIdle();

        Assert.Equal((uint)BlockDeviceError.UnknownCommand, device.ReadRegister(Error));
        Assert.Equal(16u, device.ReadRegister(Residual));
    }

    [Fact]
    public void A_second_doorbell_gives_the_transfer_up()
    {
        BlockDevice device = Create();
        device.WriteDescriptor(0, Element(0x1000, 16));
        device.WriteRegister(DescriptorCount, 1);

        Ring(device, BlockDeviceCommand.ReadMedium);
        Ring(device, BlockDeviceCommand.ReadMedium);
        _machine.RunUntilIdle();

        Assert.Equal((uint)BlockDeviceError.DoorbellWhileBusy, device.ReadRegister(Error));
        Assert.Equal(1, _interrupts);
    }

    [Fact]
    public void Reset_abandons_the_transfer_and_clears_the_device()
    {
        BlockDevice device = Create();
        device.WriteDescriptor(0, Element(0x1000, 16));
        device.WriteRegister(DescriptorCount, 1);
        Ring(device, BlockDeviceCommand.ReadMedium);

        device.WriteRegister(Control, (uint)BlockDeviceControl.Reset);
        _machine.RunUntilIdle();

        Assert.Equal(0, _interrupts);
        Assert.All(Enum.GetValues<BlockDeviceRegister>(), register => Assert.Equal(0u, device.ReadRegister(register)));
        Assert.Equal(BlockDeviceError.DescriptorLength, RunTransfer(device, default(ScatterGatherElement)));
    }

    [Fact]
    public void A_device_without_scatter_gather_takes_its_element_from_registers()
    {
        BlockDevice device = Create(new() { ScatterGather = false, AddressBits = 32 });
        device.WriteRegister(AddressLow, 0x1000);
        device.WriteRegister(AddressHigh, 1);
        device.WriteRegister(Length, 40);

        Ring(device, BlockDeviceCommand.ReadMedium);
        _machine.RunUntilIdle();

        Assert.Equal((uint)BlockDeviceError.DescriptorReach, device.ReadRegister(Error));
        Assert.Equal(40u, device.ReadRegister(Residual));
    }

    [Theory]
    [InlineData(0u, 64, 1u, 0, "MaximumElements")]
    [InlineData(1025u, 64, 1u, 0, "MaximumElements")]
    [InlineData(1u, 48, 1u, 0, "AddressBits")]
    [InlineData(1u, 64, 0u, 0, "Alignment")]
    [InlineData(1u, 64, 3u, 0, "Alignment")]
    [InlineData(1u, 64, 8192u, 0, "Alignment")]
    [InlineData(1u, 64, 1u, -1, "TransferTime")]
    public void Hardware_that_cannot_exist_is_refused(uint elements, int bits, uint alignment, long time, string option)
    {
        var options = new BlockDeviceOptions { MaximumElements = elements, AddressBits = bits, Alignment = alignment, TransferTime = time };

        Assert.Throws<ArgumentOutOfRangeException>(option, () => new BlockDevice(_machine, _medium, options));
    }

    private static ScatterGatherElement Element(long address, uint length) => new(new(address), length);

    private static void Ring(BlockDevice device, BlockDeviceCommand command) => device.WriteRegister(Doorbell, (uint)command);

    private BlockDevice Create(BlockDeviceOptions? options = null)
    {
        var device = new BlockDevice(_machine, _medium, options);
        device.WriteRegister(Control, (uint)BlockDeviceControl.InterruptEnable);
        _machine.System.Interrupts.Connect(new(device.Options.InterruptVector, (Kirql)7, (_, _) => ++_interrupts > 0, null));
        return device;
    }

    private BlockDeviceError RunTransfer(BlockDevice device, params ScatterGatherElement[] elements)
    {
        for (uint i = 0; i < elements.Length; i++)
            device.WriteDescriptor(i, elements[i]);
        device.WriteRegister(DescriptorCount, (uint)elements.Length);
        Ring(device, BlockDeviceCommand.ReadMedium);
        _machine.RunUntilIdle();
        return (BlockDeviceError)device.ReadRegister(Error);
    }
}
