using System.Text.RegularExpressions;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Tests.Docs;

/// <summary>
/// The table of rules in the README is made from the rules. Set <c>MDL_REWRITE_README</c> and run this class to write it anew.
/// </summary>
public sealed class ReadmeTableTests
{
    private const string Header = "| Id | Title | Category | Severity | Fix | Options |";

    [Fact]
    public void Table_IsThatOfTheRules()
    {
        string path = Path.Combine(RulePage.Folder(), "..", "..", "README.md");
        string[] lines = File.ReadAllLines(path);
        int first = Array.FindIndex(lines, static line => line.StartsWith("| Id |", StringComparison.Ordinal));
        int end = Array.FindIndex(lines, first, static line => !line.StartsWith('|'));
        string[] expected = [Header, "|---|---|---|---|---|---|", .. new MdlFlowAnalyzer().SupportedDiagnostics.OrderBy(static rule => rule.Id, StringComparer.Ordinal).Select(Row)];

        if (Environment.GetEnvironmentVariable("MDL_REWRITE_README") is { Length: > 0 })
            File.WriteAllLines(path, [.. lines[..first], .. expected, .. lines[end..]]);
        else
            Assert.Equal(expected, lines[first..end]);
    }

    private static string Row(DiagnosticDescriptor rule)
    {
        RulePage page = RulePage.Load(rule.Id);
        string options = string.Join(", ", page.Options.Select(static key => $"`{Regex.Replace(key, @"^mdl_analyzers\.", "")}`"));
        return $"| [{rule.Id}]({rule.HelpLinkUri}) | {rule.Title} | {rule.Category} | {rule.DefaultSeverity} | {page.Cell("Code fix")!.ToLowerInvariant()} | {options} |".Replace("|  |", "| |", StringComparison.Ordinal);
    }
}
