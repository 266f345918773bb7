using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>
/// A bus-master storage device. Its driver programs registers, rings the doorbell, and is interrupted when the bytes have moved
/// between the medium and the logical addresses it was given.
/// </summary>
/// <remarks>
/// <para>
/// The device takes over the registers and descriptors at the doorbell; the transfer happens <see cref="BlockDeviceOptions.TransferTime"/>
/// later. It then sets <see cref="BlockDeviceRegister.Error"/>, <see cref="BlockDeviceRegister.Residual"/> and a bit of
/// <see cref="BlockDeviceRegister.InterruptStatus"/>, and asserts its interrupt line once if <see cref="BlockDeviceControl.InterruptEnable"/> is set.
/// The end of the medium is no error: the bytes beyond it stay in the residual.
/// </para>
/// <para>
/// Registers may be used at any IRQL, by code of the machine and by the host between runs. A <see cref="RegisterWindow"/> over the device
/// gives them physical addresses: a driver then maps them with MmMapIoSpace and accesses 32 bits at a time; other accesses read zero and are lost.
/// </para>
/// </remarks>
public sealed class BlockDevice : IDeviceRegisters
{
    private readonly Machine _machine;
    private readonly InterruptLine _interrupt;
    private readonly BlockTransfer _transfer;
    private readonly ScatterGatherElement[] _table;
    private BusPort? _bus;
    private BlockDeviceControl _control;
    private BlockDeviceInterrupts _pending;
    private BlockDeviceError _error;
    private ulong _mediumOffset;
    private ulong _address;
    private uint _length;
    private uint _descriptorCount;
    private uint _residual;

