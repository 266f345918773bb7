namespace MdlRuntime.Devices;

/// <summary>Takes packets from the wire, in the order in which they were sent, and puts each into the next receive buffer.</summary>
internal sealed class NetworkReceiver(NetworkDevice device) : TimedEvent
{
    /// <summary>The packets on the wire and when they arrive.</summary>
    private readonly Queue<(byte[] Bytes, int Length, long Arrival)> _wire = new();

    // Reused, so that a warm packet allocates nothing here.
    private readonly Stack<byte[]> _spare = new();

    public NetworkRing Ring { get; } = new(device);

    public uint Received { get; private set; }

    public uint Dropped { get; private set; }

    public bool IsBusy => _wire.Count > 0;

    /// <summary>Puts a packet on the wire.</summary>
    public void Accept(ReadOnlySpan<byte> packet)
    {
        if (!_spare.TryPop(out byte[]? bytes))
            bytes = new byte[device.Options.MaximumPacket];
        packet.CopyTo(bytes);
        _wire.Enqueue((bytes, packet.Length, device.System.Scheduler.Now + device.Options.LoopTime));
        if (Pending == 0)
            device.System.Scheduler.Schedule(this, device.Options.LoopTime);
    }

    /// <summary>Gives all buffers back unused.</summary>
    public void ReturnBuffers()
    {
        NetworkDeviceError error;
        while (Ring.TryTake(out error))
        {
            error = Ring.GiveBack(0, NetworkDescriptorFlags.Returned);
            if (error != NetworkDeviceError.None)
                break;
        }

        if (error != NetworkDeviceError.None)
            device.Halt(error);
        else
            device.Interrupts.Raise(NetworkDeviceInterrupts.Received);
    }

    public void Reset()
    {
        Scheduler.Cancel(this);
        while (_wire.TryDequeue(out (byte[] Bytes, int, long) packet))
            _spare.Push(packet.Bytes);
        Ring.Reset();
        (Received, Dropped) = (0, 0);
    }

    internal override void Fire()
    {
        (byte[] bytes, int length, _) = _wire.Dequeue();
        if (device.IsRunning)
            Deliver(bytes.AsSpan(0, length));
        _spare.Push(bytes);
        if (_wire.TryPeek(out (byte[], int, long Arrival) next))
            device.System.Scheduler.Schedule(this, next.Arrival - device.System.Scheduler.Now);
    }

    private void Deliver(ReadOnlySpan<byte> packet)
    {
        bool hasBuffer = Ring.TryTake(out NetworkDeviceError error);
        if (error != NetworkDeviceError.None)
        {
            device.Halt(error);
            return;
        }

        if (!hasBuffer)
        {
            Dropped++;
            device.System.Trace("NetworkDevice.Drop", device, (ulong)packet.Length);
            device.Interrupts.Raise(NetworkDeviceInterrupts.Overrun);
            return;
        }

        error = TryStore(packet, out uint stored);
        device.System.Trace("NetworkDevice.Receive", device, stored, (ulong)Ring.Group.Length, (ulong)error);
        NetworkDescriptorFlags outcome = error != NetworkDeviceError.None ? NetworkDescriptorFlags.Failed
            : stored < (uint)packet.Length ? NetworkDescriptorFlags.Truncated
            : NetworkDescriptorFlags.None;
        NetworkDeviceError ringError = Ring.GiveBack(stored, outcome);
        if (ringError != NetworkDeviceError.None)
        {
            device.Halt(ringError);
            return;
        }

        if (error == NetworkDeviceError.None)
            Received++;
        else
            device.Fail(error);
        device.Interrupts.Raise(NetworkDeviceInterrupts.Received);
    }

    private NetworkDeviceError TryStore(ReadOnlySpan<byte> packet, out uint stored)
    {
        stored = 0;
        foreach (NetworkDescriptor descriptor in Ring.Group)
        {
            NetworkDeviceError error = device.Check(descriptor);
            int piece = Math.Min((int)Math.Min(descriptor.Length, int.MaxValue), packet.Length - (int)stored);
            if (error == NetworkDeviceError.None && !device.TryWrite(descriptor.Address, packet.Slice((int)stored, piece)))
                error = NetworkDeviceError.BusFault;
            if (error != NetworkDeviceError.None)
            {
                stored = 0;
                return error;
            }

            stored += (uint)piece;
        }

        return NetworkDeviceError.None;
    }
}
