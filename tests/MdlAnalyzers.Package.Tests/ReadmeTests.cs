namespace MdlAnalyzers.Package.Tests;

/// <summary>What the README shows is what happens.</summary>
public sealed class ReadmeTests(PackageFixture package)
{
    private static readonly MarkdownPage s_readme = MarkdownPage.Load("README.md");

    [Fact]
    public async Task The_driver_in_the_readme_builds_without_a_warning_and_prints_what_it_says()
    {
        string code = s_readme.CodeAfter("## A driver in a test");
        string output = s_readme.OutputAfter("It prints");
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
        string shown = s_readme.OutputAfter("shows what is wrong with it");
        Consumer consumer = Consumer.Create(package, "Warnings", Consumer.SourcesOf("ReadDispatch"));

        (_, IReadOnlyList<SarifResult> diagnostics) = await consumer.BuildAsync();

        string[] expected = [.. diagnostics
            .OrderBy(diagnostic => diagnostic.Line)
            .Select(diagnostic => $"{diagnostic.File}({diagnostic.Line},{diagnostic.Column}): warning {diagnostic.RuleId}: {diagnostic.Message}")];
        Assert.Equal(expected, shown.TrimEnd('\n').Split('\n'));
    }
}
