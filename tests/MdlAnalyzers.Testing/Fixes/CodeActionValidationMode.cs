namespace Microsoft.CodeAnalysis.Testing;

/// <summary>How the tree that a code action made is compared with its own text parsed again.</summary>
public enum CodeActionValidationMode
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Nodes and tokens must be the same.</summary>
    SemanticStructure = 1,

    /// <summary>Nodes, tokens and trivia must be the same.</summary>
    Full = 2,
}
