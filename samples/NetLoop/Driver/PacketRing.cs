using System.Diagnostics.CodeAnalysis;
using MdlRuntime.Devices;

namespace NetLoop;

/// <summary>
/// The packets of one direction. They wait here, unmapped, until the ring has room; then each is mapped with a scatter/gather list of its own and
/// handed to the device, several at a time.
/// </summary>
/// <param name="net">The device.</param>
/// <param name="firstRegister">The first of the ring's registers.</param>
/// <param name="size">Descriptors of the ring.</param>
/// <param name="limit">Packets that may be mapped at a time; the ring holds as many, of whatever shape.</param>
internal sealed class PacketRing(NetExtension net, NetworkDeviceRegister firstRegister, uint size, uint limit)
{
    private readonly KSpinLock _lock = new();
    private readonly DescriptorRing _ring = new(size);

    // Protected by the lock, as the ring is.

    private readonly LinkedList<Packet> _waiting = new();

    /// <summary>Taken from the waiting ones and not finished, mapped or about to be.</summary>
    private readonly List<Packet> _active = [];

    /// <summary>Those of them that the device has, in its order.</summary>
    private readonly Queue<Packet> _posted = new();
    private bool _isClosed;

    public bool TryAllocate()
    {
        KeInitializeSpinLock(_lock);
        return _ring.TryAllocate(net.Adapter);
    }

    public void Free() => _ring.Free(net.Adapter);

    /// <summary>Tells the device where the ring is.</summary>
    public void Program()
    {
        net.Write(Register(NetworkDeviceRegister.TransmitBaseLow), _ring.Logical.LowPart);
        net.Write(Register(NetworkDeviceRegister.TransmitBaseHigh), (uint)_ring.Logical.HighPart);
        net.Write(Register(NetworkDeviceRegister.TransmitSize), _ring.Size);
    }

    /// <summary>Takes a packet whose request is marked pending. IRQL at most DISPATCH_LEVEL.</summary>
    public void Submit(Packet packet)
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        bool isRefused = _isClosed || !packet.WriteToDevice && !TryMakeCancelable(packet.Irp);
        if (!isRefused)
            _waiting.AddLast(packet);
        KeReleaseSpinLock(_lock, irql);

