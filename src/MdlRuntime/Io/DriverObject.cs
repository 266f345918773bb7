using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.Driver)]
public sealed class DriverObject
{
    public DispatchTable MajorFunction => throw null!;
    public DriverStartIo? DriverStartIo { get; set; }
    public DriverUnload? DriverUnload { get; set; }
    /// <summary>DriverExtension->AddDevice.</summary>
    public DriverAddDevice? AddDevice { get; set; }
    public DeviceObject? DeviceObject => throw null!;
}
