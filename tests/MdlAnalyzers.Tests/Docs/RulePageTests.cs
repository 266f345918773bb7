using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.All;
using MdlAnalyzers.Tests.Rules;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Tests.Docs;

public sealed class RulePageTests
{
    private static readonly IReadOnlyList<DiagnosticDescriptor> s_rules = new MdlFlowAnalyzer().SupportedDiagnostics;

    public static TheoryData<string> Ids => [.. s_rules.Select(static rule => rule.Id).Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_AgreesWithTheDescriptor(string id)
    {
        DiagnosticDescriptor rule = s_rules.First(rule => rule.Id == id);
        RulePage page = RulePage.Load(id);

        Assert.Equal($"# {id}: {rule.Title}", page.Title);
        Assert.Equal(rule.Category, page.Cell("Category"));
        Assert.Equal(rule.DefaultSeverity.ToString(), page.Cell("Default severity"));
        Assert.Equal(rule.IsEnabledByDefault ? "Yes" : "No", page.Cell("Enabled by default"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_HasEverySection(string id) =>
        Assert.Equal(
            ["Cause", "Rule description", "How to fix violations", "When to suppress warnings", "Example", "Options"],
            RulePage.Load(id).Sections);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Example_IsReportedAndItsRepairIsNot(string id)
    {
        RulePage page = RulePage.Load(id);
        await AssertCompilesAsync(page.Code("Reported"));
        await AssertCompilesAsync(page.Code("Not reported"));

        Assert.Equal([id], (await AnalyzerRun.OverAsync(page.Code("Reported"))).Select(static d => d.Id));
        Assert.Empty(await AnalyzerRun.OverAsync(page.Code("Not reported")));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HelpLink_NamesThePage(string id) =>
        Assert.EndsWith($"/src/docs/rules/{id}.md", s_rules.First(rule => rule.Id == id).HelpLinkUri, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Ids))]
    public void ReleaseNotes_HaveARow(string id)
    {
        string analyzers = Path.Combine(RulePage.Folder(), "..", "MdlAnalyzers");
        string releases = File.ReadAllText(Path.Combine(analyzers, "AnalyzerReleases.Shipped.md")) + File.ReadAllText(Path.Combine(analyzers, "AnalyzerReleases.Unshipped.md"));

        Assert.Contains($"{id} |", releases, StringComparison.Ordinal);
    }

    [Fact]
    public void Titles_AreShortSentencesWithoutAFullStop() =>
        Assert.All(s_rules, static rule =>
        {
            string title = rule.Title.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Assert.DoesNotMatch(@"[.\n]$", title);
            Assert.InRange(title.Length, 10, 70);
        });

    [Fact]
    public void EveryPage_BelongsToARule() =>
        Assert.Equal(
            s_rules.Select(static rule => rule.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(RulePage.Folder(), "rules")).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    private static async Task AssertCompilesAsync(string code)
    {
        var compilation = await AnalyzerRun.CreateAsync(withRuntime: true, code);
        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), static d => d.Severity == DiagnosticSeverity.Error);
    }
}
