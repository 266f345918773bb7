using System.Text.RegularExpressions;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>Fixes keep the comments, line ends and tabs of the code that they repair.</summary>
public sealed partial class TwinTriviaTests
{
    /// <summary>Statements that a fix takes away as a whole, with what is said beside them: "buffer += offset".</summary>
    private static readonly Dictionary<string, int> s_removed = new() { ["MDL1005"] = 1 };

    [Theory]
    [MemberData(nameof(TwinTests.Files), MemberType = typeof(TwinTests))]
    public async Task Fixes_KeepCommentsTabsAndLineEnds(string file)
    {
        int comments = 0;
        using Corpus corpus = await Corpus.OpenAsync(file, text =>
            LineStart().Replace(
                StatementEnd().Replace(text, _ => $"; // note {++comments}").Replace("\n", "\r\n", StringComparison.Ordinal),
                static indent => new string('\t', indent.Length / 4)));
        await corpus.RepairAsync();

        // A comment may keep a fix from being offered, but brings up nothing new.
        Assert.Empty((await corpus.EntriesAsync()).Where(static e => e.Reported.Except(e.Declared).Any(id => id != e.Defect?.NotFixed)).Select(static e => $"{e.Name}: {e.Messages}"));
        string repaired = await corpus.TextAsync();
        Assert.DoesNotMatch(@"(?<!\r)\n", repaired);
        int[] lost = [.. Enumerable.Range(1, comments).Where(i => !repaired.Contains($"// note {i}\r", StringComparison.Ordinal))];
        Assert.Equal(s_removed.GetValueOrDefault(file), lost.Length);
    }

    [GeneratedRegex(";$", RegexOptions.Multiline)]
    private static partial Regex StatementEnd();

    [GeneratedRegex("^ +", RegexOptions.Multiline)]
    private static partial Regex LineStart();
}
