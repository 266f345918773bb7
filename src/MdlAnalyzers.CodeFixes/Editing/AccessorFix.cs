using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>A fix that replaces one expression, for a rule whose diagnostics name an MDL accessor as their cause.</summary>
public abstract class AccessorFix : ExpressionFix
{
    private protected AccessorFix(string ruleId) : base(ruleId)
    {
    }

    private protected sealed override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken) =>
        MdlAccessor.Cause(diagnostic, model.SyntaxTree.GetRoot(cancellationToken), model, cancellationToken) is { } accessor
            ? Propose(diagnostic, new(expression, accessor, model, member, cancellationToken))
            : ("", []);

    /// <summary>Title and the ways to write the repair, best first; none if there is no correct one.</summary>
    private protected abstract (string Title, IEnumerable<TextChange> Edits) Propose(Diagnostic diagnostic, FixSite site);
}
