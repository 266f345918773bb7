using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.CodeFixes;

/// <summary>Expressions such as <c>irp.MdlAddress!</c> that can be written a second time without changing what happens.</summary>
internal static class SimplePath
{
    public static bool IsRepeatable(ExpressionSyntax expression) => Strip(expression) switch
    {
        IdentifierNameSyntax or ThisExpressionSyntax => true,
        MemberAccessExpressionSyntax access => IsRepeatable(access.Expression),
        _ => false,
    };

    /// <summary>The expression without parentheses and null-forgiving operators.</summary>
    public static ExpressionSyntax Strip(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax inner => Strip(inner.Expression),
        PostfixUnaryExpressionSyntax inner when inner.IsKind(SyntaxKind.SuppressNullableWarningExpression) => Strip(inner.Operand),
        _ => expression,
    };

    /// <summary>The expression with the parentheses and <c>checked</c> around it.</summary>
    public static ExpressionSyntax Whole(ExpressionSyntax expression)
    {
        while (expression.Parent is ParenthesizedExpressionSyntax or CheckedExpressionSyntax)
            expression = (ExpressionSyntax)expression.Parent;
        return expression;
    }

    /// <summary>True if both name the same thing, whatever parentheses and null-forgiving operators they carry.</summary>
    public static bool AreSame(ExpressionSyntax left, ExpressionSyntax right) => (Strip(left), Strip(right)) switch
    {
        (MemberAccessExpressionSyntax a, MemberAccessExpressionSyntax b) => a.Name.IsEquivalentTo(b.Name) && AreSame(a.Expression, b.Expression),
        var (a, b) => a.IsEquivalentTo(b),
    };

    /// <summary>True if <paramref name="path"/> means the same at <paramref name="position"/> as where it stands.</summary>
    public static bool BindsAt(SemanticModel model, ExpressionSyntax path, int position, CancellationToken cancellationToken)
    {
        if (!IsRepeatable(path) || model.GetSymbolInfo(Strip(path), cancellationToken).Symbol is not { } symbol)
            return false;

        ExpressionSyntax copy = SyntaxFactory.ParseExpression(Strip(path).ToString());
        ISymbol? found = model.GetSpeculativeSymbolInfo(position, copy, SpeculativeBindingOption.BindAsExpression).Symbol;
        return SymbolEqualityComparer.Default.Equals(symbol, found)
            && (symbol is not ILocalSymbol local || local.DeclaringSyntaxReferences.All(r => r.Span.End <= position));
    }
}
