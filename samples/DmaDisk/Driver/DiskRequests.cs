namespace DmaDisk;

/// <summary>Takes requests from the I/O manager: checks them, queues them, starts one at a time, and completes them.</summary>
internal static class DiskRequests
{
    public static NtStatus DispatchCreateClose(DeviceObject device, Irp irp) => Complete(irp, STATUS_SUCCESS, transferred: 0);

    public static NtStatus DispatchRead(DeviceObject device, Irp irp)
    {
        IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
        return Queue(device, irp, stack.Parameters.Read.Length, stack.Parameters.Read.ByteOffset);
    }

    public static NtStatus DispatchWrite(DeviceObject device, Irp irp)
    {
        IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
        return Queue(device, irp, stack.Parameters.Write.Length, stack.Parameters.Write.ByteOffset);
    }

    /// <summary>Runs at DISPATCH_LEVEL for one request at a time: when the previous one is through, this one has the device to itself.</summary>
    public static void StartIo(DeviceObject device, Irp irp)
    {
        var disk = (DiskExtension)device.DeviceExtension!;
        IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
        bool isWrite = stack.MajorFunction == IRP_MJ_WRITE;
        long mediumOffset = isWrite ? stack.Parameters.Write.ByteOffset : stack.Parameters.Read.ByteOffset;

        NtStatus status = irp.MdlAddress is { } mdl
            ? DiskTransfer.Begin(disk, mdl, mediumOffset, isWrite)
            : STATUS_INVALID_PARAMETER;
        if (!NT_SUCCESS(status))
            Finish(device, irp, status, transferred: 0);
    }

    /// <summary>Lets the next request start, then completes this one, which from there on belongs to somebody else.</summary>
    public static void Finish(DeviceObject device, Irp irp, NtStatus status, uint transferred)
    {
        IoStartNextPacket(device, cancelable: false);
        Complete(irp, status, transferred);
        ((DiskExtension)device.DeviceExtension!).RemoveLock.Release();
    }

    private static NtStatus Queue(DeviceObject device, Irp irp, uint length, long byteOffset)
    {
        // The I/O manager makes no MDL for an empty buffer, so an empty request ends here.
        if (length == 0)
            return Complete(irp, STATUS_SUCCESS, transferred: 0);
        if (byteOffset < 0)
            return Complete(irp, STATUS_INVALID_PARAMETER, transferred: 0);
        if (!((DiskExtension)device.DeviceExtension!).RemoveLock.TryAcquire())
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
        IoCompleteRequest(irp, IO_DISK_INCREMENT);
        return status;
    }
}
