using System.Runtime.CompilerServices;

namespace MdlAnalyzers.Tests.Docs;

/// <summary>The page of a rule, taken apart.</summary>
internal sealed class RulePage
{
    private readonly string[] _lines;

    private RulePage(string[] lines) => _lines = lines;

    public static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "src", "docs"));

    public static RulePage Load(string id) => new(File.ReadAllLines(Path.Combine(Folder(), "rules", id + ".md")));

    public string Title => _lines[0];

    public IEnumerable<string> Sections => _lines.Where(static line => line.StartsWith("## ", StringComparison.Ordinal)).Select(static line => line[3..]);

    /// <summary>The right cell of the row whose left cell is <paramref name="name"/>.</summary>
    public string? Cell(string name) =>
        _lines.Select(static line => line.Split('|', StringSplitOptions.TrimEntries)).FirstOrDefault(cells => cells.Length > 2 && cells[1] == name)?[2];

    /// <summary>Keys of the options that the page explains.</summary>
    public IEnumerable<string> Options =>
        _lines.Where(static line => line.StartsWith("| `mdl_analyzers.", StringComparison.Ordinal)).Select(static line => line.Split('`')[1]);

    /// <summary>The code block under a third-level heading.</summary>
    public string Code(string heading)
    {
        IEnumerable<string> lines = _lines
            .SkipWhile(line => line != "### " + heading)
            .SkipWhile(static line => line != "```csharp")
            .Skip(1)
            .TakeWhile(static line => line != "```");
        return string.Join('\n', lines);
    }
}
