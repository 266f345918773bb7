namespace MdlRuntime.Verification;

/// <summary>Makes chosen routines fail, as Driver Verifier's low-resources simulation does.</summary>
public sealed class FaultPlan
{
    internal FaultPlan()
    {
    }

    /// <summary>Whether the call of a driver that is being made must fail; asked once a call, before anything is taken.</summary>
    internal bool Strikes(string routine) => false;

    /// <summary>Makes one later call of a routine fail.</summary>
    /// <param name="routine">WDK name of the routine.</param>
    /// <param name="n">Which call, 1-based, counted from now.</param>
    /// <exception cref="NotModelledException">Always: fault plans are not modelled yet.</exception>
    public void FailNth(string routine, int n) => throw new NotModelledException($"{nameof(FaultPlan)}.{nameof(FailNth)}");

    /// <summary>Makes calls fail at random, from the machine's seed.</summary>
    /// <param name="probability">0 to 1.</param>
    /// <param name="routine">WDK name of the routine, or null for every routine that can fail.</param>
    /// <exception cref="NotModelledException">Always: fault plans are not modelled yet.</exception>
    public void FailWithProbability(double probability, string? routine = null) =>
        throw new NotModelledException($"{nameof(FaultPlan)}.{nameof(FailWithProbability)}");

    /// <summary>Ends every plan.</summary>
    /// <exception cref="NotModelledException">Always: fault plans are not modelled yet.</exception>
    public void Clear() => throw new NotModelledException($"{nameof(FaultPlan)}.{nameof(Clear)}");
}
