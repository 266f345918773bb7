using MdlRuntime.Simulation;
using static MdlRuntime.Devices.NetworkDeviceRegister;

namespace MdlRuntime.Devices;

/// <summary>
/// A bus-master network device whose wire is a loop: what it sends, it receives. It works on two rings of <see cref="NetworkDescriptor"/> in a common
/// buffer, and moves packets between the wire and the logical addresses that the descriptors name.
/// </summary>
/// <remarks>
/// <para>
/// The driver fills descriptors, sets <see cref="NetworkDescriptorFlags.Owned"/> in each, and moves the producer register behind the last one. A ring of
/// n descriptors takes n - 1. A packet, or a buffer for one, is as many descriptors as it has pieces; the last is marked. The device gives them back in
/// order: it clears Owned, notes in a receive descriptor how many bytes it stored, and says in the last one what became of the packet. It then sets a
/// bit of <see cref="InterruptStatus"/> and asserts its interrupt line, <see cref="NetworkDeviceOptions.InterruptDelay"/> later and once for all
/// causes of that time.
/// </para>
/// <para>
/// A packet takes <see cref="NetworkDeviceOptions.TransmitTime"/> to be sent, and arrives <see cref="NetworkDeviceOptions.LoopTime"/> later; without a
/// buffer it is dropped then. An error of one packet fails that packet; an error of a ring halts the device.
/// </para>
/// <para>
/// Registers may be used at any IRQL, by code of the machine and by the host between runs. A <see cref="RegisterWindow"/> over the device
/// gives them physical addresses: a driver then maps them with MmMapIoSpace and accesses 32 bits at a time; other accesses read zero and are lost.
/// </para>
/// </remarks>
public sealed class NetworkDevice : IDeviceRegisters
{
    private readonly Machine _machine;
    private readonly NetworkTransmitter _transmitter;
    private readonly NetworkReceiver _receiver;
    private BusPort? _bus;
    private NetworkDeviceControl _control;
    private NetworkDeviceError _error;
    private bool _isHalted;

    /// <summary>Builds a device into a machine.</summary>
    /// <param name="machine">The machine, for its time and its interrupt controller.</param>
    /// <param name="options">What the hardware can do; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public NetworkDevice(Machine machine, NetworkDeviceOptions? options = null)
    {
        Options = options ?? new();
        Options.Validate();
        Interrupts = new(this, InterruptLine.ForVector(machine, Options.InterruptVector), Options.InterruptDelay);
        _machine = machine;
        _receiver = new(this);
        _transmitter = new(this, _receiver);
    }

    /// <summary>What the hardware can do.</summary>
    public NetworkDeviceOptions Options { get; }

    /// <summary>The device's way to memory; null while it has none, and the use of a ring then ends with <see cref="NetworkDeviceError.RingFault"/>.</summary>
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

    internal NetworkInterrupts Interrupts { get; }

    internal bool IsRunning => (_control & NetworkDeviceControl.Enable) != 0 && !_isHalted;

    /// <summary>Reads a register.</summary>
    /// <param name="register">The register.</param>
    /// <returns>Its 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public uint ReadRegister(NetworkDeviceRegister register) => register switch
    {
        Control => (uint)_control,
        Status => (uint)CurrentStatus,
        InterruptStatus => (uint)Interrupts.Causes,
        Error => (uint)_error,
        TransmitBaseLow => (uint)_transmitter.Ring.Base,
        TransmitBaseHigh => (uint)(_transmitter.Ring.Base >> 32),
        TransmitSize => _transmitter.Ring.Size,
        TransmitProducer => _transmitter.Ring.Producer,
        TransmitConsumer => _transmitter.Ring.Consumer,
        ReceiveBaseLow => (uint)_receiver.Ring.Base,
        ReceiveBaseHigh => (uint)(_receiver.Ring.Base >> 32),
        ReceiveSize => _receiver.Ring.Size,
        ReceiveProducer => _receiver.Ring.Producer,
        ReceiveConsumer => _receiver.Ring.Consumer,
        PacketsSent => _transmitter.Sent,
        PacketsReceived => _receiver.Received,
        PacketsDropped => _receiver.Dropped,
        Command => 0,
        _ => throw NoSuchRegister(register),
    };

