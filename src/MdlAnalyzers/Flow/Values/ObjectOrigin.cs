namespace MdlAnalyzers.Flow.Values;

/// <summary>How an object came to be known.</summary>
internal enum ObjectOrigin
{
    /// <summary>Value of a parameter, local or static member at the start of the analysis.</summary>
    Symbol,

    /// <summary>The current instance.</summary>
    This,

    /// <summary>Result of a call or creation.</summary>
    Site,

    /// <summary>Read from a member of another object.</summary>
    Member,

    /// <summary>One of several objects that paths brought together.</summary>
    Join,
}
