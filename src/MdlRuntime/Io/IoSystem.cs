namespace MdlRuntime;

/// <summary>What the I/O manager of one machine keeps: drivers, device names, requests.</summary>
internal sealed class IoSystem : ILayerState<IoSystem>, IDisposable
{
    private const uint DeviceTag = 0x69766544;

    private readonly Dictionary<string, DeviceObject> _names = new(StringComparer.OrdinalIgnoreCase);

    private IoSystem(KernelSystem system)
    {
        System = system;
        Irps = new(system);
        Requests = new(system);
        Workers = new(system);
        ForcedPending = new(system);
        Drivers = new(this);
        system.ThreadEnding = thread => ThreadRequests.End(system.Processor, thread);
    }

    public KernelSystem System { get; }

    public IrpLookaside Irps { get; }

    public UserRequests Requests { get; }

    public WorkerQueue Workers { get; }

    public ForcedPending ForcedPending { get; }

    public DriverRegistry Drivers { get; }

    public KSpinLock CancelLock { get; } = new();

    /// <summary>What a layer above checks of a request that is being completed, on a verified machine.</summary>
    public Action<Irp>? Completing { get; set; }

    public Stack<DispatchFrame> FreeFrames { get; } = new();

    public static IoSystem Of(Processor processor) => processor.System.Layer<IoSystem>();

    public static IoSystem Create(KernelSystem system) => new(system);

    public NtStatus CreateDevice(DriverObject driver, object? extension, string? name, uint deviceType, bool exclusive, out DeviceObject? device)
    {
        const nuint deviceObjectSize = 0x150;
        const uint cacheLineMask = IoManager.FILE_64_BYTE_ALIGNMENT;
        device = null;
        if (name is not null && _names.ContainsKey(name))
            return NtStatus.STATUS_OBJECT_NAME_COLLISION;

        nuint address = System.Memory.NonPagedPool.Allocate(deviceObjectSize, DeviceTag, zero: true);
        if (address == 0)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        device = new(driver, address, name)
        {
            NextDevice = driver.DeviceObject,
            DeviceExtension = extension,
            StackSize = 1,
            AlignmentRequirement = cacheLineMask,
            SectorSize = deviceType switch
            {
                IoManager.FILE_DEVICE_DISK or IoManager.FILE_DEVICE_VIRTUAL_DISK => 512,
                IoManager.FILE_DEVICE_CD_ROM => 2048,
                _ => 0,
            },
            Flags = DeviceFlags.DO_DEVICE_INITIALIZING
                | (exclusive ? DeviceFlags.DO_EXCLUSIVE : 0)
                | (name is not null ? DeviceFlags.DO_DEVICE_HAS_NAME : 0),
        };
        driver.DeviceObject = device;
        if (name is not null)
            _names.Add(name, device);
        System.Trace(nameof(IoManager.IoCreateDevice), device);
        return NtStatus.STATUS_SUCCESS;
    }

    public void DeleteDevice(DeviceObject device)
    {
        if (device.IsDeleted)
        {
            // The object is pool: deleting it again frees it again.
            System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x46, device.Address, 0, 0, $"{device} was deleted twice.");
        }

        device.IsDeleted = true;
        if (device.Name is not null)
            _names.Remove(device.Name);
        Unlink(device);
        if (device.OpenHandles == 0)
            System.Memory.NonPagedPool.Free(device.Address);
        System.Trace(nameof(IoManager.IoDeleteDevice), device);
    }

    /// <summary>The device of a name; raises the status that opening it would return.</summary>
    public DeviceObject Find(string name)
    {
        if (!_names.TryGetValue(name, out DeviceObject? device))
            throw new NtStatusException(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, $"no device is named {name}");
        if ((device.Flags & DeviceFlags.DO_DEVICE_INITIALIZING) != 0)
            throw new NtStatusException(NtStatus.STATUS_NO_SUCH_DEVICE, $"{name} still has DO_DEVICE_INITIALIZING set");
        if (device.IsRemoved)
            throw new NtStatusException(NtStatus.STATUS_NO_SUCH_DEVICE, $"the hardware of {name} is gone");
        if ((device.Flags & DeviceFlags.DO_EXCLUSIVE) != 0 && device.OpenHandles > 0)
            throw new NtStatusException(NtStatus.STATUS_ACCESS_DENIED, $"{name} is exclusive and already open");
        return device;
    }

    /// <summary>The file object's last reference is gone.</summary>
    public void ReleaseDevice(DeviceObject device)
    {
        device.OpenHandles--;
        if (device.OpenHandles > 0)
            return;

        if (device.IsDeleted)
            System.Memory.NonPagedPool.Free(device.Address);
        Drivers.UnloadIfWaiting(device.DriverObject);
    }

    public void Dispose() => Requests.Dispose();

    private static void Unlink(DeviceObject device)
    {
        DriverObject driver = device.DriverObject;
        if (driver.DeviceObject == device)
        {
            driver.DeviceObject = device.NextDevice;
            return;
        }

        for (DeviceObject? at = driver.DeviceObject; at is not null; at = at.NextDevice)
        {
            if (at.NextDevice == device)
            {
                at.NextDevice = device.NextDevice;
                return;
            }
        }
    }
}
