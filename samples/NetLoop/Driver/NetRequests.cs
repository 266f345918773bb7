namespace NetLoop;

/// <summary>Takes requests from the I/O manager, checks them, and completes them.</summary>
internal static class NetRequests
{
    public static NtStatus DispatchCreateClose(DeviceObject device, Irp irp) => Complete(irp, STATUS_SUCCESS, transferred: 0);

    /// <summary>The last handle is closed: nobody waits for the packets any more.</summary>
    public static NtStatus DispatchCleanup(DeviceObject device, Irp irp)
    {
        var net = (NetExtension)device.DeviceExtension!;
        FileObject? file = IoGetCurrentIrpStackLocation(irp).FileObject;
        net.Receive.Abort(packet => IoGetCurrentIrpStackLocation(packet.Irp).FileObject == file);
        return Complete(irp, STATUS_SUCCESS, transferred: 0);
    }

    public static NtStatus DispatchRead(DeviceObject device, Irp irp)
    {
        var net = (NetExtension)device.DeviceExtension!;
        // More than the longest packet will never come.
        uint length = Math.Min(IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length, net.Hardware.Options.MaximumPacket);
        return Queue(net, net.Receive, irp, length);
    }

    public static NtStatus DispatchWrite(DeviceObject device, Irp irp)
    {
        var net = (NetExtension)device.DeviceExtension!;
        uint length = IoGetCurrentIrpStackLocation(irp).Parameters.Write.Length;
        return length <= net.Hardware.Options.MaximumPacket
            ? Queue(net, net.Transmit, irp, length)
            : Complete(irp, STATUS_INVALID_BUFFER_SIZE, transferred: 0);
    }

    /// <summary>Completes the request of a packet, which from there on belongs to somebody else.</summary>
    public static void Finish(NetExtension net, Packet packet, NtStatus status, uint transferred)
    {
        if (!packet.WriteToDevice && IoSetCancelRoutine(packet.Irp, null) is null)
        {
            // The cancel routine has been called. It uses the request as long as it holds this lock.
            IoAcquireCancelSpinLock(out Kirql irql);
            IoReleaseCancelSpinLock(irql);
        }

        Complete(packet.Irp, status, transferred);
        net.RemoveLock.Release();
    }

    private static NtStatus Queue(NetExtension net, PacketRing ring, Irp irp, uint length)
    {
        // The I/O manager makes no MDL for an empty buffer, so an empty request ends here.
        if (length == 0)
            return Complete(irp, STATUS_SUCCESS, transferred: 0);
        if (irp.MdlAddress is not { } mdl)
            return Complete(irp, STATUS_INVALID_PARAMETER, transferred: 0);
        if (!net.RemoveLock.TryAcquire())
            return Complete(irp, STATUS_NO_SUCH_DEVICE, transferred: 0);

        // The request may be complete, and gone, when Submit returns: mark it before, do not touch it after.
        IoMarkIrpPending(irp);
        ring.Submit(new Packet(irp, mdl, length, writeToDevice: ring == net.Transmit));
        return STATUS_PENDING;
    }

    private static NtStatus Complete(Irp irp, NtStatus status, uint transferred)
    {
        irp.IoStatus.Status = status;
        irp.IoStatus.Information = transferred;
        IoCompleteRequest(irp, IO_NETWORK_INCREMENT);
        return status;
    }
}
