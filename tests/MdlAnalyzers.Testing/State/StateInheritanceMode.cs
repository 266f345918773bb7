namespace Microsoft.CodeAnalysis.Testing;

/// <summary>What a derived state takes over from the state it is based on.</summary>
public enum StateInheritanceMode
{
    /// <summary>Everything not set here; diagnostics a fix can fix only when the content is the same.</summary>
    AutoInherit = 0,

    /// <summary>Nothing.</summary>
    Explicit = 1,

    /// <summary>Everything not set here, all expected diagnostics included.</summary>
    AutoInheritAll = 2,
}
