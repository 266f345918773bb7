using System.Collections.Immutable;
using System.Diagnostics;
using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>Programs from a grammar that has every form of statement, expression and pattern: no rule throws or hangs.</summary>
public sealed class GeneratedProgramTests(ITestOutputHelper output)
{
    private const int Programs = 12;

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.Preview);

    private static readonly SyntaxTree[] s_trees =
        [.. Enumerable.Range(0, Programs).Select(static seed => CSharpSyntaxTree.ParseText(new ProgramGrammar(seed).Write(methods: 3, statements: 9), s_options, $"Generated{seed}.cs"))];

    [Fact]
    public void EveryKind_IsThere()
    {
        HashSet<SyntaxKind> used = [.. s_trees.SelectMany(static tree => tree.GetRoot().DescendantNodes()).Select(static node => node.Kind())];

        SyntaxKind[] missing = [.. Enum.GetValues<SyntaxKind>().Distinct().Where(kind => IsForm(kind) && !used.Contains(kind))];

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Programs_AreAnalyzedWithoutFault()
    {
        Compilation compilation = (await AnalyzerRun.CreateAsync(withRuntime: true)).RemoveAllSyntaxTrees();
        compilation = compilation.AddSyntaxTrees([.. s_trees, CSharpSyntaxTree.ParseText(Rules.DriverSource.Preamble, s_options, "Preamble.cs", cancellationToken: TestContext.Current.CancellationToken)]);
        Diagnostic[] errors = [.. compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(static d => d.Severity == DiagnosticSeverity.Error)];

        var analyzer = new UnfilteredAnalyzer();
        var watch = Stopwatch.StartNew();
        ImmutableArray<Diagnostic> reported = await compilation
            .WithAnalyzers([analyzer], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: true, logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        output.WriteLine($"{analyzer.Bodies} bodies, {analyzer.GivenUp.Count} given up, {reported.Length} diagnostics, {watch.ElapsedMilliseconds} ms");

        Assert.Empty(errors.Take(20).Select(static d => d.ToString() + "\n"));
        Assert.DoesNotContain(reported, static d => d.Id.StartsWith("AD", StringComparison.Ordinal));
        Assert.InRange(analyzer.GivenUp.Count, 0, analyzer.Bodies / 4);
    }

    private static bool IsForm(SyntaxKind kind)
    {
        string name = kind.ToString();
        return (name.EndsWith("Expression", StringComparison.Ordinal) || name.EndsWith("Statement", StringComparison.Ordinal) || name.EndsWith("Pattern", StringComparison.Ordinal))
            && kind != SyntaxKind.GlobalStatement;
    }
}
