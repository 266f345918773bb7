namespace MdlRuntime;

/// <summary>A routine or an option of it is part of the kernel, but not of this model. Nothing was done.</summary>
public sealed class NotModelledException : NotSupportedException
{
    /// <summary>Says that <paramref name="routine"/> is not modelled.</summary>
    /// <param name="routine">WDK name of the routine, with the option if only that is missing.</param>
    public NotModelledException(string routine) : base($"{routine} is not modelled by this version of the machine.") =>
        Routine = routine;

    /// <summary>WDK name of the routine.</summary>
    public string Routine { get; }
}
