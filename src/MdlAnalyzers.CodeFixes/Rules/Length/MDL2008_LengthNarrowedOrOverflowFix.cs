using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2008: keeps the full width of a byte count, and compares with a difference or a quotient instead of a sum or a product.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LengthNarrowedOrOverflowFix))]
[Shared]
public sealed class LengthNarrowedOrOverflowFix : CodeFixProvider
{
    private const string RuleId = "MDL2008";
    private static readonly RuleFixAll s_fixAll = new(RuleId);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleId];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => s_fixAll;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        if (await context.Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        SourceText text = await context.Document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax node
                || node.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || (node is CastExpressionSyntax cast ? (Title: "Keep the full width", Edit: Widen(text, cast, model, cancellationToken)) : (Title: "Compare without a sum that can wrap", Edit: Rearrange(node, model, cancellationToken))) is not (var title, { } edit)
                || !await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            context.RegisterCodeFix(CodeAction.Create(title, token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: RuleId), diagnostic);
        }
    }

    // Drops the cast; a local that was declared for the narrow type gets the wide one.
    private static TextChange? Widen(SourceText text, CastExpressionSyntax cast, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax wide = SimplePath.Strip(cast.Expression);
        var dropped = new TextChange(cast.Span, (wide is BinaryExpressionSyntax && cast.Parent is BinaryExpressionSyntax ? cast.Expression : wide).ToString());
        if (cast.Parent is not EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Type: { IsVar: false } declared } } })
            return dropped;
        return model.GetTypeInfo(wide, cancellationToken).Type is { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 } type
            ? Edit.Merge(text, new TextChange(declared.Span, type.ToMinimalDisplayString(model, declared.SpanStart)), dropped)
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
