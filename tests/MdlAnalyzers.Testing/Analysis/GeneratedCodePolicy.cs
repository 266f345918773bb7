namespace Microsoft.CodeAnalysis.Testing;

/// <summary>What a rule does in generated code.</summary>
public enum GeneratedCodePolicy
{
    /// <summary>Reports nothing there.</summary>
    Silent = 0,

    /// <summary>Reports there what it reports in other code.</summary>
    Reported = 1,
}
