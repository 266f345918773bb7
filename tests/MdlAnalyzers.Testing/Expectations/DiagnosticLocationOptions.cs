namespace Microsoft.CodeAnalysis.Testing;

/// <summary>How an expected location is compared.</summary>
[Flags]
public enum DiagnosticLocationOptions
{
    /// <summary>Start and end are compared.</summary>
    None = 0,

    /// <summary>Only the start is compared.</summary>
    IgnoreLength = 1,

    /// <summary>The path is a markup key (<c>#0</c>) that stands for the span of that number.</summary>
    InterpretAsMarkupKey = 2,

    /// <summary>The location must be reported as unnecessary code.</summary>
    UnnecessaryCode = 4,
}
