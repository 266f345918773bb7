using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>Keeps fixes from being offered when the edited member would no longer compile.</summary>
internal static class CompileCheck
{
    /// <summary>True if <paramref name="edit"/>, which lies inside <paramref name="member"/>, adds no compiler error to that member.</summary>
    public static async Task<bool> PassesAsync(Document document, SyntaxNode member, TextChange edit, CancellationToken cancellationToken)
    {
        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        Document edited = document.WithText(text.WithChanges(edit));
        int grown = (edit.NewText?.Length ?? 0) - edit.Span.Length;
        var span = new TextSpan(member.SpanStart, member.Span.Length + grown);

        return await CountErrorsAsync(edited, span, cancellationToken).ConfigureAwait(false)
            <= await CountErrorsAsync(document, member.Span, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> CountErrorsAsync(Document document, TextSpan span, CancellationToken cancellationToken)
    {
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        return model is null
            ? int.MaxValue
            : model.GetDiagnostics(span, cancellationToken).Count(static d => d.Severity == DiagnosticSeverity.Error && !d.IsSuppressed);
    }
}
