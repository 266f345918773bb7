using MdlRuntime.Devices;

namespace DmaDisk;

/// <summary>The life of the device: what it needs is there before its first request and goes away after its last.</summary>
internal static class DiskPlugAndPlay
{
    /// <summary>The longest operation of the hardware: from it the system computes how many map registers it grants.</summary>
    private const uint MaximumTransferLength = 4 << 20;

    private const Kirql DeviceIrql = (Kirql)7;

    public static NtStatus Add(DriverObject driver, DeviceObject physicalDevice, DiskExtension disk)
    {
        NtStatus status = IoCreateDevice(driver, disk, DiskDriver.DeviceName, FILE_DEVICE_DISK, 0, exclusive: false, out DeviceObject? device);
        if (!NT_SUCCESS(status))
            return status;

        disk.Device = device!;
        status = Connect(disk, physicalDevice);
        if (!NT_SUCCESS(status))
        {
            IoDeleteDevice(device!);
            return status;
        }

        // Reads and writes then come with an MDL for the caller's locked pages.
        device!.Flags |= DO_DIRECT_IO;
        device.Flags &= ~DO_DEVICE_INITIALIZING;
        return STATUS_SUCCESS;
    }

    public static NtStatus Dispatch(DeviceObject device, Irp irp)
    {
        var disk = (DiskExtension)device.DeviceExtension!;
        bool isRemoved = IoGetCurrentIrpStackLocation(irp).MinorFunction == IRP_MN_REMOVE_DEVICE;
        if (isRemoved)
        {
            disk.RemoveLock.ReleaseAndWait();
            Disconnect(disk);
        }

        // The bus below does the rest of every Plug and Play request.
        irp.IoStatus.Status = STATUS_SUCCESS;
        IoSkipCurrentIrpStackLocation(irp);
        NtStatus status = IoCallDriver(disk.LowerDevice, irp);
        if (isRemoved)
        {
            IoDetachDevice(disk.LowerDevice);
            IoDeleteDevice(device);
        }

        return status;
    }

    /// <summary>Gets everything that the device works with, or nothing.</summary>
    private static NtStatus Connect(DiskExtension disk, DeviceObject physicalDevice)
    {
        BlockDevice hardware = disk.Hardware;
        if (IoGetDmaAdapter(physicalDevice, Describe(hardware.Options), out uint mapRegisters) is not { } adapter)
            return STATUS_INSUFFICIENT_RESOURCES;

        IoInitializeDpcRequest(disk.Device, DiskTransfer.DpcForIsr);
        NtStatus status = IoConnectInterrupt(
            out KInterrupt? interrupt, DiskTransfer.InterruptService, disk, hardware.Options.InterruptVector, DeviceIrql);
        if (!NT_SUCCESS(status))
        {
            adapter.PutDmaAdapter();
            return status;
        }

        if (IoAttachDeviceToDeviceStack(disk.Device, physicalDevice) is not { } lowerDevice)
        {
            IoDisconnectInterrupt(interrupt!);
            adapter.PutDmaAdapter();
            return STATUS_NO_SUCH_DEVICE;
        }

        (disk.Adapter, disk.MapRegisterLimit, disk.Interrupt, disk.LowerDevice) = (adapter, mapRegisters, interrupt!, lowerDevice);
        hardware.Bus = new BusPort(adapter);
        hardware.WriteRegister(BlockDeviceRegister.Control, (uint)BlockDeviceControl.InterruptEnable);
        return STATUS_SUCCESS;
    }

    /// <summary>First the device falls silent, then what it could have used goes away.</summary>
    private static void Disconnect(DiskExtension disk)
    {
        disk.Hardware.WriteRegister(BlockDeviceRegister.Control, (uint)BlockDeviceControl.Reset);
        disk.Hardware.Bus = null;
        IoDisconnectInterrupt(disk.Interrupt);
        disk.Adapter.PutDmaAdapter();
    }

    /// <summary>Tells the system what the hardware can do, so that it knows which memory needs bounce pages.</summary>
    private static DeviceDescription Describe(BlockDeviceOptions hardware) => new()
    {
        Version = 2,
        Master = true,
        ScatterGather = hardware.ScatterGather,
        Dma32BitAddresses = hardware.AddressBits >= 32,
        Dma64BitAddresses = hardware.AddressBits == 64,
        // On PCI a scatter/gather device counts as one with at least 32 address lines.
        InterfaceType = hardware.AddressBits == 24 ? Isa : PCIBus,
        MaximumLength = MaximumTransferLength,
    };
}
