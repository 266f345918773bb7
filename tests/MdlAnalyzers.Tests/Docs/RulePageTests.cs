using System.Collections.Immutable;
using MdlAnalyzers.CodeFixes;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.All;
using MdlAnalyzers.Tests.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace MdlAnalyzers.Tests.Docs;

public sealed class RulePageTests
{
    private static readonly ImmutableArray<DiagnosticDescriptor> s_rules = new MdlFlowAnalyzer().SupportedDiagnostics;

    private static readonly HashSet<string> s_fixable =
    [
        .. typeof(UnguardedMdlAddressFix).Assembly.GetTypes()
            .Where(static type => type.IsSubclassOf(typeof(CodeFixProvider)) && !type.IsAbstract)
            .SelectMany(static type => ((CodeFixProvider)Activator.CreateInstance(type)!).FixableDiagnosticIds),
    ];

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

    [Theory]
    [MemberData(nameof(Ids))]
    public void CodeFix_IsThereWhereThePageSaysSo(string id) =>
        Assert.Equal(RulePage.Load(id).Cell("Code fix") != "No", s_fixable.Contains(id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Options_AreExplainedInTheConfigurationToo(string id)
    {
        string configuration = File.ReadAllText(Path.Combine(RulePage.Folder(), "configuration.md"));

        Assert.All(RulePage.Load(id).Options, key => Assert.Contains($"`{key}`", configuration, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Id_TellsTheCategory(string id) =>
        Assert.Equal(id[3] switch { '1' => "Mdl.Address", '2' => "Mdl.Length", _ => "" }, s_rules.First(rule => rule.Id == id).Category);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Message_IsOneSentenceAboutSomethingInTheCode(string id)
    {
        string message = s_rules.First(rule => rule.Id == id).MessageFormat.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.Contains("{0}", message, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"[.\n]$", message);
    }

    [Fact]
    public void Ids_AreGivenOnce() => Assert.Equal(s_rules.Length, s_rules.Select(static rule => rule.Id).Distinct(StringComparer.Ordinal).Count());

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
