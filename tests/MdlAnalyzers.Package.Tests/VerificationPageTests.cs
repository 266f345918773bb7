namespace MdlAnalyzers.Package.Tests;

/// <summary>What the page on verification shows is what its programs print.</summary>
public sealed class VerificationPageTests(PackageFixture package)
{
    private static readonly MarkdownPage s_page = MarkdownPage.Load("src", "docs", "verification.md");

    [Theory]
    [InlineData("Findings", "## What a finding says")]
    [InlineData("CallStacks", "## Making calls fail")]
    public async Task A_program_of_the_page_prints_what_it_says(string name, string section)
    {
        Consumer consumer = Consumer.Create(package, name, ("Program.cs", s_page.CodeAfter(section)));

        DotnetResult run = (await consumer.DotnetAsync("run")).MustSucceed();

        string output = run.Output.ReplaceLineEndings("\n").Replace(consumer.Directory + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        Assert.EndsWith(s_page.OutputAfter(section), output, StringComparison.Ordinal);
    }
}
