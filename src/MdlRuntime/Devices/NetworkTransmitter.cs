namespace MdlRuntime.Devices;

/// <summary>Takes packets out of memory, one at a time, and puts them on the wire.</summary>
internal sealed class NetworkTransmitter(NetworkDevice device, NetworkReceiver receiver) : TimedEvent
{
    private readonly byte[] _packet = new byte[device.Options.MaximumPacket];

    public NetworkRing Ring { get; } = new(device);

    public uint Sent { get; private set; }

    public bool IsBusy => Pending != 0;

    /// <summary>Looks whether there is something to send.</summary>
    public void Start()
    {
        if (device.IsRunning && !IsBusy && !Ring.IsEmpty)
            device.System.Scheduler.Schedule(this, device.Options.TransmitTime);
    }

    public void Reset()
    {
        Scheduler.Cancel(this);
        Ring.Reset();
        Sent = 0;
    }

    internal override void Fire()
    {
        if (!Ring.TryTake(out NetworkDeviceError error))
        {
            if (error != NetworkDeviceError.None)
                device.Halt(error);
            return;
        }

        error = TryFetch(out uint length);
        device.System.Trace("NetworkDevice.Transmit", device, length, (ulong)Ring.Group.Length, (ulong)error);
        NetworkDeviceError ringError = Ring.GiveBack(length, error == NetworkDeviceError.None ? NetworkDescriptorFlags.None : NetworkDescriptorFlags.Failed);
        if (ringError != NetworkDeviceError.None)
        {
            device.Halt(ringError);
            return;
        }

        if (error == NetworkDeviceError.None)
        {
            Sent++;
            receiver.Accept(_packet.AsSpan(0, (int)length));
        }
        else
        {
            device.Fail(error);
        }

        device.Interrupts.Raise(NetworkDeviceInterrupts.Transmitted);
        Start();
    }

    private NetworkDeviceError TryFetch(out uint length)
    {
        length = 0;
        foreach (NetworkDescriptor descriptor in Ring.Group)
        {
            NetworkDeviceError error = device.Check(descriptor);
            if (error == NetworkDeviceError.None && descriptor.Length > (uint)_packet.Length - length)
                error = NetworkDeviceError.DescriptorLength;
            if (error == NetworkDeviceError.None && !device.TryRead(descriptor.Address, _packet.AsSpan((int)length, (int)descriptor.Length)))
                error = NetworkDeviceError.BusFault;
            if (error != NetworkDeviceError.None)
            {
                length = 0;
                return error;
            }

            length += descriptor.Length;
        }

        return NetworkDeviceError.None;
    }
}
