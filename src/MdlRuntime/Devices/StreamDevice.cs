using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>
/// A device on the system DMA controller whose medium keeps its own pace: a tape drive, or a sound channel. Its driver has MapTransfer program
/// the channel, rings the doorbell, and is interrupted when the bytes have moved.
/// </summary>
/// <remarks>
/// <para>
/// The medium fills or empties a FIFO every <see cref="StreamDeviceOptions.FifoTime"/>, and the device asks its channel for the other side. A
/// channel that has not moved what the FIFO holds when the medium comes round again ends the transfer with an overrun or underrun: so the channel
/// is programmed before the doorbell rings, and for at least as many bytes. The end of the medium is no error: the bytes beyond it stay in the residual.
/// </para>
/// <para>
/// A transfer without a length goes with a channel in auto-initialize mode: the device interrupts after every
/// <see cref="StreamDeviceRegister.BlockLength"/> bytes, until it is told to stop.
/// </para>
/// <para>
/// Registers may be used at any IRQL, by code of the machine and by the host between runs. A <see cref="RegisterWindow"/> over the device
/// gives them physical addresses: a driver then maps them with MmMapIoSpace and accesses 32 bits at a time; other accesses read zero and are lost.
/// </para>
/// </remarks>
public sealed class StreamDevice : IDeviceRegisters
{
    private readonly Machine _machine;
    private readonly InterruptLine _interrupt;
    private readonly StreamTransfer _transfer;
    private StreamDeviceControl _control;
    private StreamDeviceInterrupts _pending;
    private StreamDeviceError _error;
    private uint _blockLength;
    private uint _length;
    private uint _residual;

    /// <summary>Builds a device into a machine.</summary>
    /// <param name="machine">The machine, for its time, its interrupt controller and its DMA controller.</param>
    /// <param name="medium">Where the bytes are: read and written at its own position, and owned by the caller.</param>
    /// <param name="options">What the hardware can do; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public StreamDevice(Machine machine, Stream medium, StreamDeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(medium);
        Options = options ?? new();
        Options.Validate();
        _interrupt = InterruptLine.ForVector(machine, Options.InterruptVector);
        _machine = machine;
        _transfer = new(this, DmaRequestLine.ForChannel(machine, Options.DmaChannel), medium);
    }

    /// <summary>What the hardware can do.</summary>
    public StreamDeviceOptions Options { get; }

    internal KernelSystem System => _machine.System;

    private bool IsRunning => _transfer.Pending != 0;

    /// <summary>Reads a register.</summary>
    /// <param name="register">The register.</param>
    /// <returns>Its 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public uint ReadRegister(StreamDeviceRegister register) => register switch
    {
        StreamDeviceRegister.Control => (uint)_control,
        StreamDeviceRegister.Status => (uint)(IsRunning ? StreamDeviceStatus.Running : StreamDeviceStatus.Idle),
        StreamDeviceRegister.InterruptStatus => (uint)_pending,
        StreamDeviceRegister.Error => (uint)_error,
        StreamDeviceRegister.Residual => _residual,
        StreamDeviceRegister.BlockLength => _blockLength,
        StreamDeviceRegister.Length => _length,
        StreamDeviceRegister.FifoLevel => (uint)_transfer.FifoLevel,
        StreamDeviceRegister.Doorbell => 0,
        _ => throw NoSuchRegister(register),
    };

    /// <summary>Writes a register. A write to a read-only register has no effect.</summary>
    /// <param name="register">The register.</param>
    /// <param name="value">Its 32 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public void WriteRegister(StreamDeviceRegister register, uint value)
    {
        switch (register)
        {
            case StreamDeviceRegister.Control:
                SetControl((StreamDeviceControl)value);
                break;
            case StreamDeviceRegister.InterruptStatus:
                _pending &= ~(StreamDeviceInterrupts)value;
                break;
            case StreamDeviceRegister.BlockLength:
                _blockLength = value;
                break;
            case StreamDeviceRegister.Length:
                _length = value;
                break;
            case StreamDeviceRegister.Doorbell:
                Ring((StreamDeviceCommand)value);
                break;
            case StreamDeviceRegister.Status or StreamDeviceRegister.Error or StreamDeviceRegister.Residual or StreamDeviceRegister.FifoLevel:
                break;
            default:
                throw NoSuchRegister(register);
        }
    }

    ulong IDeviceRegisters.Read(ulong offset, int size) => IsRegister(offset, size) ? ReadRegister((StreamDeviceRegister)offset) : 0;

    void IDeviceRegisters.Write(ulong offset, int size, ulong value)
    {
        if (IsRegister(offset, size))
            WriteRegister((StreamDeviceRegister)offset, (uint)value);
    }

    /// <summary>Tells the driver about a block in the middle of a transfer.</summary>
    internal void FinishBlock() => Interrupt(StreamDeviceInterrupts.BlockDone);

    /// <summary>Takes the result of the transfer that has just ended.</summary>
    internal void Finish(StreamDeviceError error, uint residual)
    {
        (_error, _residual) = (error, residual);
        Interrupt(error == StreamDeviceError.None ? StreamDeviceInterrupts.TransferDone : StreamDeviceInterrupts.TransferFailed);
    }

    private void Interrupt(StreamDeviceInterrupts reason)
    {
        _pending |= reason;
        if ((_control & StreamDeviceControl.InterruptEnable) != 0)
            _interrupt.Assert();
    }

    private void Ring(StreamDeviceCommand command)
    {
        System.Trace("StreamDevice.Doorbell", this, (ulong)command, _length, _blockLength);
        bool wasRunning = IsRunning;
        if (command == StreamDeviceCommand.Stop || wasRunning)
            _transfer.Halt();
        if (command == StreamDeviceCommand.Stop)
            return;

        (_error, _residual) = (StreamDeviceError.None, 0);
        if (wasRunning)
            Finish(StreamDeviceError.DoorbellWhileBusy, _transfer.Rest);
        else if (command is StreamDeviceCommand.ReadMedium or StreamDeviceCommand.WriteMedium)
            _transfer.Start(command, _length, _blockLength);
        else
            Finish(StreamDeviceError.UnknownCommand, _length);
    }

    private void SetControl(StreamDeviceControl control)
    {
        if ((control & StreamDeviceControl.Reset) == 0)
        {
            _control = control & StreamDeviceControl.InterruptEnable;
            return;
        }

        _transfer.Halt();
        (_control, _pending, _error) = (StreamDeviceControl.None, StreamDeviceInterrupts.None, StreamDeviceError.None);
        (_blockLength, _length, _residual) = (0, 0, 0);
    }

    private static bool IsRegister(ulong offset, int size) =>
        size == sizeof(uint) && offset % sizeof(uint) == 0 && offset <= (ulong)StreamDeviceRegister.Doorbell;

    private static ArgumentOutOfRangeException NoSuchRegister(StreamDeviceRegister register) => new(
        nameof(register), register, $"allowed: {string.Join(", ", Enum.GetNames<StreamDeviceRegister>())}");
}
