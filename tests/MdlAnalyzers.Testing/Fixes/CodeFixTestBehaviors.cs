namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Parts of a code fix test that are left out or done differently.</summary>
[Flags]
public enum CodeFixTestBehaviors
{
    /// <summary>Every part runs.</summary>
    None = 0,

    /// <summary>Fix All in the document is left out.</summary>
    SkipFixAllInDocumentCheck = 1,

    /// <summary>Fix All in the project is left out.</summary>
    SkipFixAllInProjectCheck = 2,

    /// <summary>Fix All in the solution is left out.</summary>
    SkipFixAllInSolutionCheck = 4,

    /// <summary>Every Fix All is left out.</summary>
    SkipFixAllCheck = SkipFixAllInDocumentCheck | SkipFixAllInProjectCheck | SkipFixAllInSolutionCheck,

    /// <summary>The iterative run stops after one fix.</summary>
    FixOne = 8,

    /// <summary>Fixable diagnostics may be reported at the end of the compilation only.</summary>
    SkipLocalDiagnosticCheck = 16,
}
