using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.StackLocation)]
public sealed class IoStackLocation
{
    public MajorFunction MajorFunction { get; set; }
    public byte MinorFunction { get; set; }
    public byte Flags { get; set; }
    public byte Control { get; set; }
    public ref StackParameters Parameters => throw null!;
    public DeviceObject DeviceObject => throw null!;
    public FileObject? FileObject => throw null!;
}
