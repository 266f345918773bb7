using System.Runtime.InteropServices;
using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>What belongs to a request besides its MDL. WDK: IRP.AssociatedIrp.</summary>
/// <remarks>A union: a request uses one of the three, so a buffered request cannot be a master.</remarks>
[StructLayout(LayoutKind.Explicit)]
public struct AssociatedIrp
{
    /// <summary>The request that this one is a part of.</summary>
    [FieldOffset(0)]
    public Irp? MasterIrp;

    // A reference cannot share its place with numbers here.
    /// <summary>Associated requests that are not complete yet; the driver sets it in the master, which completes when it reaches 0.</summary>
    [FieldOffset(8)]
    public int IrpCount;

    /// <summary>System address of the buffer of a buffered request; 0 for an empty one.</summary>
    [FieldOffset(8)]
    [MdlValue(MdlValueKind.BufferedAddress)]
    public nuint SystemBuffer;
}