        if (isRefused)
            NetRequests.Finish(net, packet, STATUS_CANCELLED, transferred: 0);
        else
            StartWaiting();
    }

    /// <summary>Finishes what the device has given back, and lets others take its place. IRQL DISPATCH_LEVEL.</summary>
    public void Reap()
    {
        while (TryReap(out Packet? packet, out uint moved, out NetworkDescriptorFlags outcome))
        {
            NtStatus status = StatusOf(outcome);
            Unmap(packet);
            NetRequests.Finish(net, packet, status, NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW ? moved : 0);
        }

        StartWaiting();
    }

    /// <summary>Ends every packet that the device had before it was reset. IRQL DISPATCH_LEVEL.</summary>
    public void FailAll()
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        Packet[] lost = [.. _posted];
        _posted.Clear();
        foreach (Packet packet in lost)
            _active.Remove(packet);
        _ring.Clear();
        KeReleaseSpinLock(_lock, irql);

        foreach (Packet packet in lost)
        {
            Unmap(packet);
            NetRequests.Finish(net, packet, STATUS_IO_DEVICE_ERROR, transferred: 0);
        }

        StartWaiting();
    }

    /// <summary>Lets no packet in any more, and ends those that are here.</summary>
    public void Close()
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        _isClosed = true;
        KeReleaseSpinLock(_lock, irql);
        Abort(_ => true);
    }

    /// <summary>Ends the packets of some requests: at once where they wait, and when the device has given them back where it has them.</summary>
    public void Abort(Func<Packet, bool> isMeant)
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        Packet[] waiting = TakeWaiting(isMeant, out bool isActive);
        KeReleaseSpinLock(_lock, irql);
        EndAborted(waiting, isActive);
    }

    /// <summary>Cancel routine of a read; called with the cancel spin lock held.</summary>
    private void Cancel(DeviceObject device, Irp irp)
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        Packet[] waiting = TakeWaiting(packet => packet.Irp == irp, out bool isActive);
        KeReleaseSpinLock(_lock, irql);
        IoReleaseCancelSpinLock(irp.CancelIrql);
        EndAborted(waiting, isActive);
    }

    private bool TryMakeCancelable(Irp irp)
    {
        IoSetCancelRoutine(irp, Cancel);
        // Cancelled before there was a routine to call: then it is ours to complete, unless the routine has been called after all.
        return !irp.Cancel || IoSetCancelRoutine(irp, null) is null;
    }

    private Packet[] TakeWaiting(Func<Packet, bool> isMeant, out bool isActive)
    {
        Packet[] waiting = [.. _waiting.Where(isMeant)];
        foreach (Packet packet in waiting)
            _waiting.Remove(packet);
        isActive = false;
        foreach (Packet packet in _active.Where(isMeant))
            isActive = packet.IsAborted = true;
        return waiting;
    }

    private void EndAborted(Packet[] waiting, bool isActive)
    {
        foreach (Packet packet in waiting)
            NetRequests.Finish(net, packet, STATUS_CANCELLED, transferred: 0);
        // The device gives all buffers back; those that are still wanted are handed over again.
        if (isActive)
            net.Write(NetworkDeviceRegister.Command, (uint)NetworkDeviceCommand.ReturnReceiveBuffers);
    }

    /// <summary>Maps waiting packets as long as there is room. IRQL at most DISPATCH_LEVEL.</summary>
    private void StartWaiting()
    {
        KeRaiseIrql(DISPATCH_LEVEL, out Kirql irql);
        while (TryBegin(out Packet? packet))
        {
            Mdl mdl = packet.Mdl;
            KeFlushIoBuffers(mdl, readOperation: !packet.WriteToDevice, dmaOperation: true);
            // AdapterListControl may run before this returns, and the packet may be gone then.
            NtStatus status = net.Adapter.GetScatterGatherList(
                net.Device, mdl, MmGetMdlVirtualAddress(mdl), packet.Length, AdapterListControl, packet, packet.WriteToDevice);
            if (NT_SUCCESS(status))
                continue;

            End(packet);
            NetRequests.Finish(net, packet, status, transferred: 0);
        }

        KeLowerIrql(irql);
    }

    /// <summary>Runs once per packet, when its map registers are granted. Other packets may be under way.</summary>
    private void AdapterListControl(DeviceObject device, Irp? irp, ScatterGatherList list, object? context)
    {
        var packet = (Packet)context!;
        KeAcquireSpinLock(_lock, out Kirql irql);
        packet.List = list;
        bool isAborted = packet.IsAborted;
        if (!isAborted)
            Post(packet);
        KeReleaseSpinLock(_lock, irql);
        if (!isAborted)
            return;

        End(packet);
        Unmap(packet);
        NetRequests.Finish(net, packet, STATUS_CANCELLED, transferred: 0);
    }

    private bool TryBegin([NotNullWhen(true)] out Packet? packet)
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        packet = _active.Count < (int)limit ? _waiting.First?.Value : null;
        if (packet is not null)
        {
            _waiting.RemoveFirst();
            _active.Add(packet);
        }

        KeReleaseSpinLock(_lock, irql);
        return packet is not null;
    }

    private bool TryReap([NotNullWhen(true)] out Packet? packet, out uint moved, out NetworkDescriptorFlags outcome)
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        (moved, outcome) = (0, NetworkDescriptorFlags.None);
        while (_posted.TryPeek(out packet))
        {
            outcome = _ring.Outcome(packet);
            if ((outcome & NetworkDescriptorFlags.Owned) != 0)
            {
                packet = null;
                break;
            }

            _posted.Dequeue();
            bool isWanted = (outcome & NetworkDescriptorFlags.Returned) != 0 && !packet.IsAborted;
            if (!isWanted)
            {
                moved = _ring.Moved(packet);
                _active.Remove(packet);
                break;
            }

            Post(packet);
        }

        KeReleaseSpinLock(_lock, irql);
        return packet is not null;
    }

    /// <summary>Hands a mapped packet to the device. The lock is held.</summary>
    private void Post(Packet packet)
    {
        _ring.Add(packet, packet.List!);
        _posted.Enqueue(packet);
        net.Write(Register(NetworkDeviceRegister.TransmitProducer), _ring.Producer);
    }

    private void End(Packet packet)
    {
        KeAcquireSpinLock(_lock, out Kirql irql);
        _active.Remove(packet);
        KeReleaseSpinLock(_lock, irql);
    }

    /// <summary>What the device wrote becomes visible now. Without the lock: others may get the map registers inside the call.</summary>
    private void Unmap(Packet packet)
    {
        net.Adapter.PutScatterGatherList(packet.List!, packet.WriteToDevice);
        packet.List = null;
    }

    /// <summary>The register of this ring that corresponds to one of the transmit ring.</summary>
    private NetworkDeviceRegister Register(NetworkDeviceRegister ofTransmitRing) =>
        firstRegister + (uint)(ofTransmitRing - NetworkDeviceRegister.TransmitBaseLow);

    private static NtStatus StatusOf(NetworkDescriptorFlags outcome) =>
        (outcome & NetworkDescriptorFlags.Returned) != 0 ? STATUS_CANCELLED
        : (outcome & NetworkDescriptorFlags.Failed) != 0 ? STATUS_IO_DEVICE_ERROR
        : (outcome & NetworkDescriptorFlags.Truncated) != 0 ? STATUS_BUFFER_OVERFLOW
        : STATUS_SUCCESS;
}
