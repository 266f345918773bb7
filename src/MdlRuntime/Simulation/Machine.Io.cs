namespace MdlRuntime.Simulation;

public sealed partial class Machine
{
    /// <summary>Loads a driver: calls its entry routine at PASSIVE_LEVEL; devices it creates there are ready when this returns.</summary>
    /// <param name="name">Name of the driver.</param>
    /// <param name="entry">DriverEntry.</param>
    /// <returns>The driver object.</returns>
    /// <exception cref="ArgumentException">A driver of that name is loaded.</exception>
    /// <exception cref="NtStatusException">The status that the entry routine failed with; the driver is not loaded.</exception>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public DriverObject LoadDriver(string name, DriverInitialize entry)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(entry);
        ThrowIfUnusable();
        using HostCall call = EnterSystem();
        return System.Layer<IoSystem>().Drivers.Load(System.Processor, name, entry);
    }

    /// <summary>Unplugs the devices of a driver and calls its unload routine, the latter when the last handle on its devices is closed.</summary>
    /// <param name="driver">A loaded driver.</param>
    /// <exception cref="ArgumentException">The driver is not loaded on this machine.</exception>
    /// <exception cref="NtStatusException">STATUS_INVALID_DEVICE_REQUEST: the driver has no unload routine and stays.</exception>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public void UnloadDriver(DriverObject driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        ThrowIfUnusable();
        using HostCall call = EnterSystem();
        System.Layer<IoSystem>().Drivers.Unload(System.Processor, driver);
    }

    /// <summary>Makes a physical device appear on the PCI bus: calls AddDevice and starts the stack.</summary>
    /// <param name="driver">The driver that gets the device.</param>
    /// <returns>The physical device object.</returns>
    /// <exception cref="ArgumentException">The driver is not loaded on this machine.</exception>
    /// <exception cref="InvalidOperationException">The driver has no AddDevice routine.</exception>
    /// <exception cref="NtStatusException">The status that AddDevice or IRP_MN_START_DEVICE failed with; the device is gone again.</exception>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public DeviceObject Plug(DriverObject driver) => Plug(driver, InterfaceType.PCIBus);

    /// <summary>Makes a physical device appear on a bus: calls AddDevice and starts the stack.</summary>
    /// <param name="driver">The driver that gets the device.</param>
    /// <param name="bus">The bus, which IoGetDmaAdapter asks about when a description leaves it open.</param>
    /// <returns>The physical device object.</returns>
    /// <exception cref="ArgumentException">The driver is not loaded on this machine.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The type names no bus.</exception>
    /// <exception cref="InvalidOperationException">The driver has no AddDevice routine.</exception>
    /// <exception cref="NtStatusException">The status that AddDevice or IRP_MN_START_DEVICE failed with; the device is gone again.</exception>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public DeviceObject Plug(DriverObject driver, InterfaceType bus)
    {
        ArgumentNullException.ThrowIfNull(driver);
        if (bus is < InterfaceType.Internal or InterfaceType.PNPBus or >= InterfaceType.MaximumInterfaceType)
            throw new ArgumentOutOfRangeException(nameof(bus), bus, "allowed: Internal to ACPIBus, without PNPBus");
        ThrowIfUnusable();
        using HostCall call = EnterSystem();
        return System.Layer<IoSystem>().Drivers.Plug(System.Processor, driver, bus);
    }

    /// <summary>Makes a physical device disappear: its stack gets IRP_MN_REMOVE_DEVICE, and new handles on it are refused.</summary>
    /// <param name="physicalDevice">What <see cref="Plug(DriverObject, InterfaceType)"/> returned.</param>
    /// <exception cref="ArgumentException">The device is not plugged in.</exception>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public void Unplug(DeviceObject physicalDevice)
    {
        ArgumentNullException.ThrowIfNull(physicalDevice);
        ThrowIfUnusable();
        using HostCall call = EnterSystem();
        System.Layer<IoSystem>().Drivers.Unplug(System.Processor, physicalDevice);
    }

    private HostCall EnterSystem() => System.Scheduler.Enter(_systemThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
}
