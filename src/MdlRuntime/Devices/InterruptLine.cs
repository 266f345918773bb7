using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>The wire behind an interrupt vector: how a device model interrupts its machine.</summary>
/// <remarks>
/// Callable by the host between runs and by code the machine runs, at any IRQL. A driver connects its service routine to the same
/// vector with IoConnectInterrupt; a request on a vector that nobody has connected waits until somebody does.
/// </remarks>
public sealed class InterruptLine
{
    private readonly Machine _machine;
    private readonly uint _vector;

    private InterruptLine(Machine machine, uint vector) => (_machine, _vector) = (machine, vector);

    /// <summary>Returns the wire to one interrupt vector of a machine.</summary>
    /// <param name="machine">The machine to interrupt.</param>
    /// <param name="vector">The vector that a driver connects to.</param>
    /// <returns>The line; every line of one vector requests the same interrupt.</returns>
    public static InterruptLine ForVector(Machine machine, uint vector)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return new(machine, vector);
    }

    /// <summary>Requests one interrupt; the service routine runs once the IRQL is below the line's, at the latest in the next RunUntilIdle.</summary>
    /// <exception cref="BugCheckException">The machine has stopped, or stops in the service routine.</exception>
    public void Assert()
    {
        _machine.ThrowIfUnusable();
        _machine.System.Trace("InterruptLine.Assert", this, _vector);
        _machine.System.Interrupts.Request(_vector);
    }
}
