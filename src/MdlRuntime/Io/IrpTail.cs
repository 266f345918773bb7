namespace MdlRuntime;

/// <summary>Scratch a driver owns while it owns the IRP. WDK: IRP.Tail.Overlay.DriverContext.</summary>
public struct IrpTail
{
    /// <summary>The four slots.</summary>
    public object? DriverContext0, DriverContext1, DriverContext2, DriverContext3;
}
