using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>A fix that inserts one test in front of what a rule reports.</summary>
public abstract class GuardFix : CodeFixProvider
{
    private readonly string _ruleId, _title;
    private readonly FixAllProvider _fixAll;

    private protected GuardFix(string ruleId, string title)
    {
        _ruleId = ruleId;
        _title = title;
        _fixAll = FixAllProvider.Create(FixAllAsync);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [_ruleId];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => _fixAll;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics.Where(diagnostic => diagnostic.Id == _ruleId))
        {
            if (await FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is not var (body, guard)
                || !await CompileCheck.PassesAsync(context.Document, body, guard, context.CancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create(_title, token => Edit.ApplyAsync(context.Document, guard, token), equivalenceKey: _ruleId),
                diagnostic);
        }
    }

    /// <summary>The body that gets the test, and the test; null if there is no correct place for it.</summary>
    private protected abstract Task<(SyntaxNode Body, TextChange Guard)?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken);

    // Several diagnostics may have one cause and get one test.
    private async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        var guards = new List<TextChange>();
        foreach (Diagnostic diagnostic in diagnostics.OrderBy(static d => d.Location.SourceSpan.Start))
        {
            if (await FindAsync(document, diagnostic, context.CancellationToken).ConfigureAwait(false) is var (body, guard)
                && !guards.Any(earlier => earlier.Span.OverlapsWith(guard.Span) || earlier.Span.Start == guard.Span.Start)
                && await CompileCheck.PassesAsync(document, body, guard, context.CancellationToken).ConfigureAwait(false))
            {
                guards.Add(guard);
            }
        }

        return await Edit.ApplyAsync(document, guards, context.CancellationToken).ConfigureAwait(false);
    }
}