    /// <summary>Writes a register. A write to a read-only register has no effect.</summary>
    /// <param name="register">The register.</param>
    /// <param name="value">Its 32 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public void WriteRegister(NetworkDeviceRegister register, uint value)
    {
        switch (register)
        {
            case Control:
                SetControl((NetworkDeviceControl)value);
                break;
            case InterruptStatus:
                Interrupts.Acknowledge((NetworkDeviceInterrupts)value);
                break;
            case Error:
                _error = NetworkDeviceError.None;
                break;
            case TransmitProducer:
                _transmitter.Ring.Producer = value;
                _transmitter.Start();
                break;
            case ReceiveProducer:
                _receiver.Ring.Producer = value;
                break;
            case Command:
                Execute((NetworkDeviceCommand)value);
                break;
            case TransmitBaseLow or TransmitBaseHigh or TransmitSize:
                SetRing(_transmitter.Ring, register - TransmitBaseLow, value);
                break;
            case ReceiveBaseLow or ReceiveBaseHigh or ReceiveSize:
                SetRing(_receiver.Ring, register - ReceiveBaseLow, value);
                break;
            case Status or TransmitConsumer or ReceiveConsumer or PacketsSent or PacketsReceived or PacketsDropped:
                break;
            default:
                throw NoSuchRegister(register);
        }
    }

    ulong IDeviceRegisters.Read(ulong offset, int size) => IsRegister(offset, size) ? ReadRegister((NetworkDeviceRegister)offset) : 0;

    void IDeviceRegisters.Write(ulong offset, int size, ulong value)
    {
        if (IsRegister(offset, size))
            WriteRegister((NetworkDeviceRegister)offset, (uint)value);
    }

    internal void Fail(NetworkDeviceError error)
    {
        _error = error;
        Interrupts.Raise(NetworkDeviceInterrupts.Failed);
    }

    internal void Halt(NetworkDeviceError error)
    {
        System.Trace("NetworkDevice.Halt", this, (ulong)error);
        _isHalted = true;
        Fail(error);
    }

    /// <summary>What the device can tell from a descriptor alone.</summary>
    internal NetworkDeviceError Check(in NetworkDescriptor descriptor)
    {
        ulong address = (ulong)descriptor.Address.QuadPart, highest = Options.HighestAddress;
        if (descriptor.Length == 0)
            return NetworkDeviceError.DescriptorLength;
        return address > highest || highest - address < descriptor.Length - 1 ? NetworkDeviceError.DescriptorReach : NetworkDeviceError.None;
    }

    internal bool TryRead(PhysicalAddress address, Span<byte> bytes)
    {
        try
        {
            Bus!.Read(address, bytes);
            return true;
        }
        catch (BusFaultException)
        {
            return false;
        }
    }

    internal bool TryWrite(PhysicalAddress address, ReadOnlySpan<byte> bytes)
    {
        try
        {
            Bus!.Write(address, bytes);
            return true;
        }
        catch (BusFaultException)
        {
            return false;
        }
    }

    private NetworkDeviceStatus CurrentStatus =>
        (_isHalted ? NetworkDeviceStatus.Halted : NetworkDeviceStatus.Idle)
        | (_transmitter.IsBusy || _receiver.IsBusy ? NetworkDeviceStatus.Busy : NetworkDeviceStatus.Idle);

    private void SetControl(NetworkDeviceControl control)
    {
        if ((control & NetworkDeviceControl.Reset) == 0)
        {
            _control = control & (NetworkDeviceControl.Enable | NetworkDeviceControl.InterruptEnable);
            Interrupts.Enable((control & NetworkDeviceControl.InterruptEnable) != 0);
            _transmitter.Start();
            return;
        }

        _transmitter.Reset();
        _receiver.Reset();
        Interrupts.Reset();
        (_control, _error, _isHalted) = (NetworkDeviceControl.None, NetworkDeviceError.None, false);
    }

    private void Execute(NetworkDeviceCommand command)
    {
        System.Trace("NetworkDevice.Command", this, (ulong)command);
        if (command != NetworkDeviceCommand.ReturnReceiveBuffers)
            Fail(NetworkDeviceError.UnknownCommand);
        else if (IsRunning)
            _receiver.ReturnBuffers();
    }

    private static void SetRing(NetworkRing ring, uint offset, uint value)
    {
        switch (offset)
        {
            case 0:
                ring.Base = (ring.Base & ~(ulong)uint.MaxValue) | value;
                break;
            case TransmitBaseHigh - TransmitBaseLow:
                ring.Base = (uint)ring.Base | ((ulong)value << 32);
                break;
            default:
                ring.Size = value;
                break;
        }
    }

    private static bool IsRegister(ulong offset, int size) => size == sizeof(uint) && offset % sizeof(uint) == 0 && offset <= (ulong)Command;

    private static ArgumentOutOfRangeException NoSuchRegister(NetworkDeviceRegister register) => new(
        nameof(register), register, $"allowed: {string.Join(", ", Enum.GetNames<NetworkDeviceRegister>())}");
}
