using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.Irp)]
public sealed class Irp
{
    /// <summary>System address of the structure itself: what stops print as their IRP parameter.</summary>
    public nuint Address => throw null!;
    [PresentWhenLengthNonZero]
    public Mdl? MdlAddress { get; set; }
    public uint Flags { get; set; }
    public ref AssociatedIrp AssociatedIrp => throw null!;
    public ref IoStatusBlock IoStatus => throw null!;
    public KProcessorMode RequestorMode => throw null!;
    public bool PendingReturned => throw null!;
    public bool Cancel => throw null!;
    public Kirql CancelIrql { get; set; }
    [MdlValue(MdlValueKind.UserAddress)]
    public nuint UserBuffer { get; set; }
    public ref IrpTail Tail => throw null!;
}
