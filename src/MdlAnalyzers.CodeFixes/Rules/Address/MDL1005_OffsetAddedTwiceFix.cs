using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1005: removes the byte offset from the sum, or starts at 0 where it is an index or an argument.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OffsetAddedTwiceFix))]
[Shared]
public sealed class OffsetAddedTwiceFix : ExpressionFix
{
    private const int ByteOffsetMacro = 1;

    /// <summary>Called by the host.</summary>
    public OffsetAddedTwiceFix() : base("MDL1005")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken)
    {
        diagnostic.Properties.TryGetValue("Addend", out string? addend);
        ExpressionSyntax? offset = addend switch
        {
            "Whole" => Start(expression) ?? expression,
            "Part" => (Start(expression) ?? expression).DescendantNodes().OfType<ExpressionSyntax>().FirstOrDefault(part => IsSummand(part) && IsOffset(part, model, cancellationToken)),
            _ => null,
        };
        return offset is not null && Without(offset, model, cancellationToken) is { } edit ? ("Remove the byte offset", [edit]) : ("", []);
    }

    /// <summary>Where a slice starts, if the expression is one.</summary>
    private static ExpressionSyntax? Start(ExpressionSyntax expression) => expression switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax, ArgumentList.Arguments: [var start, ..] } => start.Expression,
        ElementAccessExpressionSyntax { ArgumentList.Arguments: [{ Expression: RangeExpressionSyntax { LeftOperand: { } start, RightOperand: null } }] } => start,
        _ => null,
    };

    private static bool IsOffset(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax value = StableLocals.WithoutCasts(expression);
        value = StableLocals.InitializerOf(value, model, cancellationToken) ?? value;
        if (MdlAccessor.From(value, model, cancellationToken) is { } accessor)
            return MdlQuantity.ByteOffset.IsReturnedBy(accessor.Symbol);
        return value is InvocationExpressionSyntax && model.GetSymbolInfo(value, cancellationToken).Symbol is IMethodSymbol macro
            && Annotation.Number(macro.GetAttributes(), "MdlMacroAttribute") == ByteOffsetMacro;
    }

    private static bool IsSummand(ExpressionSyntax expression) => SimplePath.Whole(expression).Parent is BinaryExpressionSyntax sum && sum.IsKind(SyntaxKind.AddExpression);

    private static TextChange? Without(ExpressionSyntax offset, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax outer = SimplePath.Whole(offset);
        switch (outer.Parent)
        {
            case BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression):
                ExpressionSyntax rest = sum.Left == outer ? sum.Right : sum.Left;
                return new TextChange(rest is BinaryExpressionSyntax or CastExpressionSyntax ? sum.Span : (sum.Parent as ParenthesizedExpressionSyntax ?? (SyntaxNode)sum).Span, rest.ToString());
            case AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax { Parent: BlockSyntax } statement }:
                return new TextChange(statement.FullSpan, "");
            case ArgumentSyntax { Parent: ArgumentListSyntax { Arguments: [var start, _], Parent: InvocationExpressionSyntax call } } argument
                when argument != start && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { Name: "Add", IsStatic: true }:
                return new TextChange(call.Span, start.Expression.ToString());
            case ArgumentSyntax or RangeExpressionSyntax:
                return new TextChange(outer.Span, "0");
            default:
                return null;
        }
    }
}
