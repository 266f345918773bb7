using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Microsoft.CodeAnalysis.Testing;

/// <content>Applying fixes until there is nothing left to fix.</content>
public abstract partial class CodeFixTest<TVerifier>
{
    private bool FixesOne => (CodeFixTestBehaviors & CodeFixTestBehaviors.FixOne) != 0;

    private FixRun IterativeRun(SolutionState test, SolutionState fixedState)
    {
        var isChanged = StateComparison.ContentDiffers(test, fixedState);
        var byDefault = !isChanged ? 0 : FixesOne ? 1 : -ExpectedFixable(test).Count();
        return new FixRun("Iterative code fix application", null, IterationCount.From(NumberOfIncrementalIterations ?? byDefault), FixesOne);
    }

    private IEnumerable<FixRun> FixAllRuns(SolutionState test, SolutionState batchState)
    {
        var isChanged = StateComparison.ContentDiffers(test, batchState);
        var paths = ExpectedFixable(test).Where(static expected => expected.HasLocation).Select(static expected => expected.Spans[0].Span.Path).ToHashSet(StringComparer.Ordinal);
        var projects = test.AdditionalProjects.Values.Prepend(test).Count(project => project.Sources.Concat(project.AdditionalFiles).Any(file => paths.Contains(file.filename)));

        (FixAllScope Scope, CodeFixTestBehaviors Skip, int? Count, int PerScope)[] candidates =
        [
            (FixAllScope.Document, CodeFixTestBehaviors.SkipFixAllInDocumentCheck, NumberOfFixAllInDocumentIterations, paths.Count),
            (FixAllScope.Project, CodeFixTestBehaviors.SkipFixAllInProjectCheck, NumberOfFixAllInProjectIterations, projects),
            (FixAllScope.Solution, CodeFixTestBehaviors.SkipFixAllInSolutionCheck, null, 1),
        ];
        var ranAny = false;
        foreach (var (scope, skip, count, perScope) in candidates)
        {
            if ((CodeFixTestBehaviors & skip) != 0 || !CreateCodeFixes().Any(provider => Supports(provider, scope)))
                continue;

            ranAny = true;
            var byDefault = isChanged ? -Math.Max(perScope, 1) : 0;
            yield return new FixRun($"Fix all in {scope.ToString().ToLowerInvariant()}", scope, IterationCount.From(count ?? NumberOfFixAllIterations ?? byDefault), StopAfterOne: false);
        }

        Verify.True(ranAny || !BatchFixedState.IsConfigured, $"{nameof(BatchFixedState)} is set, but no Fix All is checked: the fixes support none, or all are skipped.");
    }

    private static bool Supports(CodeFixProvider provider, FixAllScope scope) =>
        provider.GetFixAllProvider()?.GetSupportedFixAllScopes().Contains(scope) ?? false;

    private IEnumerable<DiagnosticResult> ExpectedFixable(SolutionState test)
    {
        var fixable = CreateCodeFixes().SelectMany(static provider => provider.FixableDiagnosticIds).ToHashSet(StringComparer.Ordinal);
        return test.ExpectedDiagnostics.Where(expected => expected.IsSuppressed != true && fixable.Contains(expected.Id));
    }

    private async Task<(Solution Solution, int Iterations)> ApplyFixesAsync(Solution solution, FixRun run, IVerifier verifier, CancellationToken cancellationToken)
    {
        var providers = CreateCodeFixes();
        var previous = ImmutableArray<string>.Empty;
        for (var iterations = 0; ; iterations++)
        {
            if (iterations > 0 && run.StopAfterOne)
                return (solution, iterations);

            var all = await GetSortedDiagnosticsAsync(solution, CompilerDiagnostics, verifier, cancellationToken).ConfigureAwait(false);
            ImmutableArray<(Project, Diagnostic Diagnostic)> fixable =
                [.. all.Where(item => !item.Diagnostic.IsSuppressed && providers.Any(provider => provider.FixableDiagnosticIds.Contains(item.Diagnostic.Id)))];

            // A fix that leaves the same diagnostics behind would be applied for ever.
            ImmutableArray<string> current = [.. fixable.Select(static item => DiagnosticText.Describe(item.Diagnostic))];
            if (iterations > 0 && current.SequenceEqual(previous, StringComparer.Ordinal))
                return (solution, iterations);
            previous = current;

            var action = await FindActionAsync(solution, fixable, providers, run, verifier, cancellationToken).ConfigureAwait(false);
            if (action is null)
                return (solution, iterations);
            if (iterations == run.Count.Maximum)
                run.Count.Verify(iterations + 1, verifier);

            solution = await ApplyCodeActionAsync(solution, action, verifier, cancellationToken).ConfigureAwait(false);
        }
    }

