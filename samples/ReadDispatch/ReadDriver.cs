/// <summary>
/// A direct-I/O device whose read routine comes from a note on memory descriptor lists, with the mistakes that the note has.
/// Build this project to see them; <c>dotnet format analyzers</c> repairs them.
/// </summary>
internal static class ReadDriver
{
    public const string DeviceName = @"\Device\ReadDispatch";

    public static NtStatus DriverEntry(DriverObject driver, string registryPath)
    {
        driver.MajorFunction[IRP_MJ_READ] = DispatchRead;

        NtStatus status = IoCreateDevice(driver, deviceExtension: null, DeviceName, deviceType: 0x22, characteristics: 0, exclusive: false, out DeviceObject? device);
        if (!NT_SUCCESS(status))
            return status;

        device!.Flags |= DO_DIRECT_IO;
        device.Flags &= ~DO_DEVICE_INITIALIZING;
        return STATUS_SUCCESS;
    }

    private static NtStatus DispatchRead(DeviceObject device, Irp irp)
    {
        IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);

        // the number of bytes the application wants to read
        uint readLength = stack.Parameters.Read.Length;

        // the length of the locked buffer
        uint mdlLength = MmGetMdlByteCount(irp.MdlAddress!);

        // the offset of the locked buffer
        uint mdlOffset = MmGetMdlByteOffset(irp.MdlAddress!);

        // the virtual address of the locked buffer
        nuint mdlAddress = MmGetMdlByteOffset(irp.MdlAddress!);

        // the address of the buffer in kernel mode
        nuint kernelAddress = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, NormalPagePriority | MdlMappingNoExecute);

        // the number of pages to transfer
        uint pageCount = (mdlLength + PAGE_SIZE - 1) / PAGE_SIZE;

        ReadLog.Add(new(readLength, mdlLength, mdlOffset, mdlAddress, kernelAddress, pageCount));

        irp.IoStatus.Status = STATUS_SUCCESS;
        irp.IoStatus.Information = 0;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return STATUS_SUCCESS;
    }
}
