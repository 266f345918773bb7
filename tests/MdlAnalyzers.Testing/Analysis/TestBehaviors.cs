namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Checks a test leaves out.</summary>
[Flags]
public enum TestBehaviors
{
    /// <summary>Nothing is left out.</summary>
    None = 0,

    /// <summary>The input is not repeated as generated code.</summary>
    SkipGeneratedCodeCheck = 1,

    /// <summary>The input is not repeated with every rule suppressed.</summary>
    SkipSuppressionCheck = 2,

    /// <summary>Output of source generators is not compared with the generated sources of the state.</summary>
    SkipGeneratedSourcesCheck = 4,
}
