namespace Streamer;

/// <summary>Takes requests from the I/O manager: checks them, queues them, starts one at a time, and completes them.</summary>
internal static class StreamRequests
{
    public static NtStatus DispatchCreateClose(DeviceObject device, Irp irp) => Complete(irp, STATUS_SUCCESS, transferred: 0);

    public static NtStatus DispatchRead(DeviceObject device, Irp irp) =>
        Queue(device, irp, IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length);

    public static NtStatus DispatchWrite(DeviceObject device, Irp irp) =>
        Queue(device, irp, IoGetCurrentIrpStackLocation(irp).Parameters.Write.Length);

    /// <summary>Runs at DISPATCH_LEVEL for one request at a time: when the previous one is through, this one has the device to itself.</summary>
    public static void StartIo(DeviceObject device, Irp irp)
    {
        var streamer = (StreamExtension)device.DeviceExtension!;
        bool isWrite = IoGetCurrentIrpStackLocation(irp).MajorFunction == IRP_MJ_WRITE;
        NtStatus status = irp.MdlAddress is { } mdl
            ? StreamTransfer.Begin(streamer, mdl, isWrite)
            : STATUS_INVALID_PARAMETER;
        if (!NT_SUCCESS(status))
            Finish(device, irp, status, transferred: 0);
    }

    /// <summary>Lets the next request start, then completes this one, which from there on belongs to somebody else.</summary>
    public static void Finish(DeviceObject device, Irp irp, NtStatus status, uint transferred)
    {
        IoStartNextPacket(device, cancelable: false);
        Complete(irp, status, transferred);
        ((StreamExtension)device.DeviceExtension!).RemoveLock.Release();
    }

    private static NtStatus Queue(DeviceObject device, Irp irp, uint length)
    {
        // The I/O manager makes no MDL for an empty buffer, so an empty request ends here.
        if (length == 0)
            return Complete(irp, STATUS_SUCCESS, transferred: 0);
        if (!((StreamExtension)device.DeviceExtension!).RemoveLock.TryAcquire())
            return Complete(irp, STATUS_NO_SUCH_DEVICE, transferred: 0);

        // The request may be complete, and gone, when IoStartPacket returns: mark it before, do not touch it after.
        IoMarkIrpPending(irp);
        IoStartPacket(device, irp);
        return STATUS_PENDING;
    }

    private static NtStatus Complete(Irp irp, NtStatus status, uint transferred)
    {
        irp.IoStatus.Status = status;
        irp.IoStatus.Information = transferred;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
}
