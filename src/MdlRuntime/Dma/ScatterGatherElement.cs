using MdlRuntime.Annotations;

namespace MdlRuntime;

public readonly record struct ScatterGatherElement(
    [property: MdlValue(MdlValueKind.LogicalAddress)] [MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress Address,
    [property: MdlValue(MdlValueKind.TransferLength)] [MdlValue(MdlValueKind.TransferLength)] uint Length);
