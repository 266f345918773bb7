using System.Collections.Immutable;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Fills a state with what it takes over from its base.</summary>
internal static class StateInheritance
{
    public static SolutionState Apply(SolutionState state, SolutionState? baseState, ImmutableArray<string> fixableDiagnostics)
    {
        var mode = state.InheritanceMode ?? StateInheritanceMode.AutoInherit;
        var source = mode == StateInheritanceMode.Explicit ? null : baseState;
        var result = CopyOf(state);
        result.InheritanceMode = StateInheritanceMode.Explicit;

        if (source is null)
        {
            result.MarkupHandling = state.MarkupHandling ?? (baseState is null ? MarkupMode.Allow : MarkupMode.IgnoreFixable);
            result.ExpectedDiagnostics.AddRange(state.ExpectedDiagnostics);
            return result;
        }

        InheritProject(result, source);
        if (result.AdditionalProjects.Count == 0)
            CopyProjects(source, result);

        var isUnchanged = !StateComparison.ContentDiffers(result, source);
        result.MarkupHandling = state.MarkupHandling ?? (isUnchanged ? source.MarkupHandling : MarkupMode.IgnoreFixable);

        if (state.ExpectedDiagnostics.Count > 0)
            result.ExpectedDiagnostics.AddRange(state.ExpectedDiagnostics);
        else if (isUnchanged || mode == StateInheritanceMode.AutoInheritAll)
            result.ExpectedDiagnostics.AddRange(source.ExpectedDiagnostics);
        else
            result.ExpectedDiagnostics.AddRange(source.ExpectedDiagnostics.Where(expected => !fixableDiagnostics.Contains(expected.Id)));

        return result;
    }

    /// <summary>Copies everything but the expected diagnostics; factories of additional files are asked.</summary>
    public static SolutionState CopyOf(SolutionState state)
    {
        var result = new SolutionState(state.Name, state.Language, state.DefaultPrefix, state.DefaultExtension)
        {
            InheritanceMode = state.InheritanceMode,
            MarkupHandling = state.MarkupHandling,
        };
        CopyProject(state, result);
        CopyProjects(state, result);
        return result;
    }

    private static void CopyProjects(SolutionState from, SolutionState to)
    {
        foreach (var (name, project) in from.AdditionalProjects.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var copy = new ProjectState(project.Name, project.Language, project.DefaultPrefix, project.DefaultExtension);
            CopyProject(project, copy);
            to.AdditionalProjects.Add(name, copy);
        }
    }

    private static void CopyProject(ProjectState from, ProjectState to)
    {
        to.ReferenceAssemblies = from.ReferenceAssemblies;
        to.OutputKind = from.OutputKind;
        to.DocumentationMode = from.DocumentationMode;
        to.Sources.AddRange(from.Sources);
        to.GeneratedSources.AddRange(from.GeneratedSources);
        to.AdditionalFiles.AddRange(from.AdditionalFiles);
        to.AdditionalFiles.AddRange(from.AdditionalFilesFactories.SelectMany(static factory => factory()));
        to.AnalyzerConfigFiles.AddRange(from.AnalyzerConfigFiles);
        to.AdditionalProjectReferences.AddRange(from.AdditionalProjectReferences);
        to.AdditionalReferences.AddRange(from.AdditionalReferences);
    }

    private static void InheritProject(ProjectState state, ProjectState source)
    {
        state.ReferenceAssemblies ??= source.ReferenceAssemblies;
        state.OutputKind ??= source.OutputKind;
        state.DocumentationMode ??= source.DocumentationMode;
        InheritList(state.Sources, source.Sources);
        InheritList(state.GeneratedSources, source.GeneratedSources);
        InheritList(state.AdditionalFiles, source.AdditionalFiles);
        InheritList(state.AnalyzerConfigFiles, source.AnalyzerConfigFiles);
        InheritList(state.AdditionalProjectReferences, source.AdditionalProjectReferences);
        InheritList(state.AdditionalReferences, source.AdditionalReferences);
    }

    private static void InheritList<T>(List<T> own, List<T> inherited)
    {
        if (own.Count == 0)
            own.AddRange(inherited);
    }
}
