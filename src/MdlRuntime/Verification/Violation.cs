namespace MdlRuntime.Verification;

/// <summary>A misuse about to be reported.</summary>
internal readonly record struct Violation(
    uint Code, ulong Parameter1, ulong Parameter2, ulong Parameter3, ulong Parameter4, string? RuleId, string Explanation)
{
    /// <summary>The object it is about, where no parameter is its address.</summary>
    public ITracked? Subject { get; init; }

    /// <summary>For a leak, how it was allocated.</summary>
    public Transition? Made { get; init; }
}
