using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2002: tests the address behind the mapping call and fails the request with insufficient resources.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UncheckedSystemAddressFix))]
[Shared]
public sealed class UncheckedSystemAddressFix : CodeFixProvider
{
    private const string RuleId = "MDL2002";
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
            if (await MappingTest.FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is not { } test
                || !await CompileCheck.PassesAsync(context.Document, test.Body, test.Guard, context.CancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create("Fail the request when the MDL cannot be mapped", token => Edit.ApplyAsync(context.Document, test.Guard, token), equivalenceKey: RuleId),
                diagnostic);
        }
    }

    /// <summary>Several accesses on different paths share one mapping call and get one test.</summary>
    private static async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        var guards = new List<TextChange>();
        foreach (Diagnostic diagnostic in diagnostics.OrderBy(static d => d.Location.SourceSpan.Start))
        {
            if (await MappingTest.FindAsync(document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } test
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
