using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2004: leaves the routine with success before a piece of no bytes is built.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PartialZeroLengthFix))]
[Shared]
public sealed class PartialZeroLengthFix : ExpressionFix
{
    private const int AllocatesMdlEffect = 10;

    /// <summary>Called by the host.</summary>
    public PartialZeroLengthFix() : base("MDL2004")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken)
    {
        if (expression.FirstAncestorOrSelf<StatementSyntax>() is not ExpressionStatementSyntax statement
            || EarlyExit.Routine(expression, out BlockSyntax? body) is not { } function || body is null
            || EarlyExit.IsInLoopOrLock(statement, body) || Allocates(body, statement, model, cancellationToken)
            || Number(expression) is not { } number
            || EarlyExit.Statements(function, expression, statement, "STATUS_SUCCESS", statement.SpanStart, model, cancellationToken) is not { } statements)
        {
            return ("", []);
        }

        SourceText text = model.SyntaxTree.GetText(cancellationToken);
        return ("Leave out a piece of no bytes", [EarlyReturn.Insert(text, statement, body, $"{number} == 0", statements)]);
    }

    // What the routine has allocated before would be lost.
    private static bool Allocates(BlockSyntax body, StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) =>
        body.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call =>
            call.SpanStart < statement.SpanStart
            && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method
            && Annotation.Number(method.GetReturnTypeAttributes(), "MdlEffectAttribute") == AllocatesMdlEffect);

    /// <summary>The length as the operand of a comparison, if computing it twice changes nothing.</summary>
    private static string? Number(ExpressionSyntax length)
    {
        ExpressionSyntax number = StableLocals.WithoutCasts(length);
        if (SimplePath.IsRepeatable(number))
            return number.ToString();
        bool isPure = number.DescendantNodesAndSelf().OfType<ExpressionSyntax>().All(static n =>
            n is IdentifierNameSyntax or LiteralExpressionSyntax or ParenthesizedExpressionSyntax or CastExpressionSyntax or PredefinedTypeSyntax or MemberAccessExpressionSyntax
                or BinaryExpressionSyntax or InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Math" } } });
        return !isPure ? null : number is BinaryExpressionSyntax binary && !binary.IsKind(SyntaxKind.AddExpression) && !binary.IsKind(SyntaxKind.SubtractExpression) && !binary.IsKind(SyntaxKind.DivideExpression) && !binary.IsKind(SyntaxKind.ModuloExpression)
            ? $"({number})"
            : number.ToString();
    }
}
