using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Options;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Runs analyzers over a small solution and compares what they report with what is expected.</summary>
/// <typeparam name="TVerifier">How a failure is raised.</typeparam>
public abstract partial class AnalyzerTest<TVerifier>
    where TVerifier : IVerifier, new()
{
    private SolutionState? _testState;

    /// <summary>The verifier of this test.</summary>
    protected static TVerifier Verify { get; } = new();

    /// <summary>Language of the primary project.</summary>
    public abstract string Language { get; }

    /// <summary>Extension of source files, without the dot.</summary>
    protected abstract string DefaultFileExt { get; }

    /// <summary>Start of the path of unnamed files.</summary>
    protected virtual string DefaultFilePathPrefix => "/0/Test";

    /// <summary>Name of the primary project.</summary>
    protected virtual string DefaultTestProjectName => "TestProject";

    /// <summary>Path of the first unnamed file.</summary>
    protected virtual string DefaultFilePath => DefaultFilePathPrefix + 0 + "." + DefaultFileExt;

    /// <summary>Sets the first source of the test state.</summary>
    public string TestCode
    {
        set => TestState.Sources.SetFirst(value);
    }

    /// <summary>The solution under analysis and the diagnostics expected in it.</summary>
    public SolutionState TestState => _testState ??= CreateState();

    /// <summary>Expected diagnostics of <see cref="TestState"/>, besides those of its markup.</summary>
    public List<DiagnosticResult> ExpectedDiagnostics => TestState.ExpectedDiagnostics;

    /// <summary>From which severity on compiler diagnostics must be declared.</summary>
    public CompilerDiagnostics CompilerDiagnostics { get; set; } = CompilerDiagnostics.Errors;

    /// <summary>How markup is read.</summary>
    public MarkupOptions MarkupOptions { get; set; }

    /// <summary>Checks that are left out.</summary>
    public TestBehaviors TestBehaviors { get; set; }

    /// <summary>Ids that are switched off in the compilations.</summary>
    public List<string> DisabledDiagnostics { get; } = [];

    /// <summary>What the rules under test do in generated code, by id; <see cref="GeneratedCodePolicy.Silent"/> where nothing is declared.</summary>
    public Dictionary<string, GeneratedCodePolicy> GeneratedCodePolicies { get; } = new(StringComparer.Ordinal);

    /// <summary>When set, the diagnostics must be the same with the documents added in an order shuffled with this seed.</summary>
    public int? DocumentOrderSeed { get; set; }

    /// <summary>
    /// When true, the message of every rule that is reported must be verified by at least one expectation
    /// (<see cref="DiagnosticResult.WithArguments"/> or <see cref="DiagnosticResult.WithMessage"/>).
    /// </summary>
    public bool RequireMessageVerification { get; set; }

    /// <summary>Time after which reported and expected diagnostics are paired greedily; failures may then name a farther expectation.</summary>
    public TimeSpan MatchDiagnosticsTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Called with every reported diagnostic and its expectation, after they were found equal.</summary>
    public Action<Diagnostic, DiagnosticResult, IVerifier>? DiagnosticVerifier { get; set; }

    /// <summary>Framework references of projects that set none.</summary>
    public ReferenceAssemblies ReferenceAssemblies { get; set; } = ReferenceAssemblies.Default;

    /// <summary>Changes made to the solution before it is used; the id is that of the primary project.</summary>
    public List<Func<Solution, ProjectId, Solution>> SolutionTransforms { get; } = [];

    /// <summary>Changes made to the options of the workspace.</summary>
    public List<Func<OptionSet, OptionSet>> OptionsTransforms { get; } = [];

    /// <summary>Files that documentation comments include, by name.</summary>
    public Dictionary<string, string> XmlReferences { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs every check of the test.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        Verify.LanguageIsSupported(Language);
        try
        {
            await RunImplAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            DisposeWorkspaces();
        }
    }

    /// <summary>The analyzers under test.</summary>
    protected abstract IEnumerable<DiagnosticAnalyzer> GetDiagnosticAnalyzers();

    /// <summary>Compilation options of every project.</summary>
    protected abstract CompilationOptions CreateCompilationOptions();

    /// <summary>Parse options of every project.</summary>
    protected abstract ParseOptions CreateParseOptions();

    /// <summary>What <paramref name="analyzer"/> does in generated code with the rule <paramref name="diagnosticId"/>.</summary>
    protected virtual GeneratedCodePolicy GetGeneratedCodePolicy(DiagnosticAnalyzer analyzer, string diagnosticId) =>
        GeneratedCodePolicies.GetValueOrDefault(diagnosticId);

    /// <summary>What markup without an id stands for; null when it is not allowed.</summary>
    protected internal virtual DiagnosticDescriptor? GetDefaultDiagnostic(DiagnosticAnalyzer[] analyzers)
    {
        ArgumentNullException.ThrowIfNull(analyzers);
        var descriptors = analyzers.FirstOrDefault()?.SupportedDiagnostics ?? [];
        return (MarkupOptions & MarkupOptions.UseFirstDescriptor) != 0
            ? analyzers.SelectMany(static analyzer => analyzer.SupportedDiagnostics).FirstOrDefault()
            : descriptors.Length == 1 ? descriptors[0] : null;
    }

    /// <summary>The checks of this kind of test.</summary>
    protected virtual async Task RunImplAsync(CancellationToken cancellationToken)
    {
        var state = ProcessMarkup(TestState.WithInheritedValuesApplied(null, []), []);
        await VerifyTestStateAsync(state, cancellationToken).ConfigureAwait(false);
    }

    private protected SolutionState CreateState() => new(DefaultTestProjectName, Language, DefaultFilePathPrefix, DefaultFileExt);

    private protected ImmutableArray<DiagnosticAnalyzer> CreateAnalyzers() => [.. GetDiagnosticAnalyzers()];

    private protected SolutionState ProcessMarkup(SolutionState state, ImmutableArray<string> fixableDiagnostics)
    {
        var analyzers = CreateAnalyzers();
        return state.WithProcessedMarkup(
            MarkupOptions,
            GetDefaultDiagnostic([.. analyzers]),
            [.. analyzers.SelectMany(static analyzer => analyzer.SupportedDiagnostics)],
            fixableDiagnostics,
            DefaultFilePath);
    }

    private protected async Task VerifyTestStateAsync(SolutionState state, CancellationToken cancellationToken)
    {
        if (state.GeneratedSources.Count == 0 && state.AdditionalProjects.Count == 0)
            Verify.NotEmpty($"{nameof(TestState)}.{nameof(SolutionState.Sources)}", state.Sources);

        await VerifyDiagnosticsAsync(state, Verify.PushContext("Diagnostics of test state"), cancellationToken).ConfigureAwait(false);
        await VerifyShuffledAsync(state, cancellationToken).ConfigureAwait(false);
        await VerifyGeneratedCodeAsync(state, cancellationToken).ConfigureAwait(false);
        await VerifySuppressionAsync(state, cancellationToken).ConfigureAwait(false);
    }
}
