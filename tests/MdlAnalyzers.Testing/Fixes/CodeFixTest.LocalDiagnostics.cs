using System.Collections.Immutable;

namespace Microsoft.CodeAnalysis.Testing;

/// <content>Editors offer fixes only for what the analysis of one file reports.</content>
public abstract partial class CodeFixTest<TVerifier>
{
    private async Task VerifyLocalDiagnosticsAsync(SolutionState test, CancellationToken cancellationToken)
    {
        if ((CodeFixTestBehaviors & CodeFixTestBehaviors.SkipLocalDiagnosticCheck) != 0)
            return;

        var verifier = Verify.PushContext("Local diagnostics");
        var fixable = CreateCodeFixes().SelectMany(static provider => provider.FixableDiagnosticIds).ToHashSet(StringComparer.Ordinal);
        var solution = await CreateSolutionAsync(test, cancellationToken).ConfigureAwait(false);
        var all = await GetSortedDiagnosticsAsync(solution, CompilerDiagnostics.None, verifier, cancellationToken).ConfigureAwait(false);

        foreach (var group in all
            .Where(item => fixable.Contains(item.Diagnostic.Id) && item.Diagnostic.Location.IsInSource)
            .GroupBy(static item => item.Project))
        {
            var local = await LocalDiagnosticsAsync(group.Key, cancellationToken).ConfigureAwait(false);
            ImmutableArray<Diagnostic> missing = [.. group
                .Select(static item => item.Diagnostic)
                .Where(diagnostic => !local.Contains(DiagnosticText.Describe(diagnostic)))];
            if (!missing.IsEmpty)
                verifier.Fail(FailureReport.Render("Fixable, but not reported by the analysis of its own file (editors will offer no fix)", missing, SourceExcerpt.Of(test)));
        }
    }

    private async Task<HashSet<string>> LocalDiagnosticsAsync(Project project, CancellationToken cancellationToken)
    {
        var (compilation, _) = await GetProjectCompilationAsync(project, cancellationToken).ConfigureAwait(false);
        var driver = CreateCompilationWithAnalyzers(compilation, CreateAnalyzers(), GetAnalyzerOptions(project), cancellationToken);
        var local = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tree in compilation.SyntaxTrees)
        {
            var ofSyntax = await driver.GetAnalyzerSyntaxDiagnosticsAsync(tree, cancellationToken).ConfigureAwait(false);
            var ofSemantics = await driver.GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), filterSpan: null, cancellationToken).ConfigureAwait(false);
            local.UnionWith(ofSyntax.Concat(ofSemantics).Select(DiagnosticText.Describe));
        }

        return local;
    }
}
