using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Runs code fixes, one by one and as Fix All, and compares the result with the expected state.</summary>
/// <typeparam name="TVerifier">How a failure is raised.</typeparam>
public abstract partial class CodeFixTest<TVerifier> : CodeActionTest<TVerifier>
    where TVerifier : IVerifier, new()
{
    private SolutionState? _fixedState;
    private SolutionState? _batchFixedState;

    /// <summary>Sets the first source of the fixed state.</summary>
    public string FixedCode
    {
        set => FixedState.Sources.SetFirst(value);
    }

    /// <summary>Sets the first source of the state after Fix All.</summary>
    public string BatchFixedCode
    {
        set => BatchFixedState.Sources.SetFirst(value);
    }

    /// <summary>The solution after the fixes were applied one by one.</summary>
    public SolutionState FixedState => _fixedState ??= CreateState();

    /// <summary>The solution after Fix All; inherits from <see cref="FixedState"/>.</summary>
    public SolutionState BatchFixedState => _batchFixedState ??= CreateState();

    /// <summary>Same as <see cref="CodeActionTest{TVerifier}.CodeActionIndex"/>.</summary>
    public int? CodeFixIndex
    {
        get => CodeActionIndex;
        set => CodeActionIndex = value;
    }

    /// <summary>Same as <see cref="CodeActionTest{TVerifier}.CodeActionEquivalenceKey"/>.</summary>
    public string? CodeFixEquivalenceKey
    {
        get => CodeActionEquivalenceKey;
        set => CodeActionEquivalenceKey = value;
    }

    /// <summary>Parts that are left out or done differently.</summary>
    public CodeFixTestBehaviors CodeFixTestBehaviors { get; set; }

    /// <summary>
    /// Fixes applied one by one: N exactly N, -N at most N, 0 no fix may be offered. When null: at most one for each
    /// expected fixable diagnostic, or 0 when the fixed state equals the test state.
    /// </summary>
    public int? NumberOfIncrementalIterations { get; set; }

    /// <summary>Runs of Fix All in any scope, counted as above; when null one for each document, project or solution.</summary>
    public int? NumberOfFixAllIterations { get; set; }

    /// <summary>Runs of Fix All in document scope; <see cref="NumberOfFixAllIterations"/> when null.</summary>
    public int? NumberOfFixAllInDocumentIterations { get; set; }

    /// <summary>Runs of Fix All in project scope; <see cref="NumberOfFixAllIterations"/> when null.</summary>
    public int? NumberOfFixAllInProjectIterations { get; set; }

    /// <summary>The code fixes under test.</summary>
    protected abstract IEnumerable<CodeFixProvider> GetCodeFixProviders();

    /// <summary>Picks the diagnostic that <see cref="CodeFixTestBehaviors.FixOne"/> fixes.</summary>
    protected virtual bool TrySelectDiagnosticToFix(
        ImmutableArray<Diagnostic> fixableDiagnostics,
        [NotNullWhen(true)] out Diagnostic? diagnosticToFix)
    {
        diagnosticToFix = fixableDiagnostics.FirstOrDefault();
        return diagnosticToFix is not null;
    }

    /// <inheritdoc/>
    protected override async Task RunImplAsync(CancellationToken cancellationToken)
    {
        var fixable = CreateCodeFixes().SelectMany(static provider => provider.FixableDiagnosticIds).Distinct(StringComparer.Ordinal).ToImmutableArray();
        var rawTest = TestState.WithInheritedValuesApplied(null, fixable);
        var test = ProcessMarkup(rawTest, fixable);
        await VerifyTestStateAsync(test, cancellationToken).ConfigureAwait(false);
        if (!FixedState.IsConfigured && !BatchFixedState.IsConfigured)
            return;

        var rawFixed = FixedState.WithInheritedValuesApplied(rawTest, fixable);
        var rawBatch = BatchFixedState.WithInheritedValuesApplied(rawFixed, fixable);
        var fixedState = ProcessMarkup(rawFixed, fixable);
        var batchState = ProcessMarkup(rawBatch, fixable);

        await VerifyDiagnosticsAsync(fixedState, Verify.PushContext("Diagnostics of fixed state"), cancellationToken).ConfigureAwait(false);
        if (BatchFixedState.IsConfigured)
            await VerifyDiagnosticsAsync(batchState, Verify.PushContext("Diagnostics of batch fixed state"), cancellationToken).ConfigureAwait(false);

        await VerifyFixAsync(test, fixedState, batchState, cancellationToken).ConfigureAwait(false);
    }

    private protected ImmutableArray<CodeFixProvider> CreateCodeFixes() => [.. GetCodeFixProviders()];

    private async Task VerifyFixAsync(SolutionState test, SolutionState fixedState, SolutionState batchState, CancellationToken cancellationToken)
    {
        await VerifyLocalDiagnosticsAsync(test, cancellationToken).ConfigureAwait(false);

        var runs = new List<Task>
        {
            Task.Run(() => VerifyRunAsync(IterativeRun(test, fixedState), test, fixedState, cancellationToken), cancellationToken),
        };
        foreach (var run in FixAllRuns(test, batchState))
            runs.Add(Task.Run(() => VerifyRunAsync(run, test, batchState, cancellationToken), cancellationToken));

        // All runs end before the first failure, in the order above, is thrown.
        await Task.WhenAll(runs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var run in runs)
            await run.ConfigureAwait(false);
    }

    private async Task VerifyRunAsync(FixRun run, SolutionState test, SolutionState expected, CancellationToken cancellationToken)
    {
        var verifier = Verify.PushContext(run.Name);
        var solution = await CreateSolutionAsync(test, cancellationToken).ConfigureAwait(false);
        var result = await ApplyFixesAsync(solution, run, verifier, cancellationToken).ConfigureAwait(false);
        var expectedSolution = await CreateSolutionAsync(expected, cancellationToken).ConfigureAwait(false);
        await SolutionComparison.VerifyAsync(expectedSolution, result.Solution, verifier, cancellationToken).ConfigureAwait(false);
        run.Count.Verify(result.Iterations, verifier);
    }
}
