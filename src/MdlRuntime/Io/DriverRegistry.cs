using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>Loads and unloads drivers, and gives them devices of the machine's bus.</summary>
internal sealed class DriverRegistry(IoSystem io)
{
    private const byte QueryRemove = 0x01;
    private const byte CancelRemove = 0x03;
    private const byte Stop = 0x04;
    private const byte QueryStop = 0x05;
    private const byte CancelStop = 0x06;
    private const byte SurpriseRemoval = 0x17;

    private readonly Dictionary<string, DriverObject> _loaded = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<DeviceObject> _plugged = [];
    private DriverObject? _bus;

    public DriverObject Load(Processor processor, string name, DriverInitialize entry)
    {
        if (_loaded.ContainsKey(name))
            throw new ArgumentException($"a driver named {name} is already loaded", nameof(name));

        var driver = new DriverObject(io, name);
        io.System.Trace("DriverEntry", driver);
        NtStatus status = Guard(processor, driver, "DriverEntry", () => entry(driver, $@"\Registry\Machine\System\CurrentControlSet\Services\{name}"));
        if (!NT_SUCCESS(status))
        {
            while (driver.DeviceObject is { } left)
                io.DeleteDevice(left);
            LeakReport.AtUnload(io.System, driver);
            throw new NtStatusException(status, $"DriverEntry of {name} failed");
        }

        _loaded.Add(name, driver);
        for (DeviceObject? device = driver.DeviceObject; device is not null; device = device.NextDevice)
        {
            device.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
            IrpChecks.RequireOneMethod(io.System, device);
        }

        return driver;
    }

    public void Unload(Processor processor, DriverObject driver)
    {
        if (driver.IsUnloaded || !_loaded.ContainsValue(driver))
            throw new ArgumentException($"driver {driver.Name} is not loaded on this machine", nameof(driver));
        if (driver.DriverUnload is null)
            throw new NtStatusException(NtStatus.STATUS_INVALID_DEVICE_REQUEST, $"driver {driver.Name} has no unload routine");

        foreach (DeviceObject physical in _plugged.FindAll(device => device.FunctionDriver == driver))
            Unplug(processor, physical);
        driver.IsUnloadPending = true;
        UnloadIfWaiting(driver);
    }

    /// <summary>Ends an unload that was held back by open handles.</summary>
    public void UnloadIfWaiting(DriverObject driver)
    {
        if (!driver.IsUnloadPending || driver.IsUnloaded)
            return;
        for (DeviceObject? device = driver.DeviceObject; device is not null; device = device.NextDevice)
        {
            if (device.OpenHandles > 0)
                return;
        }

        driver.IsUnloaded = true;
        io.System.Trace("DriverUnload", driver);
        Guard(io.System.Processor, driver, "DriverUnload", () =>
        {
            driver.DriverUnload!(driver);
            return NtStatus.STATUS_SUCCESS;
        });
        _loaded.Remove(driver.Name);
        LeakReport.AtUnload(io.System, driver);
    }

    public DeviceObject Plug(Processor processor, DriverObject driver, InterfaceType bus)
    {
        if (driver.IsUnloaded || !_loaded.ContainsValue(driver))
            throw new ArgumentException($"driver {driver.Name} is not loaded on this machine", nameof(driver));
        if (driver.AddDevice is not { } addDevice)
            throw new InvalidOperationException($"driver {driver.Name} has no AddDevice routine");

        DeviceObject physical = CreatePhysicalDevice(driver, bus);
        io.System.Trace("AddDevice", driver, physical.Address);
        NtStatus status = Guard(processor, driver, "AddDevice", () => addDevice(driver, physical));
        if (NT_SUCCESS(status))
        {
            for (DeviceObject? device = physical.AttachedDevice; device is not null; device = device.AttachedDevice)
                IrpChecks.CheckAddedDevice(io.System, device);
            status = FileRequests.PlugAndPlay(processor, physical, IoManager.IRP_MN_START_DEVICE);
        }

        if (NT_SUCCESS(status))
            return physical;

        Unplug(processor, physical);
        throw new NtStatusException(status, $"driver {driver.Name} did not start the device");
    }

    /// <summary>Sends IRP_MN_REMOVE_DEVICE to the stack and deletes the physical device.</summary>
    public void Unplug(Processor processor, DeviceObject physical)
    {
        if (!_plugged.Remove(physical))
            throw new ArgumentException("the device is not a physical device that is plugged in", nameof(physical));

        for (DeviceObject? device = physical; device is not null; device = device.AttachedDevice)
            device.IsRemoved = true;
        if (physical.AttachedDevice is not null)
            FileRequests.PlugAndPlay(processor, physical, IoManager.IRP_MN_REMOVE_DEVICE);
        // A driver without Plug and Play leaves its device behind, on top of nothing.
        if (physical.AttachedDevice is not null)
            IoManager.IoDetachDevice(physical);
        io.DeleteDevice(physical);
    }

    private DeviceObject CreatePhysicalDevice(DriverObject driver, InterfaceType bus)
    {
        _bus ??= CreateBus();
        if (io.CreateDevice(_bus, extension: null, name: null, IoManager.FILE_DEVICE_UNKNOWN, exclusive: false, out DeviceObject? physical) != NtStatus.STATUS_SUCCESS)
            throw new NtStatusException(NtStatus.STATUS_INSUFFICIENT_RESOURCES, "no memory for a device object");

        physical!.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
        (physical.FunctionDriver, physical.Bus) = (driver, bus);
        _plugged.Add(physical);
        return physical;
    }

    private DriverObject CreateBus()
    {
        var bus = new DriverObject(io, "PnpManager");
        bus.MajorFunction[MajorFunction.IRP_MJ_PNP] = static (_, irp) =>
        {
            byte minor = IoManager.IoGetCurrentIrpStackLocation(irp).MinorFunction;
            if (minor is IoManager.IRP_MN_START_DEVICE or QueryRemove or IoManager.IRP_MN_REMOVE_DEVICE or CancelRemove
                or Stop or QueryStop or CancelStop or SurpriseRemoval)
                irp.IoStatus.Status = NtStatus.STATUS_SUCCESS;
            NtStatus status = irp.IoStatus.Status;
            IoManager.IoCompleteRequest(irp, IO_NO_INCREMENT);
            return status;
        };
        return bus;
    }

    /// <summary>Runs a routine of a driver at PASSIVE_LEVEL; what it does not catch stops the machine.</summary>
    private static NtStatus Guard(Processor processor, DriverObject driver, string routine, Func<NtStatus> call)
    {
        using OwnerScope code = processor.RunAs(driver.Owner);
        try
        {
            NtStatus status = call();
            processor.RequireIrql(Kirql.PASSIVE_LEVEL, routine);
            return status;
        }
        catch (Exception exception) when (Processor.IsUnhandledFault(exception))
        {
            processor.StopUnhandled(BugCheckCode.SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, routine, exception);
            throw;
        }
    }
}
