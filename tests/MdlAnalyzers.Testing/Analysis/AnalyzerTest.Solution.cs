using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Options;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <content>Turning a state into a solution.</content>
public abstract partial class AnalyzerTest<TVerifier>
{
    private const string AnalyzerCrashId = "AD0001";

    // Line ends that a formatter adds are those of the test texts, on every platform. The workspace options do not
    // reach the clean-up of code actions; the low level lets every configuration of a test win.
    private const string DefaultConfigName = ".default.globalconfig";
    private const string DefaultConfig = "is_global = true\nglobal_level = -100\nend_of_line = lf\n";

    // The SDK switches these two off as well: they speak of how references were unified, not of the code.
    private static readonly ImmutableArray<string> _alwaysDisabled = ["CS1701", "CS1702"];

    private readonly ConcurrentBag<Workspace> _workspaces = [];

    /// <summary>Creates the workspace that solutions live in.</summary>
    protected virtual Task<Workspace> CreateWorkspaceImplAsync() =>
        Task.FromResult<Workspace>(new AdhocWorkspace(MefHostServices.DefaultHost));

    /// <summary>Sets the severities of a project: crashes of analyzers are errors, rules off by default are on.</summary>
    protected virtual Project ApplyCompilationOptions(Project project)
    {
        ArgumentNullException.ThrowIfNull(project);
        var options = project.CompilationOptions ?? CreateCompilationOptions();
        var severities = options.SpecificDiagnosticOptions.ToBuilder();
        foreach (var descriptor in CreateAnalyzers().SelectMany(static analyzer => analyzer.SupportedDiagnostics))
        {
            if (!descriptor.IsEnabledByDefault)
                severities[descriptor.Id] = ToReportDiagnostic(descriptor.DefaultSeverity);
        }

        foreach (var id in _alwaysDisabled.Concat(DisabledDiagnostics))
            severities[id] = ReportDiagnostic.Suppress;
        severities[AnalyzerCrashId] = ReportDiagnostic.Error;

        return project.WithCompilationOptions(options.WithSpecificDiagnosticOptions(severities.ToImmutable()));
    }

    private protected async Task<Solution> CreateSolutionAsync(SolutionState state, CancellationToken cancellationToken)
    {
        var workspace = await CreateWorkspaceImplAsync().ConfigureAwait(false);
        _workspaces.Add(workspace);

        var options = OptionsTransforms.Aggregate((OptionSet)workspace.Options, static (current, transform) => transform(current));
        var solution = workspace.CurrentSolution.WithOptions(options);

        var projects = state.AdditionalProjects.Values.OrderBy(static project => project.Name, StringComparer.Ordinal).Prepend(state).ToList();
        var ids = new Dictionary<string, ProjectId>(StringComparer.Ordinal);
        foreach (var project in projects)
            Verify.True(ids.TryAdd(project.Name, ProjectId.CreateNewId(project.Name)), $"two projects are called '{project.Name}'");
        foreach (var project in projects)
            solution = await AddProjectAsync(solution, ids[project.Name], project, cancellationToken).ConfigureAwait(false);
        foreach (var project in projects)
            solution = AddProjectReferences(solution, ids, project);

        solution = SolutionTransforms.Aggregate(solution, (current, transform) => transform(current, ids[state.Name]));
        foreach (var id in ids.Values)
            solution = ApplyCompilationOptions(solution.GetProject(id)!).Solution;
        return solution;
    }

    private async Task<Solution> AddProjectAsync(Solution solution, ProjectId id, ProjectState state, CancellationToken cancellationToken)
    {
        var references = await (state.ReferenceAssemblies ?? ReferenceAssemblies).ResolveAsync(state.Language, cancellationToken).ConfigureAwait(false);
        var compilationOptions = CreateCompilationOptions().WithXmlReferenceResolver(new TestXmlReferenceResolver(XmlReferences));
        if (state.OutputKind is { } outputKind)
            compilationOptions = compilationOptions.WithOutputKind(outputKind);
        var parseOptions = CreateParseOptions();
        if (state.DocumentationMode is { } documentationMode)
            parseOptions = parseOptions.WithDocumentationMode(documentationMode);

        solution = solution.AddProject(ProjectInfo.Create(
            id,
            VersionStamp.Default,
            state.Name,
            state.AssemblyName,
            state.Language,
            compilationOptions: compilationOptions,
            parseOptions: parseOptions,
            metadataReferences: references.AddRange(state.AdditionalReferences)));

        var generated = GetSourceGenerators().Any() ? [] : state.GeneratedSources.AsEnumerable();
        foreach (var (path, text) in state.Sources.Concat(generated))
        {
            var (name, folders) = DocumentPath.Split(state.DefaultPrefix, path);
            solution = solution.AddDocument(DocumentId.CreateNewId(id, path), name, text, folders, path);
        }

        foreach (var (path, text) in state.AdditionalFiles)
        {
            var (name, folders) = DocumentPath.Split(state.DefaultPrefix, path);
            solution = solution.AddAdditionalDocument(DocumentId.CreateNewId(id, path), name, text, folders, path);
        }

        foreach (var (path, text) in state.AnalyzerConfigFiles)
        {
            var (name, folders) = DocumentPath.Split(state.DefaultPrefix, path);
            solution = solution.AddAnalyzerConfigDocument(DocumentId.CreateNewId(id, path), name, text, folders, path);
        }

        return solution.AddAnalyzerConfigDocument(
            DocumentId.CreateNewId(id, DefaultConfigName), DefaultConfigName, SourceText.From(DefaultConfig), filePath: "/" + DefaultConfigName);
    }

    private static Solution AddProjectReferences(Solution solution, Dictionary<string, ProjectId> ids, ProjectState project)
    {
        foreach (var name in project.AdditionalProjectReferences)
        {
            Verify.True(ids.TryGetValue(name, out var referenced), $"project '{project.Name}' references the unknown project '{name}'");
            solution = solution.AddProjectReference(ids[project.Name], new ProjectReference(referenced!));
        }

        return solution;
    }

    private static ReportDiagnostic ToReportDiagnostic(DiagnosticSeverity severity) => severity switch
    {
        DiagnosticSeverity.Hidden => ReportDiagnostic.Hidden,
        DiagnosticSeverity.Info => ReportDiagnostic.Info,
        DiagnosticSeverity.Warning => ReportDiagnostic.Warn,
        _ => ReportDiagnostic.Error,
    };

    private void DisposeWorkspaces()
    {
        while (_workspaces.TryTake(out var workspace))
            workspace.Dispose();
    }
}
