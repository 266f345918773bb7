using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>The wire behind an interrupt vector.</summary>
public sealed class InterruptLine
{
    public static InterruptLine ForVector(Machine machine, uint vector) => throw null!;
    /// <summary>Requests one interrupt; the service routine runs once the IRQL is below the line's, at the latest in the next RunUntilIdle.</summary>
    public void Assert() => throw null!;
}
