using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2008: keeps the full width of a byte count, and compares with a difference or a quotient instead of a sum or a product.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LengthNarrowedOrOverflowFix))]
[Shared]
public sealed class LengthNarrowedOrOverflowFix : ExpressionFix
{
    /// <summary>Called by the host.</summary>
    public LengthNarrowedOrOverflowFix() : base("MDL2008")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken)
    {
        (string title, TextChange? edit) = expression is CastExpressionSyntax cast
            ? ("Keep the full width", Widen(cast, model, cancellationToken))
            : ("Compare without a sum that can wrap", Rearrange(expression, model, cancellationToken));
        return (title, edit is { } change ? [change] : []);
    }

    // Drops the cast; a local that was declared for the narrow type gets the wide one.
    private static TextChange? Widen(CastExpressionSyntax cast, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax wide = SimplePath.Strip(cast.Expression);
        var dropped = new TextChange(cast.Span, (wide is BinaryExpressionSyntax && cast.Parent is BinaryExpressionSyntax ? cast.Expression : wide).ToString());
        if (cast.Parent is not EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Type: { IsVar: false } declared } } })
            return dropped;
        return model.GetTypeInfo(wide, cancellationToken).Type is { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 } type
            ? Edit.Merge(model.SyntaxTree.GetText(cancellationToken), new TextChange(declared.Span, type.ToMinimalDisplayString(model, declared.SpanStart)), dropped)
            : null;
    }

    // "a + b > n" is "a > n || b > n - a", and "a * b > n" is "a > n / b".
    private static TextChange? Rearrange(ExpressionSyntax node, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax side = node;
        while (side.Parent is ParenthesizedExpressionSyntax outer)
            side = outer;
        if (SimplePath.Strip(node) is not BinaryExpressionSyntax sum || side.Parent is not BinaryExpressionSyntax comparison)
            return null;

        string? sign = Sign(comparison.Kind(), isMirrored: comparison.Right == side);
        ExpressionSyntax limit = comparison.Left == side ? comparison.Right : comparison.Left;
        if (sign is null || !IsRepeatable(limit, model, cancellationToken) || !IsRepeatable(sum.Left, model, cancellationToken) || !IsRepeatable(sum.Right, model, cancellationToken))
            return null;

        // A constant is tested first.
        bool isConstantFirst = model.GetConstantValue(sum.Right, cancellationToken).HasValue;
        (ExpressionSyntax first, ExpressionSyntax second) = isConstantFirst ? (sum.Right, sum.Left) : (sum.Left, sum.Right);
        if (sum.IsKind(SyntaxKind.MultiplyExpression))
        {
            return isConstantFirst && sign is ">" or "<=" ? new TextChange(comparison.Span, $"{sum.Left} {sign} {limit} / {sum.Right}") : null;
        }

        if (!sum.IsKind(SyntaxKind.AddExpression))
            return null;
        bool isFailure = sign[0] == '>';
        string test = isFailure ? $"{first} {sign} {limit} || {second} {sign} {limit} - {first}" : $"{first} {sign} {limit} && {second} {sign} {limit} - {first}";
        bool needsParentheses = comparison.Parent is BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or ConditionalExpressionSyntax
            && !(comparison.Parent.IsKind(isFailure ? SyntaxKind.LogicalOrExpression : SyntaxKind.LogicalAndExpression));
        return new TextChange(comparison.Span, needsParentheses ? $"({test})" : test);
    }

    private static string? Sign(SyntaxKind kind, bool isMirrored) => (kind, isMirrored) switch
    {
        (SyntaxKind.GreaterThanExpression, false) or (SyntaxKind.LessThanExpression, true) => ">",
        (SyntaxKind.GreaterThanOrEqualExpression, false) or (SyntaxKind.LessThanOrEqualExpression, true) => ">=",
        (SyntaxKind.LessThanExpression, false) or (SyntaxKind.GreaterThanExpression, true) => "<",
        (SyntaxKind.LessThanOrEqualExpression, false) or (SyntaxKind.GreaterThanOrEqualExpression, true) => "<=",
        _ => null,
    };

    private static bool IsRepeatable(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken) =>
        SimplePath.IsRepeatable(expression) || expression is LiteralExpressionSyntax || model.GetConstantValue(expression, cancellationToken).HasValue
        || MdlAccessor.From(expression, model, cancellationToken) is not null;
}
