namespace Microsoft.CodeAnalysis.Testing;

/// <summary>From which severity on compiler diagnostics must be declared.</summary>
public enum CompilerDiagnostics
{
    /// <summary>None at all.</summary>
    None = 0,

    /// <summary>Errors.</summary>
    Errors = 1,

    /// <summary>Warnings and errors.</summary>
    Warnings = 2,

    /// <summary>Suggestions, warnings and errors.</summary>
    Suggestions = 3,

    /// <summary>Hidden ones too.</summary>
    All = 4,
}
