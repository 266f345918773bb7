using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>What belongs to a request besides its MDL. WDK: IRP.AssociatedIrp.</summary>
/// <remarks>A union in the kernel: a request uses one of the three.</remarks>
public struct AssociatedIrp
{
    /// <summary>The request that this one is a part of.</summary>
    public Irp? MasterIrp;

    /// <summary>Associated requests that are not complete yet.</summary>
    public int IrpCount;

    /// <summary>System address of the buffer of a buffered request; 0 for an empty one.</summary>
    [MdlValue(MdlValueKind.BufferedAddress)]
    public nuint SystemBuffer;
}
