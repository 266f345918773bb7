using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.Rules;
using MdlRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.Tests.All;

/// <summary>Repairs a file as <c>dotnet format analyzers</c> does: rule by rule, the first fix that is offered, applied to the whole project.</summary>
internal sealed class CommandLineFormat : IDisposable
{
    private readonly AdhocWorkspace _workspace = new();

    private Solution _solution;
    private readonly DocumentId _document;

    private CommandLineFormat(string source, IEnumerable<MetadataReference> references, string[] others)
    {
        Project project = _workspace.AddProject("Driver", LanguageNames.CSharp)
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable))
            .WithParseOptions(new CSharpParseOptions(LanguageVersion.Latest))
            .WithMetadataReferences(references)
            .AddDocument("Preamble.cs", DriverSource.Preamble).Project;
        foreach (string other in others)
            project = project.AddDocument("Other.cs", other).Project;
        Document document = project.AddDocument("Driver.cs", SourceText.From(source));
        _solution = document.Project.Solution;
        _document = document.Id;
    }

    public static async Task<CommandLineFormat> OpenAsync(string source, MetadataReference[]? library = null, params string[] others)
    {
        ImmutableArray<MetadataReference> references = await ReferenceAssemblies.Net.Net100.ResolveAsync(LanguageNames.CSharp, TestContext.Current.CancellationToken);
        return new CommandLineFormat(source, [.. references, MetadataReference.CreateFromFile(typeof(Mdl).Assembly.Location), .. library ?? []], others);
    }

    /// <summary>Applies a fix wherever it is offered.</summary>
    /// <param name="provider">The fix.</param>
    /// <param name="key">Which of its variants; null for the one that the command line takes.</param>
    public async Task RepairAsync(CodeFixProvider provider, string? key = null)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Document document = _solution.GetDocument(_document)!;
        string id = provider.FixableDiagnosticIds.Single();
        ImmutableArray<Diagnostic> reported = [.. (await DiagnosticsAsync()).Where(static d => d.Id.StartsWith("MDL", StringComparison.Ordinal))];
        if (!reported.Any(d => d.Id == id))
            return;

        // The key comes from whichever diagnostic the analyzer reports first, even if it is another rule's.
        if (key is null)
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, reported[0], (action, _) => key ??= action.EquivalenceKey, cancellationToken));

        var context = new FixAllContext(document.Project, provider, FixAllScope.Project, key, [id], new Diagnostics(reported), cancellationToken);
        CodeAction? all = await provider.GetFixAllProvider()!.GetFixAsync(context);
        if (all is null)
            return;
        ImmutableArray<CodeActionOperation> operations = await all.GetOperationsAsync(cancellationToken);
        _solution = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
    }

    /// <summary>The variants of a fix that are offered somewhere, but not first.</summary>
    public async Task<IReadOnlyList<string>> VariantsAsync(CodeFixProvider provider)
    {
        Document document = _solution.GetDocument(_document)!;
        SortedSet<string> keys = new(StringComparer.Ordinal);
        foreach (Diagnostic diagnostic in (await DiagnosticsAsync()).Where(d => provider.FixableDiagnosticIds.Contains(d.Id)))
        {
            List<string> offered = [];
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => offered.Add(action.EquivalenceKey!), TestContext.Current.CancellationToken));
            keys.UnionWith(offered.Skip(1));
        }

        return [.. keys];
    }

    /// <summary>Compiler errors, nullable warnings and everything that the rules report.</summary>
    public async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync()
    {
        ImmutableArray<Diagnostic> all = await (await CompileAsync())
            .WithAnalyzers([new MdlFlowAnalyzer()], new AnalyzerOptions([]))
            .GetAllDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. all.Where(static d => d.Severity == DiagnosticSeverity.Error || d.Id.StartsWith("MDL", StringComparison.Ordinal) || d.Id.StartsWith("CS86", StringComparison.Ordinal)).OrderBy(static d => d.Location.SourceSpan.Start)];
    }

    public async Task<Compilation> CompileAsync() =>
        (await _solution.GetDocument(_document)!.Project.GetCompilationAsync(TestContext.Current.CancellationToken))!;

    public async Task<string> TextAsync() => (await _solution.GetDocument(_document)!.GetTextAsync(TestContext.Current.CancellationToken)).ToString();

    public void Dispose() => _workspace.Dispose();

    private sealed class Diagnostics(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken)
        {
            SyntaxTree? tree = await document.GetSyntaxTreeAsync(cancellationToken);
            return diagnostics.Where(d => d.Location.SourceTree == tree);
        }

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
