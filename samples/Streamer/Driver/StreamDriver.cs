using MdlRuntime.Devices;

namespace Streamer;

/// <summary>
/// A driver for a device on the system DMA controller, with direct I/O. StreamPlugAndPlay starts and removes the device, StreamRequests takes
/// requests, StreamTransfer moves their bytes.
/// </summary>
/// <param name="hardware">The device's registers: what a real driver maps from the resources that the bus assigned.</param>
internal sealed class StreamDriver(StreamDevice hardware)
{
    public const string DeviceName = @"\Device\Streamer";

    public NtStatus DriverEntry(DriverObject driver, string registryPath)
    {
        driver.AddDevice = AddDevice;
        driver.DriverUnload = Unload;
        driver.DriverStartIo = StreamRequests.StartIo;
        driver.MajorFunction[IRP_MJ_CREATE] = StreamRequests.DispatchCreateClose;
        driver.MajorFunction[IRP_MJ_CLOSE] = StreamRequests.DispatchCreateClose;
        driver.MajorFunction[IRP_MJ_READ] = StreamRequests.DispatchRead;
        driver.MajorFunction[IRP_MJ_WRITE] = StreamRequests.DispatchWrite;
        driver.MajorFunction[IRP_MJ_PNP] = StreamPlugAndPlay.Dispatch;
        return STATUS_SUCCESS;
    }

    private NtStatus AddDevice(DriverObject driver, DeviceObject physicalDevice) =>
        StreamPlugAndPlay.Add(driver, physicalDevice, new StreamExtension(hardware));

    /// <summary>Every device was removed before; the driver itself holds nothing.</summary>
    private static void Unload(DriverObject driver)
    {
    }
}
