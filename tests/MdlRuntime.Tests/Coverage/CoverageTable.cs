using System.Text;

namespace MdlRuntime.Tests.Coverage;

/// <summary>The text of coverage.md: per model how much of each chapter is proven, what is missing, and every fact with its tests.</summary>
internal static class CoverageTable
{
    private const int NamesPerFact = 3;

    public static string Render(IEnumerable<FactModel> models, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        var text = new StringBuilder();
        text.Append("# Facts and their tests\n\n");
        text.Append("Made from the fact lists in `Coverage/` and the `Proves` attributes of the tests, and kept equal to them by `CoverageFileTests`.\n");
        text.Append($"To write it anew: `{CoverageFile.RewriteVariable}=1 dotnet test tests/MdlRuntime.Tests`.\n");
        foreach (FactModel model in models)
            AppendModel(text, model, FactList.Load(model), proofs);
        return text.ToString();
    }

    /// <summary>The part of one model.</summary>
    public static void AppendModel(
        StringBuilder text, FactModel model, IReadOnlyList<FactSection> sections, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        text.Append($"\n## {model.Title}\n\n");
        AppendSummary(text, model, sections, proofs);
        AppendMissing(text, sections, proofs);
        foreach (FactSection section in sections)
            AppendSection(text, section, proofs);
    }

    /// <summary>Behavioural facts, and those of them that a test proves.</summary>
    public static (int Behavioural, int Proven) Count(IEnumerable<FactSection> sections, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        List<Fact> behavioural = [.. sections.SelectMany(section => section.Facts).Where(fact => fact.Kind == FactKind.Behaviour)];
        return (behavioural.Count, behavioural.Count(fact => proofs.ContainsKey(fact.Id)));
    }

    private static void AppendSummary(
        StringBuilder text, FactModel model, IReadOnlyList<FactSection> sections, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        text.Append("| Chapter | Facts | Behaviour | Proven | Percent |\n|---:|---:|---:|---:|---:|\n");
        foreach (IGrouping<int, FactSection> chapter in sections.GroupBy(section => section.Chapter))
            AppendCounts(text, $"{chapter.Key}", chapter, proofs);
        AppendCounts(text, model.CountedChapters, sections.Where(model.IsCounted), proofs);
        AppendCounts(text, "all", sections, proofs);
    }

    private static void AppendCounts(StringBuilder text, string name, IEnumerable<FactSection> sections, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        (int behavioural, int proven) = Count(sections, proofs);
        string percent = behavioural == 0 ? "-" : $"{100 * proven / behavioural}";
        text.Append($"| {name} | {sections.Sum(section => section.Facts.Count)} | {behavioural} | {proven} | {percent} |\n");
    }

    private static void AppendMissing(StringBuilder text, IReadOnlyList<FactSection> sections, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        List<Fact> missing = [.. sections.SelectMany(section => section.Facts)
            .Where(fact => fact.Kind == FactKind.Behaviour && !proofs.ContainsKey(fact.Id))];
        text.Append("\n### Behaviour without a test\n\n");
        if (missing.Count == 0)
            text.Append("None.\n");
        foreach (Fact fact in missing)
            text.Append($"* {fact.Id}: {fact.Statement}{(fact.Reason.Length > 0 ? $" ({fact.Reason})" : "")}.\n");
    }

    private static void AppendSection(StringBuilder text, FactSection section, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        text.Append($"\n### {section.Number} {section.Title}\n\n| Fact | Statement | Tests, or why there is none |\n|---|---|---|\n");
        foreach (Fact fact in section.Facts)
            text.Append($"| {fact.Id} | {fact.Statement} | {Proof(fact, proofs)} |\n");
    }

    private static string Proof(Fact fact, IReadOnlyDictionary<string, SortedSet<string>> proofs)
    {
        if (!proofs.TryGetValue(fact.Id, out SortedSet<string>? tests))
            return fact.Kind != FactKind.Behaviour ? $"{FactList.NameOf(fact.Kind)}: {fact.Reason}" : fact.Reason.Length > 0 ? $"none yet: {fact.Reason}" : "none yet";

        string names = string.Join(", ", tests.Take(NamesPerFact));
        return tests.Count > NamesPerFact ? $"{names}, +{tests.Count - NamesPerFact}" : names;
    }
}
