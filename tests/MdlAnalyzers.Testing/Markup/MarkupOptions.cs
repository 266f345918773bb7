namespace Microsoft.CodeAnalysis.Testing;

/// <summary>How markup in a test is read.</summary>
[Flags]
public enum MarkupOptions
{
    /// <summary>Unnamed markup is allowed only for an analyzer with one descriptor.</summary>
    None = 0,

    /// <summary>Unnamed markup stands for the first descriptor of the first analyzer.</summary>
    UseFirstDescriptor = 1,

    /// <summary><c>$$</c> is text, not a position.</summary>
    TreatPositionIndicatorsAsCode = 2,
}
