using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>One fragment of a transfer. WDK: SCATTER_GATHER_ELEMENT.</summary>
/// <param name="Address">Logical address of its first byte.</param>
/// <param name="Length">Bytes; never 0.</param>
public readonly record struct ScatterGatherElement(
    [property: MdlValue(MdlValueKind.LogicalAddress)][MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress Address,
    [property: MdlValue(MdlValueKind.TransferLength)][MdlValue(MdlValueKind.TransferLength)] uint Length);
