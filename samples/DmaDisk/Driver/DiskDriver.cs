using MdlRuntime.Devices;

namespace DmaDisk;

/// <summary>
/// A driver for one bus-master disk with direct I/O. DiskPlugAndPlay starts and removes the device, DiskRequests takes requests,
/// DiskTransfer moves their bytes.
/// </summary>
/// <param name="hardware">The device's registers: what a real driver maps from the resources that the bus assigned.</param>
internal sealed class DiskDriver(BlockDevice hardware)
{
    public const string DeviceName = @"\Device\DmaDisk";

    public NtStatus DriverEntry(DriverObject driver, string registryPath)
    {
        driver.AddDevice = AddDevice;
        driver.DriverUnload = Unload;
        driver.DriverStartIo = DiskRequests.StartIo;
        driver.MajorFunction[IRP_MJ_CREATE] = DiskRequests.DispatchCreateClose;
        driver.MajorFunction[IRP_MJ_CLOSE] = DiskRequests.DispatchCreateClose;
        driver.MajorFunction[IRP_MJ_READ] = DiskRequests.DispatchRead;
        driver.MajorFunction[IRP_MJ_WRITE] = DiskRequests.DispatchWrite;
        driver.MajorFunction[IRP_MJ_PNP] = DiskPlugAndPlay.Dispatch;
        return STATUS_SUCCESS;
    }

    private NtStatus AddDevice(DriverObject driver, DeviceObject physicalDevice) =>
        DiskPlugAndPlay.Add(driver, physicalDevice, new DiskExtension(hardware));

    /// <summary>Every device was removed before; the driver itself holds nothing.</summary>
    private static void Unload(DriverObject driver)
    {
    }
}
