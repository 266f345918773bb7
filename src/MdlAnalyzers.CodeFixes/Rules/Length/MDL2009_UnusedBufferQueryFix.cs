using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2009: removes a query whose answer is not used, compares the two lengths of a request, or keeps a mapping with a discard.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnusedBufferQueryFix))]
[Shared]
public sealed class UnusedBufferQueryFix : CodeFixProvider
{
    /// <summary>Equivalence key of the fix that removes.</summary>
    public const string Remove = "MDL2009";

    /// <summary>Equivalence key of the fix that compares the lengths.</summary>
    public const string Compare = "MDL2009.Compare";

    /// <summary>Equivalence key of the fix that keeps the mapping.</summary>
    public const string Discard = "MDL2009.Discard";

    private const string RuleId = "MDL2009";
    private static readonly FixAllProvider s_fixAll = FixAllProvider.Create(FixAllAsync);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleId];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => s_fixAll;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId))
        {
            foreach ((string key, string title) in new[]
            {
                (Remove, "Remove the unused query"),
                (Compare, "Fail the request when the buffer is shorter than its length"),
                (Discard, "Keep the mapping and discard its address"),
            })
            {
                if (await EditAsync(context.Document, diagnostic, key, context.CancellationToken).ConfigureAwait(false) is { } edit)
                    context.RegisterCodeFix(CodeAction.Create(title, token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: key), diagnostic);
            }
        }
    }

    /// <summary>One statement may hold several queries; it is changed once.</summary>
    private static async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        string key = context.CodeActionEquivalenceKey is Compare or Discard ? context.CodeActionEquivalenceKey : Remove;
        var edits = new List<TextChange>();
        foreach (Diagnostic diagnostic in diagnostics.OrderBy(static d => d.Location.SourceSpan.Start))
        {
            if (await EditAsync(document, diagnostic, key, context.CancellationToken).ConfigureAwait(false) is { } edit
                && !edits.Any(earlier => earlier.Span.OverlapsWith(edit.Span) || earlier.Span == edit.Span))
            {
                edits.Add(edit);
            }
        }

        return await Edit.ApplyAsync(document, edits, context.CancellationToken).ConfigureAwait(false);
    }

    private static async Task<TextChange?> EditAsync(Document document, Diagnostic diagnostic, string key, CancellationToken cancellationToken)
    {
        if (await UnusedQuery.FindAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is not { } query)
            return null;
        TextChange? edit = key switch
        {
            Compare => query.ComparisonWithRequest(cancellationToken),
            Discard => query.DiscardedMapping(cancellationToken),
            _ => query.Removal(cancellationToken),
        };
        return edit is { } change && await CompileCheck.PassesAsync(document, query.Member, change, cancellationToken).ConfigureAwait(false) ? edit : null;
    }
}
