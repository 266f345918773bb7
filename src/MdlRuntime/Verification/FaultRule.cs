namespace MdlRuntime.Verification;

/// <summary>One part of a fault plan: which calls it is about, and which of those fail.</summary>
internal abstract class FaultRule(FaultFilter filter)
{
    public FaultFilter Filter => filter;

    /// <summary>Counts a call that passed the filter, and says whether it fails.</summary>
    public abstract bool Strikes(string routine);
}
