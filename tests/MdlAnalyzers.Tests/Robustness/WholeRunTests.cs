using System.Collections.Immutable;
using System.Globalization;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>All rules over all drivers of the corpus at once: the result depends on the code alone, and nothing is kept.</summary>
public sealed class WholeRunTests
{
    [Fact]
    public async Task OrderOfFilesConcurrencyAndCulture_ChangeNothing()
    {
        string[] files = [.. CorpusRuns.Files];
        string[] first = Sorted(await AnalyzerRun.OverAsync(await CorpusRuns.CompileAsync(files)));
        Assert.NotEmpty(first);

        Assert.Equal(first, Sorted(await AnalyzerRun.OverAsync(await CorpusRuns.CompileAsync(files.Reverse()))));
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Odd();
            Assert.Equal(first, Sorted(await SequentialAsync(await CorpusRuns.CompileAsync(files.OrderBy(static f => f.GetHashCode(StringComparison.Ordinal) % 7)))));
        }
        finally
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
        }
    }

    /// <summary>A culture that writes numbers as nobody does.</summary>
    private static CultureInfo Odd()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NegativeSign = "~";
        culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.NumberDecimalSeparator = "'";
        return culture;
    }

    [Fact]
    public async Task TwoRules_NeverReportAtOneSpan()
    {
        ImmutableArray<Diagnostic> all = await AnalyzerRun.OverAsync(await CorpusRuns.CompileAsync(CorpusRuns.Files));

        Assert.Empty(all.GroupBy(static d => d.Location.GetLineSpan()).Where(static at => at.Count() > 1).Select(static at => $"{at.Key}: {string.Join(' ', at.Select(static d => d.Id))}"));
    }

    [Fact]
    public void AnalyzedCompilation_IsNotKept()
    {
        WeakReference compilation = Analyze();
        for (int i = 0; i < 10 && compilation.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(compilation.IsAlive);
    }

    // On a thread of its own: no local or state machine of this one keeps the compilation.
    private static WeakReference Analyze()
    {
        WeakReference? result = null;
        var thread = new Thread(() => result = AnalyzeAsync().GetAwaiter().GetResult());
        thread.Start();
        thread.Join();
        return result!;
    }

    private static async Task<WeakReference> AnalyzeAsync()
    {
        CSharpCompilation compilation = await CorpusRuns.CompileAsync(CorpusRuns.Files.Take(1));
        Assert.NotEmpty(await SequentialAsync(compilation));
        return new(compilation);
    }

    private static Task<ImmutableArray<Diagnostic>> SequentialAsync(CSharpCompilation compilation) =>
        compilation
            .WithAnalyzers([new MdlFlowAnalyzer()], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: false, logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);

    private static string[] Sorted(IEnumerable<Diagnostic> diagnostics) => [.. AnalyzerRun.Describe(diagnostics).Order(StringComparer.Ordinal)];
}
