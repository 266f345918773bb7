using System.Text;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>A driver of the corpus that the fixes have repaired runs with every setting of the knobs, and moves the right bytes.</summary>
public sealed class TwinFixTests
{
    [Theory]
    [MemberData(nameof(TwinTests.Files), MemberType = typeof(TwinTests))]
    public async Task Fixes_LeaveDriversThatTheMachineFindsNothingWrongWith(string file)
    {
        using Corpus corpus = await Corpus.OpenAsync(file);
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
