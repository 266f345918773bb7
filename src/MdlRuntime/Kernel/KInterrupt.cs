namespace MdlRuntime;

/// <summary>An interrupt object: a service routine connected to a vector. WDK: KINTERRUPT.</summary>
public sealed class KInterrupt
{
    internal KInterrupt(uint vector, Kirql irql, KServiceRoutine routine, object? context)
    {
        Vector = vector;
        Irql = irql;
        Routine = routine;
        Context = context;
        Owner = Processor.Ambient?.Thread.Owner;
    }

    internal uint Vector { get; }

    /// <summary>DIRQL: the level at which the service routine and KeSynchronizeExecution run.</summary>
    internal Kirql Irql { get; }

    internal KServiceRoutine Routine { get; }

    internal object? Context { get; }

    /// <summary>The driver that connected it.</summary>
    internal CodeOwner? Owner { get; }
}
