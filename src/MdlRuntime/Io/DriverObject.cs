using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>A loaded driver. WDK: DRIVER_OBJECT.</summary>
[MdlEntity(MdlEntity.Driver)]
public sealed class DriverObject
{
    internal DriverObject(IoSystem io, string name)
    {
        Io = io;
        Name = name;
        Owner = new(name);
    }

    /// <summary>The driver's dispatch routines.</summary>
    public DispatchTable MajorFunction { get; } = new();

    /// <summary>Routines that are tried before a request is made; null for none.</summary>
    public FastIoDispatch? FastIoDispatch { get; set; }

    /// <summary>Starts one queued request; needed for IoStartPacket.</summary>
    public DriverStartIo? DriverStartIo { get; set; }

    /// <summary>Called before the driver goes away; a driver without it cannot be unloaded.</summary>
    public DriverUnload? DriverUnload { get; set; }

    /// <summary>Called for each physical device that appears. WDK: DriverExtension->AddDevice.</summary>
    public DriverAddDevice? AddDevice { get; set; }

    /// <summary>The newest of the driver's devices; the others follow by NextDevice.</summary>
    public DeviceObject? DeviceObject { get; internal set; }

    internal IoSystem Io { get; }

    internal string Name { get; }

    /// <summary>Marks code of this driver while it runs.</summary>
    internal CodeOwner Owner { get; }

    internal bool IsUnloaded { get; set; }

    /// <summary>Unloading waits for the last handle on a device of the driver.</summary>
    internal bool IsUnloadPending { get; set; }

    /// <summary>Returns the name of the driver object.</summary>
    public override string ToString() => $@"\Driver\{Name}";
}
