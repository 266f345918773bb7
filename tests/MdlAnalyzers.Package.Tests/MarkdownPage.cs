namespace MdlAnalyzers.Package.Tests;

/// <summary>A page of the documentation, and the blocks of code and output in it.</summary>
internal sealed class MarkdownPage
{
    private readonly string _text;

    private MarkdownPage(string text) => _text = text;

    public static MarkdownPage Load(params string[] path) => new(File.ReadAllText(Repository.Combine(path)).ReplaceLineEndings("\n"));

    /// <summary>The first block of C# code after a marker.</summary>
    public string CodeAfter(string marker) => BlockAfter(marker, "```csharp\n");

    /// <summary>The first block without a language after a marker, with the line end of its last line; an empty line comes before it.</summary>
    public string OutputAfter(string marker) => BlockAfter(marker, "\n\n```\n");

    private string BlockAfter(string marker, string fence)
    {
        int start = _text.IndexOf(fence, _text.IndexOf(marker, StringComparison.Ordinal), StringComparison.Ordinal) + fence.Length;
        return _text[start.._text.IndexOf("```", start, StringComparison.Ordinal)];
    }
}
