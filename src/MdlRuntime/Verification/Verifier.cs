namespace MdlRuntime.Verification;

/// <summary>Decides what a detected misuse leads to.</summary>
internal sealed class Verifier(KernelSystem system, VerifierMode mode)
{
    private readonly List<Finding> _findings = [];

    public VerifierMode Mode => mode;

    /// <summary>Whether misuse is looked for at all: checks that cost time ask first.</summary>
    public bool IsOn => mode != VerifierMode.Off;

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Nothing when off; a finding in survey mode; a finding and a stop in strict mode.</summary>
    public void Report(in Violation violation)
    {
        if (mode == VerifierMode.Off)
            return;

        _findings.Add(new(violation, []));
        if (mode == VerifierMode.Strict)
        {
            system.BugCheck(violation.Code, violation.Parameter1, violation.Parameter2, violation.Parameter3, violation.Parameter4,
                violation.Explanation, violation.RuleId);
        }
    }
}
