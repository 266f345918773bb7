namespace MdlRuntime;

/// <summary>Scratch a driver owns while it owns the IRP (Tail.Overlay.DriverContext).</summary>
public struct IrpTail { public object? DriverContext0, DriverContext1, DriverContext2, DriverContext3; }
