using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2010: completes an empty transfer successfully in front of the test that fails requests without an MDL.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ZeroLengthRejectedFix))]
[Shared]
public sealed class ZeroLengthRejectedFix : CodeFixProvider
{
    private const string RuleId = "MDL2010";
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
            if (await EmptyTransferTest.FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is not { } test
                || !await CompileCheck.PassesAsync(context.Document, test.Body, test.Guard, context.CancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create("Complete empty transfers first", token => Edit.ApplyAsync(context.Document, test.Guard, token), equivalenceKey: RuleId),
                diagnostic);
        }
    }

    /// <summary>One test of the length serves every error that is told about one test of the MDL.</summary>
    private static async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        var guards = new List<TextChange>();
        foreach (Diagnostic diagnostic in diagnostics.OrderBy(static d => d.Location.SourceSpan.Start))
        {
            if (await EmptyTransferTest.FindAsync(document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } test
                && !guards.Any(earlier => earlier.Span.OverlapsWith(test.Guard.Span) || earlier.Span.Start == test.Guard.Span.Start)
                && await CompileCheck.PassesAsync(document, test.Body, test.Guard, context.CancellationToken).ConfigureAwait(false))
            {
                guards.Add(test.Guard);
            }
        }

        SourceText text = await document.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        return document.WithText(text.WithChanges(guards.OrderBy(static edit => edit.Span.Start)));
    }
}
