namespace MdlRuntime;

public struct AssociatedIrp { public Irp? MasterIrp; public int IrpCount; public nuint SystemBuffer; }
