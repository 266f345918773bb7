using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Microsoft.CodeAnalysis.Testing;

/// <content>Collecting diagnostics and comparing them with the expected ones.</content>
public abstract partial class AnalyzerTest<TVerifier>
{
    /// <summary>Creates the driver that runs the analyzers over one compilation.</summary>
    protected virtual CompilationWithAnalyzers CreateCompilationWithAnalyzers(
        Compilation compilation,
        ImmutableArray<DiagnosticAnalyzer> analyzers,
        AnalyzerOptions options,
        CancellationToken cancellationToken) =>
        compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(
            options,
            onAnalyzerException: null,
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: true,
            reportSuppressedDiagnostics: true));

    /// <summary>Additional files and configuration that the analyzers see in <paramref name="project"/>.</summary>
    protected virtual AnalyzerOptions GetAnalyzerOptions(Project project)
    {
        ArgumentNullException.ThrowIfNull(project);
        return project.AnalyzerOptions;
    }

    /// <summary>Tells whether a compiler diagnostic must be declared.</summary>
    protected virtual bool IsCompilerDiagnosticIncluded(Diagnostic diagnostic, CompilerDiagnostics compilerDiagnostics)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        return compilerDiagnostics switch
        {
            CompilerDiagnostics.None => false,
            CompilerDiagnostics.Errors => diagnostic.Severity >= DiagnosticSeverity.Error,
            CompilerDiagnostics.Warnings => diagnostic.Severity >= DiagnosticSeverity.Warning,
            CompilerDiagnostics.Suggestions => diagnostic.Severity >= DiagnosticSeverity.Info,
            _ => true,
        };
    }

    /// <summary>Leaves out diagnostics that this kind of test is not about. Crashes of analyzers fail the test before.</summary>
    protected virtual ImmutableArray<(Project project, Diagnostic diagnostic)> FilterDiagnostics(
        ImmutableArray<(Project project, Diagnostic diagnostic)> diagnostics) => diagnostics;

    /// <summary>
    /// Orders diagnostics ordinally by path, position, id and message. Nothing is left out by default: a rule that
    /// reports twice must be seen to.
    /// </summary>
    protected virtual ImmutableArray<(Project project, Diagnostic diagnostic)> SortDistinctDiagnostics(
        ImmutableArray<(Project project, Diagnostic diagnostic)> diagnostics) =>
        [.. diagnostics
            .OrderBy(static item => item.diagnostic.Location.GetLineSpan().Path ?? "", StringComparer.Ordinal)
            .ThenBy(static item => item.diagnostic.Location.SourceSpan.Start)
            .ThenBy(static item => item.diagnostic.Location.SourceSpan.End)
            .ThenBy(static item => item.diagnostic.Id, StringComparer.Ordinal)
            .ThenBy(static item => item.diagnostic.GetMessage(CultureInfo.InvariantCulture), StringComparer.Ordinal)
            .ThenBy(static item => item.project.Name, StringComparer.Ordinal)];

    private protected async Task<ImmutableArray<(Project Project, Diagnostic Diagnostic)>> GetSortedDiagnosticsAsync(
        Solution solution,
        CompilerDiagnostics compilerDiagnostics,
        IVerifier verifier,
        CancellationToken cancellationToken)
    {
        var result = ImmutableArray.CreateBuilder<(Project project, Diagnostic diagnostic)>();
        foreach (var project in solution.Projects)
        {
            var analyzers = CreateAnalyzers();
            var (compilation, generatorDiagnostics) = await GetProjectCompilationAsync(project, cancellationToken).ConfigureAwait(false);
            var driver = CreateCompilationWithAnalyzers(compilation, analyzers, GetAnalyzerOptions(project), cancellationToken);
            var diagnostics = await driver.GetAllDiagnosticsAsync(cancellationToken).ConfigureAwait(false);

            result.AddRange(diagnostics
                .Where(diagnostic => !IsCompilerDiagnostic(diagnostic) || IsCompilerDiagnosticIncluded(diagnostic, compilerDiagnostics))
                .Concat(generatorDiagnostics)
                .Select(diagnostic => (project, diagnostic)));
        }

        VerifyNoCrash(result.Select(static item => item.diagnostic), verifier);
        return SortDistinctDiagnostics(FilterDiagnostics(result.ToImmutable()));
    }

    private protected async Task<ImmutableArray<Diagnostic>> VerifyDiagnosticsAsync(
        SolutionState state,
        IVerifier verifier,
        CancellationToken cancellationToken)
    {
        var solution = await CreateSolutionAsync(state, cancellationToken).ConfigureAwait(false);
        await VerifyGeneratedSourcesAsync(state, solution, verifier, cancellationToken).ConfigureAwait(false);

        var sorted = await GetSortedDiagnosticsAsync(solution, CompilerDiagnostics, verifier, cancellationToken).ConfigureAwait(false);
        ImmutableArray<DiagnosticResult> expected = [.. state.ExpectedDiagnostics];
        var actual = await WithoutSourceSuppressedAsync(sorted, expected, cancellationToken).ConfigureAwait(false);
        VerifyMatch(actual, expected, SourceExcerpt.Of(state), verifier);
        VerifyMessages(actual, expected, verifier);
        return actual;
    }

    private protected static bool IsCompilerDiagnostic(Diagnostic diagnostic) =>
        diagnostic.Descriptor.CustomTags.Contains(WellKnownDiagnosticTags.Compiler, StringComparer.Ordinal);

    private static void VerifyNoCrash(IEnumerable<Diagnostic> diagnostics, IVerifier verifier)
    {
        if (diagnostics.FirstOrDefault(static diagnostic => diagnostic.Id == AnalyzerCrashId) is { } crash)
            verifier.Fail($"An analyzer threw ({AnalyzerCrashId}): {crash.GetMessage(CultureInfo.InvariantCulture)}\n{crash.Descriptor.Description.ToString(CultureInfo.InvariantCulture)}");
    }

    private void VerifyMatch(
        ImmutableArray<Diagnostic> actual,
        ImmutableArray<DiagnosticResult> expected,
        SourceExcerpt excerpt,
        IVerifier verifier)
    {
        var match = DiagnosticMatch.Create(actual, expected, MatchDiagnosticsTimeout);
        if (!match.IsExact)
            verifier.Fail(FailureReport.Render(match, excerpt));

        if (DiagnosticVerifier is { } callback)
        {
            foreach (var pair in match.Pairs)
                callback(pair.Actual, pair.Expected, verifier);
        }
    }

    // What a pragma or attribute in the source suppresses is not reported to anybody. It is kept only for a rule
    // whose suppression the test is about; what a suppressor suppresses is always kept.
    private static async Task<ImmutableArray<Diagnostic>> WithoutSourceSuppressedAsync(
        ImmutableArray<(Project Project, Diagnostic Diagnostic)> diagnostics,
        ImmutableArray<DiagnosticResult> expected,
        CancellationToken cancellationToken)
    {
        var result = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var (project, diagnostic) in diagnostics)
        {
            if (diagnostic.IsSuppressed && !expected.Any(candidate => candidate.IsSuppressed == true && candidate.Id == diagnostic.Id))
            {
                var compilation = await project.GetCompilationAsync(cancellationToken).ConfigureAwait(false);
                if (diagnostic.GetSuppressionInfo(compilation!) is not { ProgrammaticSuppressions.IsEmpty: false })
                    continue;
            }

            result.Add(diagnostic);
        }

        return result.ToImmutable();
    }

    private void VerifyMessages(ImmutableArray<Diagnostic> actual, ImmutableArray<DiagnosticResult> expected, IVerifier verifier)
    {
        foreach (var diagnostic in actual.Where(static diagnostic => !IsCompilerDiagnostic(diagnostic)))
        {
            // Roslyn shows the raw format when the arguments do not fill it.
            var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
            var format = diagnostic.Descriptor.MessageFormat.ToString(CultureInfo.InvariantCulture);
            verifier.False(message == format && MessagePlaceholder().IsMatch(format), $"{diagnostic.Id} is reported without the arguments of its message: {message}");

            if (RequireMessageVerification)
            {
                verifier.True(
                    expected.Any(candidate => candidate.Id == diagnostic.Id && (candidate.Message is not null || candidate.MessageArguments is not null)),
                    $"no expectation verifies the message of {diagnostic.Id}: {message}");
            }
        }
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"(?<!\{)\{[0-9]+[^{}]*\}", System.Text.RegularExpressions.RegexOptions.CultureInvariant)]
    private static partial System.Text.RegularExpressions.Regex MessagePlaceholder();
}
