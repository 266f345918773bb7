using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

internal static class Edit
{
    public static async Task<Document> ApplyAsync(Document document, TextChange edit, CancellationToken cancellationToken)
    {
        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return document.WithText(text.WithChanges(edit));
    }
}
