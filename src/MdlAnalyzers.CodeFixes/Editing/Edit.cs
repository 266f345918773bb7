using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

internal static class Edit
{
    /// <summary>One edit that does what several do.</summary>
    public static TextChange Merge(SourceText text, params TextChange[] edits)
    {
        TextSpan whole = TextSpan.FromBounds(edits.Min(static e => e.Span.Start), edits.Max(static e => e.Span.End));
        int grown = edits.Sum(static e => (e.NewText?.Length ?? 0) - e.Span.Length);
        SourceText edited = text.WithChanges(edits.OrderBy(static e => e.Span.Start));
        return new TextChange(whole, edited.ToString(new TextSpan(whole.Start, whole.Length + grown)));
    }

    /// <summary>Applies edits that do not overlap, in whatever order they come.</summary>
    public static async Task<Document> ApplyAsync(Document document, IEnumerable<TextChange> edits, CancellationToken cancellationToken)
    {
        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return document.WithText(text.WithChanges(edits.OrderBy(static e => e.Span.Start)));
    }

    public static Task<Document> ApplyAsync(Document document, TextChange edit, CancellationToken cancellationToken) => ApplyAsync(document, [edit], cancellationToken);

    /// <summary>The line ends of <paramref name="text"/>.</summary>
    public static string NewLine(string text) => text.Contains("\r\n") ? "\r\n" : "\n";
}
