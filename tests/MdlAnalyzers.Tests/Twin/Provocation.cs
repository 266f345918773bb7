using Cells = System.Collections.Generic.IReadOnlyList<(MdlAnalyzers.Tests.Twin.Cell? Cell, string Symptom)>;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>Which knob a defect needs to show, so that a routine that goes wrong for another reason does not count.</summary>
internal static class Provocation
{
    private static readonly Dictionary<string, (string Knob, Func<Cell, bool> IsSet, bool IsOnly)> s_knobs = new()
    {
        ["MDL1002"] = ("an offset in the page", static cell => cell.Offset != 0, false),
        ["MDL1003"] = ("an offset in the page", static cell => cell.Offset != 0, true),
        ["MDL1004"] = ("a foreign process", static cell => cell.IsDeferred, true),
        ["MDL1005"] = ("an offset in the page", static cell => cell.Offset != 0, true),
        ["MDL1006"] = ("an offset in the page", static cell => cell.Offset != 0, false),
        ["MDL2001"] = ("an empty request", static cell => cell.Length == 0, true),
        ["MDL2002"] = ("a mapping that fails", static cell => cell.MayFail, true),
        ["MDL2005"] = ("a chain of MDLs", static cell => cell.IsChain, true),
        ["MDL2006"] = ("a mapping that fails", static cell => cell.MayFail, false),
        ["MDL2007"] = ("a mapping that fails", static cell => cell.MayFail, true),
        ["MDL2008"] = ("more than 255 bytes", static cell => cell.Length > byte.MaxValue, true),
        ["wrap"] = ("numbers that wrap around", static cell => cell.Said is not null, true),
        ["MDL2010"] = ("an empty request", static cell => cell.Length == 0, true),
    };

    /// <summary>Says what speaks against the runs showing what was reported; null if nothing does.</summary>
    public static string? Missing(DefectAttribute defect, Cells symptoms)
    {
        IReadOnlyList<string> ids = defect.Knob is { } name ? [name] : defect.Ids;
        foreach (string id in ids)
        {
            if (!s_knobs.TryGetValue(id, out var knob))
                continue;
            if (!symptoms.Any(s => s.Cell is { } cell && knob.IsSet(cell)))
                return $"no run with {knob.Knob} goes wrong";
            if (ids.Count == 1 && knob.IsOnly && symptoms.FirstOrDefault(s => s.Cell is not { } cell || !knob.IsSet(cell)) is { Symptom: { } other } run)
                return $"a run without {knob.Knob} goes wrong ({run.Cell}): {other}";
        }

        return null;
    }
}
