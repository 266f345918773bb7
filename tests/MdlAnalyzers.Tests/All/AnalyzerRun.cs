using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.Rules;
using MdlRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace MdlAnalyzers.Tests.All;

/// <summary>Runs every rule over sources of any quality and returns what the analyzers report, crashes included.</summary>
internal static class AnalyzerRun
{
    private static readonly SyntaxTree s_preamble = Parse(DriverSource.Preamble, "Preamble.cs");
    private static readonly Lazy<Task<CSharpCompilation>> s_empty = new(() => CreateAsync(withRuntime: true));

    public static async Task<ImmutableArray<Diagnostic>> OverAsync(params string[] sources) =>
        await OverAsync((await s_empty.Value).AddSyntaxTrees(sources.Select((text, i) => Parse(text, $"File{i}.cs"))));

    public static async Task<ImmutableArray<Diagnostic>> OverAsync(CSharpCompilation compilation)
    {
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false, reportSuppressedDiagnostics: false);
        return await compilation
            .WithAnalyzers([new MdlFlowAnalyzer()], options)
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A compilation against the framework, with or without the runtime and its imports.</summary>
    public static async Task<CSharpCompilation> CreateAsync(bool withRuntime, params string[] sources)
    {
        ImmutableArray<MetadataReference> references = await ReferenceAssemblies.Net.Net100.ResolveAsync(LanguageNames.CSharp, TestContext.Current.CancellationToken);
        if (withRuntime)
            references = references.Add(MetadataReference.CreateFromFile(typeof(Mdl).Assembly.Location));

        IEnumerable<SyntaxTree> trees = sources.Select((text, i) => Parse(text, $"File{i}.cs"));
        return CSharpCompilation.Create(
            "Driver",
            withRuntime ? trees.Prepend(s_preamble) : trees,
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>A compilation against the runtime of these files alone, in the newest language.</summary>
    public static async Task<CSharpCompilation> CreateWithoutImportsAsync(params string[] sources) =>
        (await CreateAsync(withRuntime: true)).RemoveAllSyntaxTrees().AddSyntaxTrees(sources.Select(static (text, i) => Parse(text, $"File{i}.cs", LanguageVersion.Preview)));

    public static IEnumerable<string> Describe(IEnumerable<Diagnostic> diagnostics) =>
        diagnostics.Select(static d => $"{d.Id} {d.Location.GetLineSpan()} {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)} {string.Join(' ', d.AdditionalLocations)}");

    private static SyntaxTree Parse(string text, string path, LanguageVersion version = LanguageVersion.Latest) =>
        CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(version), path);
}
