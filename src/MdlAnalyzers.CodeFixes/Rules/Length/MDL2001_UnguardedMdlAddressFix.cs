using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2001: completes a request that has no MDL before the MDL is used, successfully and with no bytes transferred.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnguardedMdlAddressFix))]
[Shared]
public sealed class UnguardedMdlAddressFix : CodeFixProvider
{
    private const string RuleId = "MDL2001";
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
            foreach (GuardForm form in new[] { GuardForm.MdlIsNull, GuardForm.LengthIsZero })
            {
                if (await GuardSite.FindAsync(context.Document, diagnostic, form, context.CancellationToken).ConfigureAwait(false) is not { } site
                    || !await CompileCheck.PassesAsync(context.Document, site.Body, site.Guard, context.CancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                context.RegisterCodeFix(
                    CodeAction.Create(
                        form == GuardForm.MdlIsNull ? "Return early when the request has no MDL" : "Return early when the request is empty",
                        token => Edit.ApplyAsync(context.Document, site.Guard, token),
                        equivalenceKey: form.ToString()),
                    diagnostic);
            }
        }
    }

    /// <summary>One guard covers every later use in its block, so a document is repaired as a whole.</summary>
    private static async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        // Command-line formatting may know no key: the preferred form then.
        if (!Enum.TryParse(context.CodeActionEquivalenceKey, out GuardForm form))
            form = GuardForm.MdlIsNull;

        var guarded = new List<GuardSite>();
        foreach (Diagnostic diagnostic in diagnostics.OrderBy(static d => d.Location.SourceSpan.Start))
        {
            if (await GuardSite.FindAsync(document, diagnostic, form, context.CancellationToken).ConfigureAwait(false) is { } site
                && !guarded.Any(earlier => earlier.Covers(site) || earlier.Guard.Span.OverlapsWith(site.Guard.Span))
                && await CompileCheck.PassesAsync(document, site.Body, site.Guard, context.CancellationToken).ConfigureAwait(false))
            {
                guarded.RemoveAll(site.Covers);
                guarded.Add(site);
            }
        }

        return await Edit.ApplyAsync(document, guarded.Select(static site => site.Guard), context.CancellationToken).ConfigureAwait(false);
    }
}
