using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Tells a question about pages ("is it more than one?") from a limit on the request size.</summary>
internal static class PageComparison
{
    public static bool IsRelational(IOperation operation) => operation switch
    {
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } => false,
        IBinaryOperation or IRelationalPatternOperation => true,
        _ => false,
    };

    /// <summary>Whether a length is compared with one page: "at most 4096", "below 4097" and the like.</summary>
    public static bool IsOnePage(Linear number, Linear bound, IOperation operation, SyntaxNode side)
    {
        if (!number.IsSinglePlusConstant(out _, out long added) || added is < -1 or > 1 || !bound.IsConstant || Nouns.IsForeignUnit(bound.Label))
            return false;
        long limit = bound.Constant - added;
        bool excludes = operation switch
        {
            IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThan } less => less.LeftOperand.Syntax == side,
            IBinaryOperation { OperatorKind: BinaryOperatorKind.GreaterThanOrEqual } atLeast => atLeast.LeftOperand.Syntax == side,
            IBinaryOperation { OperatorKind: BinaryOperatorKind.GreaterThan } greater => greater.RightOperand.Syntax == side,
            IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThanOrEqual } atMost => atMost.RightOperand.Syntax == side,
            IRelationalPatternOperation { OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.GreaterThanOrEqual } => true,
            _ => false,
        };
        return limit == Arithmetic.PageSize || (excludes && limit == Arithmetic.PageSize + 1);
    }

    /// <summary>Whether the comparison decides only that a request is refused. For a bound of several pages any way out is a refusal.</summary>
    public static bool IsLimitCheck(SyntaxNode comparison, bool isManyPages)
    {
        SyntaxNode node = comparison;
        while (node.Parent is ParenthesizedExpressionSyntax or IsPatternExpressionSyntax or PatternSyntax
            or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalOrExpression or (int)SyntaxKind.LogicalAndExpression } or PrefixUnaryExpressionSyntax)
        {
            node = node.Parent;
        }

        return node.Parent is IfStatementSyntax branch && branch.Condition == node && Refuses(branch.Statement, isManyPages);
    }

    private static bool Refuses(StatementSyntax statement, bool anyExit)
    {
        if (statement is BlockSyntax { Statements: var statements })
            return statements.Count > 0 && statements.Count <= 3 && Refuses(statements[statements.Count - 1], anyExit);
        if (statement is ThrowStatementSyntax || (anyExit && statement is ReturnStatementSyntax))
            return true;
        return statement is ReturnStatementSyntax { Expression: { } value } && value.DescendantNodesAndSelf().Any(IsFailure);
    }

    private static bool IsFailure(SyntaxNode node) => node switch
    {
        IdentifierNameSyntax { Identifier.ValueText: var name } =>
            (name.StartsWith("STATUS_", StringComparison.Ordinal) && name is not ("STATUS_SUCCESS" or "STATUS_PENDING"))
            || name.IndexOf("Fail", StringComparison.OrdinalIgnoreCase) >= 0 || name.IndexOf("Invalid", StringComparison.OrdinalIgnoreCase) >= 0 || name.IndexOf("Error", StringComparison.OrdinalIgnoreCase) >= 0
            || name.IndexOf("TooLarge", StringComparison.OrdinalIgnoreCase) >= 0 || name.IndexOf("Reject", StringComparison.OrdinalIgnoreCase) >= 0,
        LiteralExpressionSyntax { RawKind: (int)SyntaxKind.FalseLiteralExpression } => true,
        _ => false,
    };
}
