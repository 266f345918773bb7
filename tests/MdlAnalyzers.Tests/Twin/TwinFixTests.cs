using System.Text;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>A driver of the corpus that the fixes have repaired runs with every setting of the knobs, and moves the right bytes.</summary>
public sealed class TwinFixTests
{
    /// <summary>What a fix offers beside its preferred variant.</summary>
    private static readonly Dictionary<string, string[]> s_variants = new()
    {
        ["MDL2001"] = ["LengthIsZero"],
        ["MDL2009"] = ["MDL2009.Compare", "MDL2009.Discard"],
    };

    public static TheoryData<string, string> Variants
    {
        get
        {
            var variants = new TheoryData<string, string>();
            foreach ((string file, string[] keys) in s_variants)
                variants.AddRange([.. keys.Select(key => (file, key))]);
            return variants;
        }
    }

    [Theory]
    [MemberData(nameof(TwinTests.Files), MemberType = typeof(TwinTests))]
    public async Task Fixes_LeaveDriversThatTheMachineFindsNothingWrongWith(string file)
    {
        using Corpus corpus = await Corpus.OpenAsync(file);
        Assert.Equal(s_variants.GetValueOrDefault(file, []), await corpus.VariantsAsync());

        await AssertRepairedAsync(corpus);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Variant_LeavesDriversThatTheMachineFindsNothingWrongWith(string file, string variant)
    {
        using Corpus corpus = await Corpus.OpenAsync(file);
        await corpus.ApplyAsync(variant);
        Assert.DoesNotContain(variant, await corpus.VariantsAsync());

        await AssertRepairedAsync(corpus);
    }

    private static async Task AssertRepairedAsync(Corpus corpus)
    {
        await corpus.RepairAsync();
        var wrong = new StringBuilder();
        foreach (Entry entry in await corpus.EntriesAsync())
        {
            if (TwinTests.Say(entry.Reported) != TwinTests.Say(entry.Defect?.NotFixed is { } left ? [left] : []))
                wrong.AppendLine($"{entry.Name}: {TwinTests.Say(entry.Reported)} is left ({entry.Messages})");
            else if (entry.Reported.Count == 0 && entry.Run() is var symptoms && (symptoms.Count > 0) != entry.Defect?.NotHealed is not null)
                wrong.AppendLine($"{entry.Name}: {TwinTests.Shown(symptoms)}, explained by '{entry.Defect?.NotHealed}'");
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }
}
