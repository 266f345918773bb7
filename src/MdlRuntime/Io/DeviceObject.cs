using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.Device)]
public sealed class DeviceObject
{
    public DriverObject DriverObject => throw null!;
    public DeviceObject? NextDevice => throw null!;
    public DeviceObject? AttachedDevice => throw null!;
    public Irp? CurrentIrp { get; set; }
    public DeviceFlags Flags { get; set; }
    [MdlValue(MdlValueKind.Alignment)]
    public uint AlignmentRequirement { get; set; }
    public sbyte StackSize { get; set; }
    public object? DeviceExtension { get; set; }
}
