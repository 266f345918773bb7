namespace Microsoft.CodeAnalysis.Testing;

/// <summary>What markup in a state means.</summary>
public enum MarkupMode
{
    /// <summary>Nothing is markup; the text is taken as it stands.</summary>
    None = 0,

    /// <summary>Markup is removed and stands for no diagnostic.</summary>
    Ignore = 1,

    /// <summary>Markup is removed and stands for diagnostics, except those a fix under test can fix.</summary>
    IgnoreFixable = 2,

    /// <summary>Markup is removed and stands for diagnostics.</summary>
    Allow = 3,
}
