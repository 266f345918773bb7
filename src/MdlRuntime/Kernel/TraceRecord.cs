namespace MdlRuntime.Simulation;

/// <summary>One thing the machine did, reported while it happens.</summary>
/// <param name="Time">Virtual time in units of 100 ns since the machine started.</param>
/// <param name="Irql">IRQL at which it happened.</param>
/// <param name="Thread">The current thread.</param>
/// <param name="Routine">WDK name of the routine or of the kind of callback.</param>
/// <param name="Subject">The object concerned, such as an <see cref="Mdl"/> or an <see cref="Irp"/>.</param>
/// <param name="Value1">First number of the routine's own, such as an address.</param>
/// <param name="Value2">Second number of the routine's own, such as a length in bytes.</param>
/// <param name="Value3">Third number of the routine's own.</param>
public readonly record struct TraceRecord(
    long Time, Kirql Irql, EThread Thread, string Routine, object? Subject, ulong Value1, ulong Value2, ulong Value3);
