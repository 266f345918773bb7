namespace MdlRuntime.Verification;

public sealed class FaultPlan
{
    /// <summary>Makes the n-th call (1-based, counted from now) of the named routine fail.</summary>
    public void FailNth(string routine, int n) => throw null!;
    public void FailWithProbability(double probability, string? routine = null) => throw null!;
    public void Clear() => throw null!;
}
