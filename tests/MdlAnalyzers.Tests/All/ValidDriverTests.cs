using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Tests.All;

public sealed class ValidDriverTests
{
    public static TheoryData<string> Drivers => [.. DriverCorpus.Names];

    [Theory]
    [MemberData(nameof(Drivers))]
    public async Task CorrectDriver_DoesNotReport(string name)
    {
        var compilation = await AnalyzerRun.CreateAsync(withRuntime: true, DriverCorpus.Load(name));

        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), static d => d.Severity == DiagnosticSeverity.Error);
        Assert.Empty(AnalyzerRun.Describe(await AnalyzerRun.OverAsync(compilation)));
    }

    [Fact]
    public async Task AllDriversTogether_DoNotReport() =>
        Assert.Empty(AnalyzerRun.Describe(await AnalyzerRun.OverAsync([.. DriverCorpus.Names.Select(static name => DriverCorpus.Load(name))])));
}