    // The action that the first diagnostic with any offers: its own, or the Fix All action it triggers.
    private async Task<CodeAction?> FindActionAsync(
        Solution solution,
        ImmutableArray<(Project Project, Diagnostic Diagnostic)> fixable,
        ImmutableArray<CodeFixProvider> providers,
        FixRun run,
        IVerifier verifier,
        CancellationToken cancellationToken)
    {
        if (FixesOne)
        {
            if (!TrySelectDiagnosticToFix([.. fixable.Select(static item => item.Diagnostic)], out var selected))
                return null;
            fixable = [.. fixable.Where(item => item.Diagnostic == selected)];
        }

        foreach (var (project, diagnostic) in fixable)
        {
            if (FindDocument(project, diagnostic) is not { } document)
                continue;

            var (action, provider) = await OfferedActionAsync(document, diagnostic, providers, run.Scope, verifier, cancellationToken).ConfigureAwait(false);
            if (action is null)
                continue;

            CodeActionVerifier?.Invoke(action, verifier);
            if (run.Scope is not { } scope)
                return action;

            return await FixAllActionAsync(document, diagnostic, provider!, scope, action, verifier, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<(CodeAction? Action, CodeFixProvider? Provider)> OfferedActionAsync(
        TextDocument document,
        Diagnostic diagnostic,
        ImmutableArray<CodeFixProvider> providers,
        FixAllScope? scope,
        IVerifier verifier,
        CancellationToken cancellationToken)
    {
        var offered = new List<(CodeAction Action, CodeFixProvider Provider)>();
        foreach (var provider in providers.Where(candidate => candidate.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            if (scope is { } fixAllScope && !Supports(provider, fixAllScope))
                continue;

            var context = new CodeFixContext(document, diagnostic, (action, _) => offered.Add((action, provider)), cancellationToken);
            await provider.RegisterCodeFixesAsync(context).ConfigureAwait(false);
        }

        var selected = SelectCodeAction([.. offered.Select(static item => item.Action)], verifier);
        return (selected, offered.FirstOrDefault(item => Contains(item.Action, selected)).Provider);
    }

    private static bool Contains(CodeAction action, CodeAction? candidate) =>
        action == candidate || action.NestedActions.Any(nested => Contains(nested, candidate));

    private async Task<CodeAction?> FixAllActionAsync(
        TextDocument document,
        Diagnostic diagnostic,
        CodeFixProvider provider,
        FixAllScope scope,
        CodeAction action,
        IVerifier verifier,
        CancellationToken cancellationToken)
    {
        var ids = provider.FixableDiagnosticIds.Except(DisabledDiagnostics, StringComparer.Ordinal);
        var diagnostics = new FixAllDiagnosticProvider(async (solution, token) =>
            await GetSortedDiagnosticsAsync(solution, CompilerDiagnostics, verifier, token).ConfigureAwait(false));
        var context = document is Document source
            ? new FixAllContext(source, diagnostic.Location.SourceSpan, provider, scope, action.EquivalenceKey, ids, diagnostics, cancellationToken)
            : new FixAllContext(document.Project, provider, scope, action.EquivalenceKey, ids, diagnostics, cancellationToken);
        return await provider.GetFixAllProvider()!.GetFixAsync(context).ConfigureAwait(false);
    }

    private static TextDocument? FindDocument(Project project, Diagnostic diagnostic)
    {
        if (diagnostic.Location.SourceTree is { } tree)
            return project.GetDocument(tree);

        var path = diagnostic.Location.GetLineSpan().Path;
        return project.AdditionalDocuments.Concat(project.AnalyzerConfigDocuments).FirstOrDefault(document => document.FilePath == path);
    }
}
