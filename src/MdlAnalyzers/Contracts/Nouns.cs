using System.Runtime.CompilerServices;

namespace MdlAnalyzers.Contracts;

/// <summary>Reads names: <c>mdlAddress</c> is an address, <c>addressOffset</c> is an offset.</summary>
internal static class Nouns
{
    private static readonly Dictionary<string, Noun> _nouns = new(StringComparer.OrdinalIgnoreCase)
    {
        ["address"] = Noun.Address,
        ["addr"] = Noun.Address,
        ["adr"] = Noun.Address,
        ["addresses"] = Noun.Address,
        ["addrs"] = Noun.Address,
        ["vas"] = Noun.Address,
        ["ptrs"] = Noun.Address,
        ["pointers"] = Noun.Address,
        ["va"] = Noun.Address,
        ["vaddr"] = Noun.Address,
        ["ptr"] = Noun.Address,
        ["pointer"] = Noun.Address,
        ["base"] = Noun.Place,
        ["buffer"] = Noun.Place,
        ["buf"] = Noun.Place,
        ["start"] = Noun.Place,
        ["begin"] = Noun.Place,
        ["origin"] = Noun.Place,
        ["end"] = Noun.Place,
        ["a"] = Noun.Place,
        ["p"] = Noun.Place,
        ["v"] = Noun.Place,
        ["location"] = Noun.Place,
        ["data"] = Noun.Place,
        ["destination"] = Noun.Place,
        ["dest"] = Noun.Place,
        ["dst"] = Noun.Place,
        ["source"] = Noun.Place,
        ["src"] = Noun.Place,
        ["virtual"] = Noun.Place,
        ["payload"] = Noun.Place,
        ["offset"] = Noun.Offset,
        ["offsets"] = Noun.Offset,
        ["off"] = Noun.Offset,
        ["ofs"] = Noun.Offset,
        ["offs"] = Noun.Offset,
        ["o"] = Noun.Offset,
        ["displacement"] = Noun.Offset,
        ["disp"] = Noun.Offset,
        ["skip"] = Noun.Offset,
        ["delta"] = Noun.Offset,
        ["index"] = Noun.Offset,
        ["idx"] = Noun.Offset,
        ["position"] = Noun.Offset,
        ["pos"] = Noun.Offset,
        ["shift"] = Noun.Offset,
        ["slack"] = Noun.Offset,
        ["bo"] = Noun.Offset,
        ["misalignment"] = Noun.Offset,
        ["alignment"] = Noun.Offset,
        ["length"] = Noun.Length,
        ["len"] = Noun.Length,
        ["size"] = Noun.Length,
        ["count"] = Noun.Length,
        ["bytes"] = Noun.Length,
        ["n"] = Noun.Length,
        ["cb"] = Noun.Length,
        ["sz"] = Noun.Length,
    };

    private static readonly HashSet<string> _prepositions = new(StringComparer.OrdinalIgnoreCase) { "of", "in", "for", "from", "within", "into" };

    private static readonly string[] _foreignUnits = ["sector", "block", "cluster", "granul", "chunk", "stripe", "record", "entry", "bucket", "unit", "align", "limit", "max", "min", "buffer", "line", "fragment", "packet", "burst", "segment"];

    private static readonly string[] _statistics = ["stat", "counter", "total", "metric", "perf", "histogram", "written", "transferred", "processed", "seen"];

    private static readonly string[] _logVerbs = ["log", "trace", "print", "write", "dbg", "debug", "event", "report", "record", "info", "warn", "emit", "format", "tostring"];

    // The same few names are asked about at every use.
    private static readonly ConditionalWeakTable<string, Reading> _readings = new();

    public static Noun HeadOf(string? name) => Read(name).Head;

    /// <summary>Whether every word of <paramref name="name"/> is one of <paramref name="allowed"/>.</summary>
    public static bool ConsistsOf(string? name, params string[] allowed) => Words(name).All(w => allowed.Contains(w, StringComparer.OrdinalIgnoreCase));

    public static bool HasWord(string? name, string wanted)
    {
        foreach (string word in Words(name))
        {
            if (string.Equals(word, wanted, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    public static bool HasWord(string? name, params string[] wanted)
    {
        foreach (string word in wanted)
        {
            if (HasWord(name, word))
                return true;
        }

        return false;
    }

    /// <summary>Whether a constant of this name is a unit of its own, such as a sector size, and not the page size.</summary>
    public static bool IsForeignUnit(string? name) => Read(name).IsForeignUnit;

    public static bool IsStatistic(string? name) => Read(name).IsStatistic;

    public static bool IsLogging(string? name) => Read(name).IsLogging;

    /// <summary>The words of a camel-case or snake-case name, digits dropped.</summary>
    public static List<string> Words(string? name) => Read(name).Words;

    private static Reading Read(string? name) => _readings.GetValue(name ?? "", static n => new Reading(n));

    private static List<string> Split(string name)
    {
        var words = new List<string>();
        int start = 0;
        for (int i = 0; i <= name.Length; i++)
        {
            bool end = i == name.Length || !char.IsLetter(name[i]);
            bool upper = !end && i > start && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (!end && !upper)
                continue;

            if (i > start)
                words.Add(name.Substring(start, i - start));
            start = end ? i + 1 : i;
        }

        return words;
    }

    // "offsetInPage" is about an offset; "currentVa" about a va.
    private static string? Head(IReadOnlyList<string> words)
    {
        for (int i = 1; i < words.Count; i++)
        {
            if (_prepositions.Contains(words[i]))
                return words[i - 1];
        }

        return words.Count == 0 ? null : words[words.Count - 1];
    }

    private static bool ContainsAny(string name, string[] parts) => parts.Any(p => name.IndexOf(p, StringComparison.OrdinalIgnoreCase) >= 0);

    private sealed class Reading
    {
        public Reading(string name)
        {
            Words = Split(name);
            Head = Nouns.Head(Words) is { } head && _nouns.TryGetValue(head, out Noun noun) ? noun : Noun.Neutral;
            IsForeignUnit = name.IndexOf("page", StringComparison.OrdinalIgnoreCase) < 0 && ContainsAny(name, _foreignUnits);
            IsStatistic = ContainsAny(name, _statistics);
            IsLogging = ContainsAny(name, _logVerbs);
        }

        public List<string> Words { get; }

        public Noun Head { get; }

        public bool IsForeignUnit { get; }

        public bool IsStatistic { get; }

        public bool IsLogging { get; }
    }
}
