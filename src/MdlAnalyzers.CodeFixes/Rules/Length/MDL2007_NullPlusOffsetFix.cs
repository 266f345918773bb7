using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2007: tests the system address first and adds the displacement afterwards.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NullPlusOffsetFix))]
[Shared]
public sealed class NullPlusOffsetFix : ExpressionFix
{
    /// <summary>Called by the host.</summary>
    public NullPlusOffsetFix() : base("MDL2007")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken) =>
        Change(diagnostic, expression, model, cancellationToken) is { } edit ? ("Test the address before the displacement is added", [edit]) : ("", []);

    private static TextChange? Change(Diagnostic diagnostic, ExpressionSyntax use, SemanticModel model, CancellationToken cancellationToken)
    {
        SourceText text = model.SyntaxTree.GetText(cancellationToken);
        ExpressionSyntax value = StableLocals.WithoutCasts(use);
        if (value is BinaryExpressionSyntax sum && Address(sum, model, cancellationToken) is { } address)
            return new TextChange(sum.Span, address.ToString());
        if (value is not IdentifierNameSyntax name || Mapping(diagnostic, model.SyntaxTree.GetRoot(cancellationToken)) is not { } mapping)
            return null;

        if (DisplacedMapping.AtMapping(mapping, model) is { } displaced && displaced.Name == name.Identifier.Text)
        {
            return displaced.BehindTest(text, use)
                ?? (MappingTest.Guarding(text, mapping, displaced.Statement, displaced.Name, model, cancellationToken) is { } guard ? displaced.BehindGuard(text, guard.Guard) : null);
        }

        return use.FirstAncestorOrSelf<IfStatementSyntax>() is { } test && MappingTest.Preceding(test) is { } before
            && DisplacedMapping.AtAddition(before) is { } addition && addition.Name == name.Identifier.Text
            ? addition.BehindTest(text, use)
            : null;
    }

    // The operand of a tested sum that is the address itself.
    private static ExpressionSyntax? Address(BinaryExpressionSyntax sum, SemanticModel model, CancellationToken cancellationToken) =>
        sum.Parent is BinaryExpressionSyntax or IsPatternExpressionSyntax or CastExpressionSyntax or ParenthesizedExpressionSyntax
        && (sum.IsKind(SyntaxKind.AddExpression) || sum.IsKind(SyntaxKind.SubtractExpression))
            ? new[] { sum.Left, sum.Right }.FirstOrDefault(operand =>
                StableLocals.InitializerOf(StableLocals.WithoutCasts(operand), model, cancellationToken) is InvocationExpressionSyntax call
                && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method && MappingTest.IsMapping(method))
            : null;

    private static ExpressionSyntax? Mapping(Diagnostic diagnostic, SyntaxNode root) =>
        diagnostic.AdditionalLocations.FirstOrDefault() is { } location && location.SourceTree == root.SyntaxTree
            ? root.FindNode(location.SourceSpan, getInnermostNodeForTie: true) as ExpressionSyntax
            : null;
}
