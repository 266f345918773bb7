using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>A statement that adds something to a system address before it is tested, taken apart into the address and the addition.</summary>
internal sealed class DisplacedMapping
{
    private readonly TextChange _undisplaced;

    private DisplacedMapping(StatementSyntax statement, string name, string addition, TextChange undisplaced)
    {
        Statement = statement;
        Name = name;
        Addition = addition;
        _undisplaced = undisplaced;
    }

    public StatementSyntax Statement { get; }

    /// <summary>The local that holds the address.</summary>
    public string Name { get; }

    /// <summary>The addition as a statement of its own.</summary>
    public string Addition { get; }

    /// <summary><c>nuint p = Map(mdl) + n;</c></summary>
    public static DisplacedMapping? AtMapping(ExpressionSyntax mapping, SemanticModel model)
    {
        ExpressionSyntax address = MappingTest.Whole(mapping);
        if (address.Parent is not BinaryExpressionSyntax sum || !(sum.IsKind(SyntaxKind.AddExpression) || (sum.IsKind(SyntaxKind.SubtractExpression) && sum.Left == address)))
            return null;
        ExpressionSyntax whole = MappingTest.Whole(sum);
        if (MappingTest.Result(sum) is not var (statement, name) || MappingTest.TypeOf(statement, sum, model) is not { } type || !IsCountedInBytes(type, model.GetTypeInfo(sum).Type))
            return null;

        ExpressionSyntax displacement = sum.Left == address ? sum.Right : sum.Left;
        ExpressionSyntax replaced = sum.Parent is ParenthesizedExpressionSyntax parentheses && whole != sum ? parentheses : sum;
        string sign = sum.IsKind(SyntaxKind.AddExpression) ? "+=" : "-=";
        return new(statement, name, $"{name} {sign} {displacement.WithoutTrivia()};", new TextChange(replaced.Span, address.ToString()));
    }

    /// <summary><c>p += n;</c></summary>
    public static DisplacedMapping? AtAddition(StatementSyntax statement) =>
        statement is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Left: IdentifierNameSyntax target } addition }
            && (addition.IsKind(SyntaxKind.AddAssignmentExpression) || addition.IsKind(SyntaxKind.SubtractAssignmentExpression))
            && statement.GetLeadingTrivia().Concat(statement.GetTrailingTrivia()).All(static t => t.IsKind(SyntaxKind.WhitespaceTrivia) || t.IsKind(SyntaxKind.EndOfLineTrivia))
            ? new(statement, target.Identifier.Text, statement.ToString(), new TextChange(statement.FullSpan, ""))
            : null;

    /// <summary>Moves the addition behind the test that follows.</summary>
    public TextChange? BehindTest(SourceText text, ExpressionSyntax tested)
    {
        if (MappingTest.Following(Statement) is not IfStatementSyntax { Else: null } test || !test.Condition.Span.Contains(tested.Span) || Mentions(test.Condition) != 1)
            return null;

        string newLine = Edit.NewLine(text.ToString());
        if (IsFailure(test.Condition, tested) && Ends(test.Statement))
            return Edit.Merge(text, _undisplaced, new TextChange(new TextSpan(test.Span.End, 0), newLine + newLine + EarlyReturn.Indentation(text, test.SpanStart) + Addition));

        bool isUsedBehind = test.Parent!.ChildNodes().Any(sibling => sibling.SpanStart > test.SpanStart && Mentions(sibling) > 0);
        if (!isUsedBehind && IsSuccess(test.Condition, tested) && test.Statement is BlockSyntax { Statements: [var first, ..] } && EarlyReturn.StartsLine(text, first.SpanStart))
            return Edit.Merge(text, _undisplaced, new TextChange(new TextSpan(first.SpanStart, 0), Addition + newLine + EarlyReturn.Indentation(text, first.SpanStart)));
        return null;
    }

    /// <summary>Puts the addition behind a guard that is inserted.</summary>
    public TextChange? BehindGuard(SourceText text, TextChange guard)
    {
        if (guard.Span.Length != 0 || guard.NewText is not { } inserted)
            return null;
        string newLine = Edit.NewLine(inserted);
        string indent = inserted.Substring(inserted.LastIndexOf('\n') + 1);
        return Edit.Merge(text, _undisplaced, new TextChange(guard.Span, inserted + Addition + newLine + indent));
    }

    // "p += n" counts elements of a pointer, as the sum did if it was made on that pointer.
    private static bool IsCountedInBytes(ITypeSymbol type, ITypeSymbol? sum) =>
        SymbolEqualityComparer.Default.Equals(type, sum)
        || type is not IPointerTypeSymbol and not { SpecialType: SpecialType.None } && sum is not IPointerTypeSymbol
        || type is IPointerTypeSymbol { PointedAtType.SpecialType: SpecialType.System_Byte or SpecialType.System_SByte } && sum is not IPointerTypeSymbol;

    private int Mentions(SyntaxNode node) =>
        node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Count(n => n.Identifier.Text == Name);

    private static bool IsFailure(ExpressionSyntax condition, ExpressionSyntax tested) => SimplePath.Strip(condition) switch
    {
        BinaryExpressionSyntax either when either.IsKind(SyntaxKind.LogicalOrExpression) =>
            either.Left.Span.Contains(tested.Span) ? IsFailure(either.Left, tested) : IsFailure(either.Right, tested),
        BinaryExpressionSyntax equality => equality.IsKind(SyntaxKind.EqualsExpression),
        IsPatternExpressionSyntax pattern => pattern.Pattern is ConstantPatternSyntax,
        _ => false,
    };

    private static bool IsSuccess(ExpressionSyntax condition, ExpressionSyntax tested) => SimplePath.Strip(condition) switch
    {
        BinaryExpressionSyntax both when both.IsKind(SyntaxKind.LogicalAndExpression) =>
            both.Left.Span.Contains(tested.Span) ? IsSuccess(both.Left, tested) : IsSuccess(both.Right, tested),
        BinaryExpressionSyntax inequality => inequality.IsKind(SyntaxKind.NotEqualsExpression),
        IsPatternExpressionSyntax pattern => pattern.Pattern is UnaryPatternSyntax { Pattern: ConstantPatternSyntax },
        _ => false,
    };

    private static bool Ends(StatementSyntax statement) => statement switch
    {
        BlockSyntax { Statements: [.., var last] } => Ends(last),
        ReturnStatementSyntax or ThrowStatementSyntax or GotoStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax => true,
        _ => false,
    };
}
