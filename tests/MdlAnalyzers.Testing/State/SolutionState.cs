using System.Collections.Immutable;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The content of a solution before or after a fix, and the diagnostics expected in it.</summary>
public class SolutionState : ProjectState
{
    /// <summary>Creates an empty solution whose primary project has the given name.</summary>
    public SolutionState(string name, string language, string defaultPrefix, string defaultExtension)
        : base(name, language, defaultPrefix, defaultExtension)
    {
        AdditionalProjects = new ProjectCollection(language, defaultExtension);
    }

    /// <summary>What is taken over from the base state; <see cref="StateInheritanceMode.AutoInherit"/> when null.</summary>
    public StateInheritanceMode? InheritanceMode { get; set; }

    /// <summary>
    /// What markup means here. When null: <see cref="MarkupMode.Allow"/> in the test state, and in derived states
    /// <see cref="MarkupMode.IgnoreFixable"/> if their content differs from that of their base.
    /// </summary>
    public MarkupMode? MarkupHandling { get; set; }

    /// <summary>Projects besides the primary one.</summary>
    public ProjectCollection AdditionalProjects { get; }

    /// <summary>Expected diagnostics, besides those that markup stands for.</summary>
    public List<DiagnosticResult> ExpectedDiagnostics { get; } = [];

    internal override bool HasAnyContent => base.HasAnyContent || AdditionalProjects.Count > 0 || ExpectedDiagnostics.Count > 0;

    internal bool IsConfigured => HasAnyContent || InheritanceMode is not null || MarkupHandling is not null;

    /// <summary>Returns this state with everything it takes over filled in; its inheritance mode is then explicit.</summary>
    /// <param name="baseState">The state this one is based on; null for the test state.</param>
    /// <param name="fixableDiagnostics">Ids that a fix under test can fix.</param>
    public SolutionState WithInheritedValuesApplied(SolutionState? baseState, ImmutableArray<string> fixableDiagnostics) =>
        StateInheritance.Apply(this, baseState, fixableDiagnostics);

    /// <summary>Returns this state with the markup taken out of its files and turned into expected diagnostics.</summary>
    /// <param name="markupOptions">How markup is read.</param>
    /// <param name="defaultDiagnostic">What unnamed markup stands for; null when it is not allowed.</param>
    /// <param name="supportedDiagnostics">Descriptors of the analyzers under test.</param>
    /// <param name="fixableDiagnostics">Ids that a fix under test can fix.</param>
    /// <param name="defaultPath">Path of expected diagnostics that name no file.</param>
    public SolutionState WithProcessedMarkup(
        MarkupOptions markupOptions,
        DiagnosticDescriptor? defaultDiagnostic,
        ImmutableArray<DiagnosticDescriptor> supportedDiagnostics,
        ImmutableArray<string> fixableDiagnostics,
        string defaultPath)
    {
        var markup = new StateMarkup(markupOptions, MarkupHandling ?? MarkupMode.Allow, defaultDiagnostic, supportedDiagnostics, fixableDiagnostics);
        return markup.Process(this, defaultPath);
    }
}
