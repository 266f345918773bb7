namespace MdlAnalyzers.Package.Tests;

/// <summary>What the README shows is what happens.</summary>
public sealed class ReadmeTests(PackageFixture package)
{
    private static readonly string s_readme = File.ReadAllText(Repository.Combine("README.md")).ReplaceLineEndings("\n");

    [Fact]
    public async Task The_driver_in_the_readme_builds_without_a_warning_and_prints_what_it_says()
    {
        string code = BlockAfter("## A driver in a test", "```csharp\n");
        string output = BlockAfter("It prints", "```\n");
        Consumer consumer = Consumer.Create(package, "Readme", ("Program.cs", code));

        (DotnetResult build, IReadOnlyList<SarifResult> diagnostics) = await consumer.BuildAsync();
        build.MustSucceed();
        DotnetResult run = (await consumer.DotnetAsync("run", "--no-build")).MustSucceed();

        Assert.Empty(diagnostics);
        Assert.Equal(output, run.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task The_warnings_in_the_readme_are_those_of_the_sample()
    {
        string shown = BlockAfter("shows what is wrong with it", "```\n");
        Consumer consumer = Consumer.Create(package, "Warnings", Consumer.SourcesOf("ReadDispatch"));

        (_, IReadOnlyList<SarifResult> diagnostics) = await consumer.BuildAsync();

        string[] expected = [.. diagnostics
            .OrderBy(diagnostic => diagnostic.Line)
            .Select(diagnostic => $"{diagnostic.File}({diagnostic.Line},{diagnostic.Column}): warning {diagnostic.RuleId}: {diagnostic.Message}")];
        Assert.Equal(expected, shown.TrimEnd('\n').Split('\n'));
    }

    private static string BlockAfter(string marker, string fence)
    {
        int start = s_readme.IndexOf(fence, s_readme.IndexOf(marker, StringComparison.Ordinal), StringComparison.Ordinal) + fence.Length;
        return s_readme[start..s_readme.IndexOf("```", start, StringComparison.Ordinal)];
    }
}
