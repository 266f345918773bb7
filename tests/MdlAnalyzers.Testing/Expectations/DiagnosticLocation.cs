namespace Microsoft.CodeAnalysis.Testing;

/// <summary>One expected location: a path with zero-based positions, and how to compare it.</summary>
public readonly struct DiagnosticLocation
{
    /// <summary>Creates an expected location.</summary>
    public DiagnosticLocation(FileLinePositionSpan span, DiagnosticLocationOptions options)
    {
        Span = span;
        Options = options;
    }

    /// <summary>Path and zero-based positions.</summary>
    public FileLinePositionSpan Span { get; }

    /// <summary>How the location is compared.</summary>
    public DiagnosticLocationOptions Options { get; }

    internal bool IsMarkupKey => (Options & DiagnosticLocationOptions.InterpretAsMarkupKey) != 0;

    internal DiagnosticLocation WithSpan(FileLinePositionSpan span) => new(span, Options);
}