    /// <summary>Builds a device into a machine.</summary>
    /// <param name="machine">The machine, for its time and its interrupt controller.</param>
    /// <param name="medium">Where the bytes are; owned by the caller.</param>
    /// <param name="options">What the hardware can do; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public BlockDevice(Machine machine, IBlockMedium medium, BlockDeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(medium);
        Options = options ?? new();
        Options.Validate();
        _interrupt = InterruptLine.ForVector(machine, Options.InterruptVector);
        _machine = machine;
        _table = new ScatterGatherElement[Options.TableSize];
        _transfer = new(this, medium);
    }

    /// <summary>What the hardware can do.</summary>
    public BlockDeviceOptions Options { get; }

    /// <summary>The device's way to memory; null while it has none, and every transfer then ends with <see cref="BlockDeviceError.BusFault"/>.</summary>
    /// <remarks>
    /// On a real bus this wiring exists from the start. Here an adapter stands for it, so a driver sets it when it has got the
    /// adapter, and clears it before it gives the adapter back.
    /// </remarks>
    /// <exception cref="ArgumentException">The adapter belongs to another machine.</exception>
    public BusPort? Bus
    {
        get => _bus;
        set => _bus = value is null || value.System == System
            ? value
            : throw new ArgumentException("the adapter behind the port belongs to another machine", nameof(value));
    }

    internal KernelSystem System => _machine.System;

    private bool IsBusy => _transfer.Pending != 0;

    /// <summary>Reads a register.</summary>
    /// <param name="register">The register.</param>
    /// <returns>Its 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public uint ReadRegister(BlockDeviceRegister register) => register switch
    {
        BlockDeviceRegister.Control => (uint)_control,
        BlockDeviceRegister.Status => (uint)(IsBusy ? BlockDeviceStatus.Busy : BlockDeviceStatus.Idle),
        BlockDeviceRegister.InterruptStatus => (uint)_pending,
        BlockDeviceRegister.Error => (uint)_error,
        BlockDeviceRegister.Residual => _residual,
        BlockDeviceRegister.MediumOffsetLow => (uint)_mediumOffset,
        BlockDeviceRegister.MediumOffsetHigh => (uint)(_mediumOffset >> 32),
        BlockDeviceRegister.AddressLow => (uint)_address,
        BlockDeviceRegister.AddressHigh => (uint)(_address >> 32),
        BlockDeviceRegister.Length => _length,
        BlockDeviceRegister.DescriptorCount => _descriptorCount,
        BlockDeviceRegister.Doorbell => 0,
        _ => throw NoSuchRegister(register),
    };

    /// <summary>Writes a register. A write to a read-only register has no effect.</summary>
    /// <param name="register">The register.</param>
    /// <param name="value">Its 32 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public void WriteRegister(BlockDeviceRegister register, uint value)
    {
        switch (register)
        {
            case BlockDeviceRegister.Control:
                SetControl((BlockDeviceControl)value);
                break;
            case BlockDeviceRegister.InterruptStatus:
                _pending &= ~(BlockDeviceInterrupts)value;
                break;
            case BlockDeviceRegister.MediumOffsetLow:
                _mediumOffset = WithLow(_mediumOffset, value);
                break;
            case BlockDeviceRegister.MediumOffsetHigh:
                _mediumOffset = WithHigh(_mediumOffset, value);
                break;
            case BlockDeviceRegister.AddressLow:
                _address = WithLow(_address, value);
                break;
            case BlockDeviceRegister.AddressHigh:
                _address = WithHigh(_address, value);
                break;
            case BlockDeviceRegister.Length:
                _length = value;
                break;
            case BlockDeviceRegister.DescriptorCount:
                _descriptorCount = value;
                break;
            case BlockDeviceRegister.Doorbell:
                Ring((BlockDeviceCommand)value);
                break;
            case BlockDeviceRegister.Status or BlockDeviceRegister.Error or BlockDeviceRegister.Residual:
                break;
            default:
                throw NoSuchRegister(register);
        }
    }

    /// <summary>Writes one descriptor of the table: a run of logical addresses that the device fills or reads in one piece.</summary>
    /// <param name="index">Place in the table, from 0. A write beyond <see cref="BlockDeviceOptions.MaximumElements"/> is lost, and a transfer of so many descriptors fails.</param>
    /// <param name="element">Logical address and length in bytes.</param>
    public void WriteDescriptor(uint index, ScatterGatherElement element)
    {
        if (Options.ScatterGather && index < (uint)_table.Length)
            _table[index] = element;
    }

    ulong IDeviceRegisters.Read(ulong offset, int size) => IsRegister(offset, size) ? ReadRegister((BlockDeviceRegister)offset) : 0;

    void IDeviceRegisters.Write(ulong offset, int size, ulong value)
    {
        if (IsRegister(offset, size))
            WriteRegister((BlockDeviceRegister)offset, (uint)value);
    }

    /// <summary>Takes the result of the transfer that has just ended.</summary>
    internal void Finish(BlockDeviceError error, uint residual)
    {
        (_error, _residual) = (error, residual);
        _pending |= error == BlockDeviceError.None ? BlockDeviceInterrupts.TransferDone : BlockDeviceInterrupts.TransferFailed;
        if ((_control & BlockDeviceControl.InterruptEnable) != 0)
            _interrupt.Assert();
    }

    private void Ring(BlockDeviceCommand command)
    {
        System.Trace("BlockDevice.Doorbell", this, (ulong)command, _mediumOffset, Options.ScatterGather ? _descriptorCount : 1);
        if (IsBusy)
        {
            _transfer.GiveUp(BlockDeviceError.DoorbellWhileBusy);
            return;
        }

        _error = BlockDeviceError.None;
        if (Options.ScatterGather)
        {
            _transfer.Latch(command, _mediumOffset, _table, _descriptorCount);
        }
        else
        {
            _table[0] = new(new((long)_address), _length);
            _transfer.Latch(command, _mediumOffset, _table, 1);
        }

        System.Scheduler.Schedule(_transfer, Options.TransferTime);
    }

    private void SetControl(BlockDeviceControl control)
    {
        if ((control & BlockDeviceControl.Reset) == 0)
        {
            _control = control & BlockDeviceControl.InterruptEnable;
            return;
        }

        Scheduler.Cancel(_transfer);
        Array.Clear(_table);
        (_control, _pending, _error) = (BlockDeviceControl.None, BlockDeviceInterrupts.None, BlockDeviceError.None);
        (_mediumOffset, _address, _length, _descriptorCount, _residual) = (0, 0, 0, 0, 0);
    }

    private static bool IsRegister(ulong offset, int size) =>
        size == sizeof(uint) && offset % sizeof(uint) == 0 && offset <= (ulong)BlockDeviceRegister.Doorbell;

    private static ulong WithLow(ulong value, uint low) => (value & ~(ulong)uint.MaxValue) | low;

    private static ulong WithHigh(ulong value, uint high) => (uint)value | ((ulong)high << 32);

    private static ArgumentOutOfRangeException NoSuchRegister(BlockDeviceRegister register) => new(
        nameof(register), register, $"allowed: {string.Join(", ", Enum.GetNames<BlockDeviceRegister>())}");
}
