using System.Runtime.CompilerServices;

namespace MdlRuntime.Tests.Coverage;

/// <summary>Reads the list of a model's facts.</summary>
internal static class FactList
{
    private static readonly Dictionary<string, FactKind> s_kinds = new()
    {
        ["behaviour"] = FactKind.Behaviour,
        ["definition"] = FactKind.Definition,
        ["not observable"] = FactKind.NotObservable,
        ["not modelled"] = FactKind.NotModelled,
        ["guidance"] = FactKind.Guidance,
        ["other profile"] = FactKind.OtherProfile,
        ["open question"] = FactKind.OpenQuestion,
    };

    public static IReadOnlyList<FactSection> Load(FactModel model) => Parse(File.ReadAllLines(FullPath(model.FileName)));

    public static string NameOf(FactKind kind) => s_kinds.First(pair => pair.Value == kind).Key;

    private static string FullPath(string fileName, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, fileName);

    private static List<FactSection> Parse(IEnumerable<string> lines)
    {
        List<FactSection> sections = [];
        List<Fact> facts = [];
        foreach (string line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                string[] heading = line[3..].Split(' ', 2);
                sections.Add(new(heading[0], heading[1], facts = []));
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                facts.Add(ParseFact(line));
            }
        }

        return sections;
    }

    private static Fact ParseFact(string line)
    {
        string[] cells = line.Split(" | ");
        if (cells.Length is < 3 or > 4 || !s_kinds.TryGetValue(cells[1], out FactKind kind))
            throw new InvalidDataException($"not a line of the fact list: {line}");
        return new(cells[0], kind, cells[2], cells.ElementAtOrDefault(3) ?? "");
    }
}
