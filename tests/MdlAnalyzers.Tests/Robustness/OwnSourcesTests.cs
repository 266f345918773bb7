using System.Collections.Immutable;
using System.Diagnostics;
using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>The project's own code under all rules, every body of it: nothing throws, hangs, or is reported without a reason.</summary>
public sealed class OwnSourcesTests(ITestOutputHelper output)
{
    /// <summary>Less than a compiler allows: most bodies need far less, and the others say nothing.</summary>
    private const int Steps = 10_000;

    // The members of an MDL are the runtime's own.
    [Fact]
    public Task Runtime_HasNoFindings() =>
        VerifyAsync(Sources.Compile("global using static MdlRuntime.WdkMacros;", ["MdlRuntime"], "src/MdlRuntime"), ["MDL1009"]);

    [Fact]
    public Task Analyzers_HaveNoFindings() =>
        VerifyAsync(Sources.Compile("", ["MdlAnalyzers", "MdlAnalyzers.CodeFixes"], "src/MdlAnalyzers", "src/MdlAnalyzers.CodeFixes"), []);

    [Fact]
    public Task TestsOfTheAnalyzers_HaveNoFindings() =>
        VerifyAsync(Sources.Compile("global using Xunit;", ["MdlAnalyzers.Tests", "MdlAnalyzers.Testing"], "tests/MdlAnalyzers.Tests", "tests/MdlAnalyzers.Testing"), []);

    [Theory]
    [InlineData("DmaDisk")]
    [InlineData("NetLoop")]
    [InlineData("Streamer")]
    [InlineData("ReadDispatch", "MDL1001", "MDL1002", "MDL2001")]
    public Task Sample_HasTheFindingsThatItShows(string name, params string[] ids) =>
        VerifyAsync(Sources.Compile(Sources.PackageImports(), [], "samples/" + name), ids);

    // Its DPC reaches most of the driver through calls that stand in loops and in each other's arguments.
    [Fact]
    public async Task DriverWithManyWaysThroughItsHelpers_IsFollowedToTheEnd()
    {
        var analyzer = new UnfilteredAnalyzer();
        await RunAsync(analyzer, Sources.Compile(Sources.PackageImports(), [], "samples/NetLoop"));

        Assert.Empty(analyzer.GivenUp);
    }

    private async Task VerifyAsync(CSharpCompilation compilation, string[] expected)
    {
        var analyzer = new UnfilteredAnalyzer(Steps);
        var watch = Stopwatch.StartNew();
        ImmutableArray<Diagnostic> reported = await RunAsync(analyzer, compilation);
        output.WriteLine($"{analyzer.Bodies} bodies, {watch.ElapsedMilliseconds} ms, given up: {string.Join(", ", analyzer.GivenUp)}");

        Assert.Empty(AnalyzerRun.Describe(reported.Where(d => !expected.Contains(d.Id))).Select(static d => d + "\n"));
        Assert.Equal(expected, reported.Select(static d => d.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.InRange(analyzer.GivenUp.Count, 0, analyzer.Bodies / 5);
    }

    private static Task<ImmutableArray<Diagnostic>> RunAsync(UnfilteredAnalyzer analyzer, CSharpCompilation compilation) => compilation
        .WithAnalyzers([analyzer], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: true, logAnalyzerExecutionTime: false))
        .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
}
