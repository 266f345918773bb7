namespace MdlAnalyzers.Package.Tests;

/// <summary>The way of a newcomer: reference the package, see the warnings, repair them, run.</summary>
public sealed class EndToEndTests(PackageFixture package)
{
    [Fact]
    public async Task The_read_routine_is_flagged_repaired_and_then_runs_correctly()
    {
        Consumer consumer = Consumer.Create(package, "ReadDispatch", Consumer.SourcesOf("ReadDispatch"));

        (DotnetResult build, IReadOnlyList<SarifResult> diagnostics) = await consumer.BuildAsync();
        build.MustSucceed();
        string[] source = consumer.Read("ReadDriver.cs").Split('\n');
        Assert.Equal(
            [("MDL2001", "uint mdlLength = "), ("MDL1001", "nuint mdlAddress = "), ("MDL1002", "uint pageCount = ")],
            diagnostics.OrderBy(diagnostic => diagnostic.Line).Select(diagnostic => (diagnostic.RuleId, LineStart(source[diagnostic.Line - 1]))));
        Assert.All(diagnostics, diagnostic =>
        {
            Assert.Equal("warning", diagnostic.Level);
            Assert.Equal("ReadDriver.cs", diagnostic.File);
            Assert.EndsWith($"docs/rules/{diagnostic.RuleId}.md", diagnostic.HelpUri);
        });

        (await consumer.DotnetAsync("format", "analyzers", "--severity", "warn")).MustSucceed();

        (DotnetResult rebuild, IReadOnlyList<SarifResult> remaining) = await consumer.BuildAsync();
        rebuild.MustSucceed();
        Assert.Empty(remaining);
        DotnetResult run = await consumer.DotnetAsync("run", "--no-build");
        run.MustSucceed();
        Assert.Contains("All reads were handled correctly.", run.Output);
        Assert.Equal(16, run.Output.Split('\n').Count(line => line.TrimEnd().EndsWith(": ok", StringComparison.Ordinal)));
    }

    private static string LineStart(string line)
    {
        string trimmed = line.Trim();
        return trimmed[..(trimmed.IndexOf('=') + 2)];
    }
}
