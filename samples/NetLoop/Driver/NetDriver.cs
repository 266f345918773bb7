using MdlRuntime.Devices;

namespace NetLoop;

/// <summary>
/// A driver for one bus-master network device: a write sends one packet, a read receives one, both by direct I/O. NetPlugAndPlay starts and removes the
/// device, NetRequests takes requests, PacketRing moves their packets through a descriptor ring, NetInterrupts tells it what the device has done.
/// </summary>
/// <param name="hardware">The device: its data sheet, and its wiring to memory.</param>
/// <param name="registers">Where its registers are: what a real driver reads from the resources that the bus assigned.</param>
internal sealed class NetDriver(NetworkDevice hardware, PhysicalAddress registers)
{
    public const string DeviceName = @"\Device\NetLoop";

    public NtStatus DriverEntry(DriverObject driver, string registryPath)
    {
        driver.AddDevice = AddDevice;
        driver.DriverUnload = Unload;
        driver.MajorFunction[IRP_MJ_CREATE] = NetRequests.DispatchCreateClose;
        driver.MajorFunction[IRP_MJ_CLOSE] = NetRequests.DispatchCreateClose;
        driver.MajorFunction[IRP_MJ_CLEANUP] = NetRequests.DispatchCleanup;
        driver.MajorFunction[IRP_MJ_READ] = NetRequests.DispatchRead;
        driver.MajorFunction[IRP_MJ_WRITE] = NetRequests.DispatchWrite;
        driver.MajorFunction[IRP_MJ_PNP] = NetPlugAndPlay.Dispatch;
        return STATUS_SUCCESS;
    }

    private NtStatus AddDevice(DriverObject driver, DeviceObject physicalDevice) =>
        NetPlugAndPlay.Add(driver, physicalDevice, new NetExtension(hardware, registers));

    /// <summary>Every device was removed before; the driver itself holds nothing.</summary>
    private static void Unload(DriverObject driver)
    {
    }
}
