using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>A fix that edits one expression or its statement.</summary>
public abstract class ExpressionFix : CodeFixProvider
{
    private readonly string _ruleId;
    private readonly RuleFixAll _fixAll;

    private protected ExpressionFix(string ruleId)
    {
        _ruleId = ruleId;
        _fixAll = new(ruleId);
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds => [_ruleId];

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => _fixAll;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        if (await context.Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        foreach (Diagnostic diagnostic in context.Diagnostics.Where(diagnostic => diagnostic.Id == _ruleId))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax expression
                || expression.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member)
            {
                continue;
            }

            (string title, IEnumerable<TextChange> edits) = Propose(diagnostic, expression, member, model, cancellationToken);
            foreach (TextChange edit in edits)
            {
                if (!await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
                    continue;

                context.RegisterCodeFix(
                    CodeAction.Create(title, token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: _ruleId),
                    diagnostic);
                break;
            }
        }
    }

    /// <summary>Title and the ways to write the repair, best first; none if there is no correct one.</summary>
    private protected abstract (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken);
}
