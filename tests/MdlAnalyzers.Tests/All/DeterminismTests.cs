using MdlAnalyzers.Tests.Rules;

namespace MdlAnalyzers.Tests.All;

public sealed class DeterminismTests
{
    private static readonly string[] s_sources =
    [
        DriverSource.Dispatch("uint len = MmGetMdlByteCount(irp.MdlAddress!); nuint va = MmGetMdlByteOffset(irp.MdlAddress!); Sink.Take(new SgEntry[len >> 12]); Sink.Take(va);"),
        .. Enumerable.Range(0, 6).Select(static i => DriverSource
            .Method("uint pages = (MmGetMdlByteCount(mdl) + 4095) / 4096; nuint address = MmGetMdlByteOffset(mdl); Sink.Take(pages + address); Sink.Take(new SgEntry[pages]);")
            .Replace("class Driver", $"class Driver{i}", StringComparison.Ordinal)),
    ];

    [Fact]
    public async Task RepeatedRuns_ReportTheSameInTheSameOrder()
    {
        string[] first = [.. AnalyzerRun.Describe(await AnalyzerRun.OverAsync(s_sources)).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(first);

        for (int run = 0; run < 3; run++)
            Assert.Equal(first, AnalyzerRun.Describe(await AnalyzerRun.OverAsync(s_sources)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OneFile_IsReportedInTheSameOrder()
    {
        string[] first = [.. AnalyzerRun.Describe(await AnalyzerRun.OverAsync(s_sources[0]))];
        Assert.NotEmpty(first);

        for (int run = 0; run < 3; run++)
            Assert.Equal(first, AnalyzerRun.Describe(await AnalyzerRun.OverAsync(s_sources[0])));
    }
}
