using System.Text;
using Cells = System.Collections.Generic.IReadOnlyList<(MdlAnalyzers.Tests.Twin.Cell? Cell, string Symptom)>;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>
/// What the rules report in a driver and what the machine shows when the driver runs agree: on offsets in a page, lengths, scattered pages above
/// 4 GiB, calls that fail and foreign processes. Neither side knows of the other.
/// </summary>
public sealed class TwinTests
{
    public static TheoryData<string> Files => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Rules_ReportWhatTheMachineShows(string file)
    {
        using Corpus corpus = await Corpus.OpenAsync(file);
        var wrong = new StringBuilder();
        foreach (Entry entry in await corpus.EntriesAsync())
        {
            Cells symptoms = entry.Run();
            string said = Say(entry.Declared), reported = Say(entry.Reported);
            if (said != reported)
                wrong.AppendLine($"{entry.Name}: {said} was expected, {reported} is reported ({entry.Messages}); {Shown(symptoms)}");
            else if (entry.Declared.Count == 0 && symptoms.Count > 0)
                wrong.AppendLine($"{entry.Name}: nothing is reported, but {Shown(symptoms)}");
            else if (entry.IsForOldTargets && entry.Run(isVerified: true).Count == 0)
                wrong.AppendLine($"{entry.Name}: is for old targets, but a verified machine finds nothing wrong with it");
            else if (entry.Declared.Count > 0 && entry.Defect!.Explained is null != symptoms.Count > 0)
                wrong.AppendLine($"{entry.Name}: {reported} is reported, explained by '{entry.Defect.Explained}'; {Shown(symptoms)}");
            else if (entry.Defect is { Explained: null } defect && Provocation.Missing(defect, symptoms) is { } missing)
                wrong.AppendLine($"{entry.Name}: {missing}; {Shown(symptoms)}");
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    internal static string Say(IReadOnlyList<string> ids) => ids.Count == 0 ? "nothing" : string.Join(' ', ids);

    internal static string Shown(Cells symptoms) =>
        symptoms.Count == 0 ? "no run goes wrong" : $"{symptoms.Count} runs go wrong, first ({symptoms[0].Cell?.ToString() ?? "unload"}): {symptoms[0].Symptom}";
}
