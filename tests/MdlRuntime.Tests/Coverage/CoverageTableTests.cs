using System.Text;

namespace MdlRuntime.Tests.Coverage;

/// <summary>How the table is made, shown on a small list.</summary>
public sealed class CoverageTableTests
{
    private static readonly FactSection[] s_sections =
    [
        new("1.1", "Pages", [new("MDL-001", FactKind.Behaviour, "proven often", ""), new("MDL-002", FactKind.Definition, "a word", "names only")]),
        new("1.2", "Locks", [new("MDL-003", FactKind.Behaviour, "not proven", "still open")]),
        new("15", "Hints", [new("MDL-004", FactKind.Behaviour, "outside", ""), new("MDL-005", FactKind.Behaviour, "nothing said", "")]),
    ];

    private static readonly SortedDictionary<string, SortedSet<string>> s_proofs = new(StringComparer.Ordinal)
    {
        ["MDL-001"] = new(StringComparer.Ordinal) { "T.C", "T.A", "T.D", "T.B", "T.E" },
        ["MDL-004"] = new(StringComparer.Ordinal) { "T.A" },
    };

    private readonly string[] _lines = Render();

    [Fact]
    public void AFactIsFollowedByItsFirstTestsAndTheNumberOfTheOthers() =>
        Assert.Contains("| MDL-001 | proven often | T.A, T.B, T.C, +2 |", _lines);

    [Fact]
    public void AFactWithoutATestIsFollowedByItsReason()
    {
        Assert.Contains("| MDL-002 | a word | definition: names only |", _lines);
        Assert.Contains("| MDL-003 | not proven | none yet: still open |", _lines);
        Assert.Contains("* MDL-003: not proven (still open).", _lines);
        Assert.Contains("| MDL-005 | nothing said | none yet |", _lines);
        Assert.Contains("* MDL-005: nothing said.", _lines);
    }

    [Fact]
    public void ChaptersAreCountedAndThePromiseLeavesHintsOut()
    {
        Assert.Contains("| 1 | 3 | 2 | 1 | 50 |", _lines);
        Assert.Contains("| 15 | 2 | 2 | 1 | 50 |", _lines);
        Assert.Contains("| 1-14 | 3 | 2 | 1 | 50 |", _lines);
    }

    private static string[] Render()
    {
        var text = new StringBuilder();
        CoverageTable.AppendModel(text, FactModel.Mdl, s_sections, s_proofs);
        return text.ToString().Split('\n');
    }
}
