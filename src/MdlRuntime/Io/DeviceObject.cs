using MdlRuntime.Annotations;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>A device that requests can be sent to. WDK: DEVICE_OBJECT.</summary>
[MdlEntity(MdlEntity.Device)]
public sealed class DeviceObject : ITracked
{
    internal DeviceObject(DriverObject driver, nuint address, string? name)
    {
        DriverObject = driver;
        Address = address;
        Name = name;
    }

    /// <summary>System address of the object itself: what stops print as their device parameter.</summary>
    public nuint Address { get; }

    ObjectHistory? ITracked.History { get; set; }

    /// <summary>The driver that created the device.</summary>
    public DriverObject DriverObject { get; }

    /// <summary>The next older device of the same driver.</summary>
    public DeviceObject? NextDevice { get; internal set; }

    /// <summary>The device above this one in the stack.</summary>
    public DeviceObject? AttachedDevice { get; internal set; }

    /// <summary>The request that StartIo works on.</summary>
    public Irp? CurrentIrp { get; set; }

    /// <summary>DO_DIRECT_IO, DO_BUFFERED_IO and others; set by the driver before DO_DEVICE_INITIALIZING is cleared.</summary>
    public DeviceFlags Flags { get; set; }

    /// <summary>Alignment that the device asks of buffers, minus 1: a mask.</summary>
    [MdlValue(MdlValueKind.Alignment)]
    public uint AlignmentRequirement { get; set; }

    /// <summary>Smallest unit of the device in bytes: 512 for disks, 2048 for CD-ROMs, 0 for others. Transfers of unbuffered files are multiples of it.</summary>
    public ushort SectorSize { get; set; }

    /// <summary>Stack locations that a request to this device needs: 1, and 1 more per device below.</summary>
    public sbyte StackSize { get; set; }

    /// <summary>The driver's own state for this device.</summary>
    public object? DeviceExtension { get; set; }

    internal string? Name { get; }

    /// <summary>The device below this one in the stack.</summary>
    internal DeviceObject? LowerDevice { get; set; }

    /// <summary>The driver that a bus gave this physical device to; null for devices that drivers created.</summary>
    internal DriverObject? FunctionDriver { get; set; }

    /// <summary>The bus of a physical device; of a device that a driver created no bus knows anything.</summary>
    internal InterfaceType Bus { get; set; } = InterfaceType.Internal;

    internal bool IsPhysical => FunctionDriver is not null;

    internal bool IsDeleted { get; set; }

    /// <summary>The hardware is gone: no new handles.</summary>
    internal bool IsRemoved { get; set; }

    internal int OpenHandles { get; set; }

    internal bool IsMethodConflictReported { get; set; }

    internal DeviceQueue Queue { get; } = new();

    internal KDpc Dpc { get; } = new();

    internal IoDpcRoutine? DpcRoutine { get; set; }

    /// <summary>The device that requests for this one go to: the top of its stack.</summary>
    internal DeviceObject Top
    {
        get
        {
            DeviceObject top = this;
            while (top.AttachedDevice is { } above)
                top = above;
            return top;
        }
    }

    /// <summary>Returns the device name, or the driver's for an unnamed device.</summary>
    public override string ToString() => Name ?? $"{DriverObject} (unnamed device {Address:X16})";
}
