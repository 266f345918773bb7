using MdlRuntime.Annotations;

namespace MdlRuntime;

public struct AssociatedIrp
{
    public Irp? MasterIrp;

    public int IrpCount;

    [MdlValue(MdlValueKind.BufferedAddress)]
    public nuint SystemBuffer;
}
