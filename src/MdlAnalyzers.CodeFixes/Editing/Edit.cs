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

    public static async Task<Document> ApplyAsync(Document document, TextChange edit, CancellationToken cancellationToken)
    {
        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return document.WithText(text.WithChanges(edit));
    }
}
