using System.Collections.Immutable;
using System.Diagnostics;
using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>The drivers that run on the machine, cut off and with tokens that are lost, doubled or in the wrong order: no rule throws or hangs.</summary>
public sealed class MutatedDefectTests(ITestOutputHelper output)
{
    /// <summary>One token in so many is tampered with, in every driver at other places.</summary>
    private const int Stride = 103;

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.Latest);

    public static TheoryData<string> Files => [.. CorpusRuns.Files.Select(static path => Path.GetFileName(path).Split('.')[0])];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task TamperedDriver_NeverThrows(string file)
    {
        CSharpCompilation compilation = await CorpusRuns.CompileAsync([]);
        SyntaxNode root = await CSharpSyntaxTree.ParseText(CorpusRuns.Load(file), s_options, cancellationToken: TestContext.Current.CancellationToken).GetRootAsync(TestContext.Current.CancellationToken);
        string[] mutants = [.. root.ChildNodes().OfType<ClassDeclarationSyntax>().SelectMany(Mutants)];
        var watch = Stopwatch.StartNew();

        ImmutableArray<Diagnostic> reported = await AnalyzerRun.OverAsync(compilation.AddSyntaxTrees(mutants.Select(static (text, i) =>
            CSharpSyntaxTree.ParseText($"namespace Mutant{i};\n{text}", s_options, $"Mutant{i}.cs"))));

        output.WriteLine($"{mutants.Length} mutants, {reported.Length} diagnostics, {watch.ElapsedMilliseconds} ms");
        Assert.NotEmpty(mutants);
        Assert.Empty(reported.Where(static d => !d.Id.StartsWith("MDL", StringComparison.Ordinal)).Select(d => $"{d}\n{d.Location.SourceTree}"));
    }

    private static IEnumerable<string> Mutants(ClassDeclarationSyntax driver, int number)
    {
        string text = driver.ToString();
        SyntaxToken[] tokens = [.. driver.DescendantTokens()];
        for (int i = number % Stride; i < tokens.Length - 1; i += Stride)
        {
            SyntaxToken token = tokens[i], next = tokens[i + 1];
            int start = token.SpanStart - driver.SpanStart, end = start + token.Span.Length;
            yield return text[..end];
            yield return text.Remove(start, token.Span.Length);
            yield return text.Insert(end, " " + token.Text);
            yield return text[..start] + next.Text + " " + token.Text + text[(next.Span.End - driver.SpanStart)..];
        }
    }
}
