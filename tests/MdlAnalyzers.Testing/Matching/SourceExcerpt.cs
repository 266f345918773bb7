using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Shows the marked part of a file with carets under it.</summary>
internal sealed class SourceExcerpt
{
    private const int MaximumLines = 4;
    private readonly ImmutableDictionary<string, SourceText> _texts;

    private SourceExcerpt(ImmutableDictionary<string, SourceText> texts) => _texts = texts;

    public static SourceExcerpt Of(SolutionState state)
    {
        var texts = ImmutableDictionary.CreateBuilder<string, SourceText>(StringComparer.Ordinal);
        foreach (var project in state.AdditionalProjects.Values.Prepend(state))
        {
            foreach (var (path, content) in project.Sources.Concat(project.GeneratedSources).Concat(project.AdditionalFiles).Concat(project.AnalyzerConfigFiles))
                texts[path] = content;
        }

        return new SourceExcerpt(texts.ToImmutable());
    }

    public string Render(FileLinePositionSpan span)
    {
        if (!_texts.TryGetValue(span.Path, out var text))
            return "";

        var result = new StringBuilder();
        var last = Math.Min(span.EndLinePosition.Line, span.StartLinePosition.Line + MaximumLines - 1);
        for (var number = span.StartLinePosition.Line; number <= last && number < text.Lines.Count; number++)
            AppendLine(result, text.Lines[number].ToString(), number, span);
        return result.ToString();
    }

    private static void AppendLine(StringBuilder result, string line, int number, FileLinePositionSpan span)
    {
        var isFirst = number == span.StartLinePosition.Line;
        var start = isFirst ? Math.Min(span.StartLinePosition.Character, line.Length) : line.Length - line.TrimStart().Length;
        var end = number == span.EndLinePosition.Line ? Math.Min(span.EndLinePosition.Character, line.Length) : line.Length;

        // Tabs are kept so that the carets stay under what they mark; an empty span gets one caret.
        var indent = string.Concat(line[..start].Select(static c => c == '\t' ? '\t' : ' '));
        var carets = new string('^', Math.Max(end - start, isFirst ? 1 : 0));
        result.Append($"    {number + 1,5} | {line}\n          | {indent}{carets}\n");
    }
}
