namespace MdlRuntime.Tests.Model;

/// <summary>How a call must end.</summary>
/// <param name="Raised">Status that is raised in every mode.</param>
/// <param name="Stop">Bug check code in every mode; 0 for none.</param>
/// <param name="StopParameter">Its first parameter; null for any.</param>
/// <param name="Finding">Bug check code that a verified machine reports first; 0 for none.</param>
/// <param name="FindingParameter">Its first parameter; null for any.</param>
internal readonly record struct Outcome(
    NtStatus? Raised = null, uint Stop = 0, ulong? StopParameter = null, uint Finding = 0, ulong? FindingParameter = null)
{
    public static Outcome Done => default;

    public static Outcome Raises(NtStatus status) => new(status);

    public static Outcome Stops(uint code, ulong? parameter = null) => new(Stop: code, StopParameter: parameter);

    /// <summary>Misuse: a strict machine stops with this code, a surveying one records it, and then <paramref name="effect"/> happens, as without a verifier.</summary>
    public static Outcome Finds(uint code, ulong? parameter, Outcome effect = default) => effect with { Finding = code, FindingParameter = parameter };
}
