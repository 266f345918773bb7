using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Flow;

/// <summary>Sizes that are written as "length / page": one entry too few for a buffer that does not start on a page boundary.</summary>
internal static class PageCapacity
{
    private const int MaxSteps = 6;

    /// <summary>The number of entries, or 0 if the size is written in another way.</summary>
    public static int Of(ExpressionSyntax size, AnalysisSession session, CancellationToken cancellationToken)
    {
        SemanticModel model = session.ModelOf(size.SyntaxTree);
        if (ConstantOf(size, model, cancellationToken) is not { } pages || pages is < 1 or > int.MaxValue)
            return 0;
        ExpressionSyntax expression = size;
        for (int step = 0; step < MaxSteps; step++)
        {
            switch (expression)
            {
                case ParenthesizedExpressionSyntax parenthesized:
                    expression = parenthesized.Expression;
                    break;
                case CastExpressionSyntax cast:
                    expression = cast.Expression;
                    break;
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.DivideExpression } division:
                    return ConstantOf(division.Right, model, cancellationToken) == Arithmetic.PageSize && !Nouns.IsForeignUnit(WriteIndex.NameOf(division.Right)) ? (int)pages : 0;
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.RightShiftExpression } shift:
                    return ConstantOf(shift.Right, model, cancellationToken) == 12 ? (int)pages : 0;
                case IdentifierNameSyntax or MemberAccessExpressionSyntax when Initializer(expression, model, session, cancellationToken) is { } initializer:
                    expression = initializer;
                    model = session.ModelOf(initializer.SyntaxTree);
                    break;
                default:
                    return 0;
            }
        }

        return 0;
    }

    private static ExpressionSyntax? Initializer(ExpressionSyntax name, SemanticModel model, AnalysisSession session, CancellationToken cancellationToken) =>
        model.GetSymbolInfo(name, cancellationToken).Symbol is IFieldSymbol { IsConst: true } or ILocalSymbol { IsConst: true }
        && model.GetSymbolInfo(name, cancellationToken).Symbol!.DeclaringSyntaxReferences is [var declaration] && session.Compilation.ContainsSyntaxTree(declaration.SyntaxTree)
            ? (declaration.GetSyntax(cancellationToken) as VariableDeclaratorSyntax)?.Initializer?.Value
            : null;

    private static long? ConstantOf(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken) => model.GetConstantValue(expression, cancellationToken) switch
    {
        { HasValue: true, Value: int number } => number,
        { HasValue: true, Value: uint number } => number,
        { HasValue: true, Value: long number } => number,
        _ => null,
    };
}
