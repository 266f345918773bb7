using System.Collections.Immutable;

namespace Microsoft.CodeAnalysis.Testing;

/// <content>Source generators.</content>
public abstract partial class AnalyzerTest<TVerifier>
{
    /// <summary>Types of the source generators that run before the analyzers.</summary>
    protected virtual IEnumerable<Type> GetSourceGenerators() => [];

    /// <summary>Creates the driver that runs the source generators over one project.</summary>
    protected abstract GeneratorDriver CreateGeneratorDriver(Project project, ImmutableArray<ISourceGenerator> sourceGenerators);

    private protected async Task<(Compilation Compilation, ImmutableArray<Diagnostic> GeneratorDiagnostics)> GetProjectCompilationAsync(
        Project project,
        CancellationToken cancellationToken)
    {
        var compilation = await project.GetCompilationAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"Project '{project.Name}' has no compilation.");
        var generators = CreateSourceGenerators();
        if (generators.IsEmpty)
            return (compilation, []);

        CreateGeneratorDriver(project, generators)
            .RunGeneratorsAndUpdateCompilation(compilation, out var updated, out var diagnostics, cancellationToken);
        return (updated, diagnostics);
    }

    private async Task VerifyGeneratedSourcesAsync(SolutionState state, Solution solution, IVerifier verifier, CancellationToken cancellationToken)
    {
        if ((TestBehaviors & TestBehaviors.SkipGeneratedSourcesCheck) != 0 || CreateSourceGenerators().IsEmpty)
            return;

        var project = solution.Projects.Single(candidate => candidate.Name == state.Name);
        var original = await project.GetCompilationAsync(cancellationToken).ConfigureAwait(false);
        var (compilation, _) = await GetProjectCompilationAsync(project, cancellationToken).ConfigureAwait(false);
        var actual = compilation.SyntaxTrees
            .Except(original!.SyntaxTrees)
            .OrderBy(static tree => tree.FilePath, StringComparer.Ordinal)
            .ToList();
        var expected = state.GeneratedSources.OrderBy(static file => file.filename, StringComparer.Ordinal).ToList();

        verifier.SequenceEqual(
            expected.Select(static file => file.filename),
            actual.Select(static tree => tree.FilePath),
            StringComparer.Ordinal,
            "files made by the source generators");
        foreach (var (file, tree) in expected.Zip(actual))
        {
            var text = await tree.GetTextAsync(cancellationToken).ConfigureAwait(false);
            verifier.EqualOrDiff(file.content.ToString(), text.ToString(), $"content of generated file '{file.filename}'");
        }
    }

    private ImmutableArray<ISourceGenerator> CreateSourceGenerators() =>
        [.. GetSourceGenerators().Select(static type => Activator.CreateInstance(type) switch
        {
            IIncrementalGenerator incremental => incremental.AsSourceGenerator(),
            ISourceGenerator generator => generator,
            _ => throw new InvalidOperationException($"{type} is not a source generator."),
        })];
}
