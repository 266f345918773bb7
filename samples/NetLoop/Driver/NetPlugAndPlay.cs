using MdlRuntime.Devices;

namespace NetLoop;

/// <summary>The life of the device: what it needs is there before its first request and goes away after its last.</summary>
internal static class NetPlugAndPlay
{
    /// <summary>Length of the register window.</summary>
    public const uint RegisterLength = PAGE_SIZE;

    private const Kirql DeviceIrql = (Kirql)8;

    public static NtStatus Add(DriverObject driver, DeviceObject physicalDevice, NetExtension net)
    {
        NtStatus status = IoCreateDevice(driver, net, NetDriver.DeviceName, FILE_DEVICE_NETWORK, 0, exclusive: false, out DeviceObject? device);
        if (!NT_SUCCESS(status))
            return status;

        net.Device = device!;
        status = Connect(net, physicalDevice);
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
        var net = (NetExtension)device.DeviceExtension!;
        bool isRemoved = IoGetCurrentIrpStackLocation(irp).MinorFunction == IRP_MN_REMOVE_DEVICE;
        if (isRemoved)
        {
            net.Receive.Close();
            net.RemoveLock.ReleaseAndWait();
            Disconnect(net);
        }

        // The bus below does the rest of every Plug and Play request.
        irp.IoStatus.Status = STATUS_SUCCESS;
        IoSkipCurrentIrpStackLocation(irp);
        NtStatus status = IoCallDriver(net.LowerDevice, irp);
        if (isRemoved)
        {
            IoDetachDevice(net.LowerDevice);
            IoDeleteDevice(device);
        }

        return status;
    }

    /// <summary>Gives the device its rings and lets it work.</summary>
    public static void StartHardware(NetExtension net)
    {
        net.Transmit.Program();
        net.Receive.Program();
        net.Write(NetworkDeviceRegister.Control, (uint)(NetworkDeviceControl.Enable | NetworkDeviceControl.InterruptEnable));
    }

    /// <summary>Gets everything that the device works with, or nothing.</summary>
    private static NtStatus Connect(NetExtension net, DeviceObject physicalDevice)
    {
        if (IoGetDmaAdapter(physicalDevice, Describe(net.Hardware.Options), out uint mapRegisters) is not { } adapter)
            return STATUS_INSUFFICIENT_RESOURCES;

        net.Adapter = adapter;
        net.Hardware.Bus = new BusPort(adapter);
        NtStatus status = STATUS_INSUFFICIENT_RESOURCES;
        // A packet is sent in one go, so it must fit the map registers of one transfer.
        if (mapRegisters >= ADDRESS_AND_SIZE_TO_SPAN_PAGES(PAGE_SIZE - 1, net.Hardware.Options.MaximumPacket)
            && net.Transmit.TryAllocate() && net.Receive.TryAllocate())
            status = ConnectRegisters(net);
        if (NT_SUCCESS(status))
        {
            if (IoAttachDeviceToDeviceStack(net.Device, physicalDevice) is { } lowerDevice)
                net.LowerDevice = lowerDevice;
            else
                status = STATUS_NO_SUCH_DEVICE;
        }

        if (NT_SUCCESS(status))
            StartHardware(net);
        else
            Disconnect(net);
        return status;
    }

    private static NtStatus ConnectRegisters(NetExtension net)
    {
        net.RegisterBase = MmMapIoSpace(net.RegisterAddress, RegisterLength, MmNonCached);
        if (net.RegisterBase == 0)
            return STATUS_INSUFFICIENT_RESOURCES;

        IoInitializeDpcRequest(net.Device, NetInterrupts.DpcForIsr);
        NtStatus status = IoConnectInterrupt(
            out KInterrupt? interrupt, NetInterrupts.InterruptService, net, net.Hardware.Options.InterruptVector, DeviceIrql);
        net.Interrupt = interrupt;
        return status;
    }

    /// <summary>First the device falls silent, then what it could have used goes away, as far as it was there.</summary>
    private static void Disconnect(NetExtension net)
    {
        if (net.RegisterBase != 0)
            net.Write(NetworkDeviceRegister.Control, (uint)NetworkDeviceControl.Reset);
        if (net.Interrupt is not null)
            IoDisconnectInterrupt(net.Interrupt);
        if (net.RegisterBase != 0)
            MmUnmapIoSpace(net.RegisterBase, RegisterLength);
        net.Hardware.Bus = null;
        net.Receive.Free();
        net.Transmit.Free();
        net.Adapter.PutDmaAdapter();
    }

    /// <summary>Tells the system what the hardware can do, so that it knows which memory needs bounce pages.</summary>
    private static DeviceDescription Describe(NetworkDeviceOptions hardware) => new()
    {
        Version = 2,
        Master = true,
        ScatterGather = true,
        Dma32BitAddresses = hardware.AddressBits >= 32,
        Dma64BitAddresses = hardware.AddressBits == 64,
        // On PCI a scatter/gather device counts as one with at least 32 address lines.
        InterfaceType = hardware.AddressBits == 24 ? Isa : PCIBus,
        MaximumLength = hardware.MaximumPacket,
    };
}
