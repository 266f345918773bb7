using MdlRuntime.Devices;

namespace Streamer;

/// <summary>The life of the device: what it needs is there before its first request and goes away after its last.</summary>
internal static class StreamPlugAndPlay
{
    /// <summary>What a channel can count, in bytes or words: from it the system computes how many map registers it grants.</summary>
    private const uint MaximumCount = 64 << 10;

    private const Kirql DeviceIrql = (Kirql)5;

    public static NtStatus Add(DriverObject driver, DeviceObject physicalDevice, StreamExtension streamer)
    {
        NtStatus status = IoCreateDevice(driver, streamer, StreamDriver.DeviceName, FILE_DEVICE_TAPE, 0, exclusive: false, out DeviceObject? device);
        if (!NT_SUCCESS(status))
            return status;

        streamer.Device = device!;
        status = Connect(streamer, physicalDevice);
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
        var streamer = (StreamExtension)device.DeviceExtension!;
        bool isRemoved = IoGetCurrentIrpStackLocation(irp).MinorFunction == IRP_MN_REMOVE_DEVICE;
        if (isRemoved)
        {
            streamer.RemoveLock.ReleaseAndWait();
            Disconnect(streamer);
        }

        // The bus below does the rest of every Plug and Play request.
        irp.IoStatus.Status = STATUS_SUCCESS;
        IoSkipCurrentIrpStackLocation(irp);
        NtStatus status = IoCallDriver(streamer.LowerDevice, irp);
        if (isRemoved)
        {
            IoDetachDevice(streamer.LowerDevice);
            IoDeleteDevice(device);
        }

        return status;
    }

    /// <summary>Gets everything that the device works with, or nothing.</summary>
    private static NtStatus Connect(StreamExtension streamer, DeviceObject physicalDevice)
    {
        StreamDevice hardware = streamer.Hardware;
        if (IoGetDmaAdapter(physicalDevice, Describe(hardware.Options), out uint mapRegisters) is not { } adapter)
            return STATUS_INSUFFICIENT_RESOURCES;

        IoInitializeDpcRequest(streamer.Device, StreamTransfer.DpcForIsr);
        NtStatus status = IoConnectInterrupt(
            out KInterrupt? interrupt, StreamTransfer.InterruptService, streamer, hardware.Options.InterruptVector, DeviceIrql);
        if (!NT_SUCCESS(status))
        {
            adapter.PutDmaAdapter();
            return status;
        }

        if (IoAttachDeviceToDeviceStack(streamer.Device, physicalDevice) is not { } lowerDevice)
        {
            IoDisconnectInterrupt(interrupt!);
            adapter.PutDmaAdapter();
            return STATUS_NO_SUCH_DEVICE;
        }

        (streamer.Adapter, streamer.MapRegisterLimit, streamer.Interrupt, streamer.LowerDevice) = (adapter, mapRegisters, interrupt!, lowerDevice);
        streamer.Alignment = adapter.GetDmaAlignment();
        hardware.WriteRegister(StreamDeviceRegister.Control, (uint)StreamDeviceControl.InterruptEnable);
        return STATUS_SUCCESS;
    }

    /// <summary>First the device falls silent, then what it could have used goes away.</summary>
    private static void Disconnect(StreamExtension streamer)
    {
        streamer.Hardware.WriteRegister(StreamDeviceRegister.Control, (uint)StreamDeviceControl.Reset);
        IoDisconnectInterrupt(streamer.Interrupt);
        streamer.Adapter.PutDmaAdapter();
    }

    /// <summary>Tells the system which channel of the controller the device is wired to, and how it wants to be served.</summary>
    private static DeviceDescription Describe(StreamDeviceOptions hardware) => new()
    {
        Version = 2,
        Master = false,
        // The FIFO paces the controller.
        DemandMode = true,
        DmaChannel = hardware.DmaChannel,
        DmaWidth = hardware.IsWordDevice ? Width16Bits : Width8Bits,
        DmaSpeed = Compatible,
        InterfaceType = Isa,
        MaximumLength = hardware.IsWordDevice ? 2 * MaximumCount : MaximumCount,
    };
}
