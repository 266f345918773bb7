using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.CodeFixes;

/// <summary>Locals that keep the value they are declared with, so that a fix may use their name for that value.</summary>
internal static class StableLocals
{
    /// <summary>The initializer of the local that <paramref name="expression"/> names, if nothing writes to the local afterwards.</summary>
    public static ExpressionSyntax? InitializerOf(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken)
    {
        if (expression is not IdentifierNameSyntax name
            || model.GetSymbolInfo(name, cancellationToken).Symbol is not ILocalSymbol local
            || local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is not VariableDeclaratorSyntax { Initializer.Value: { } value } declarator)
        {
            return null;
        }

        return IsWritten(local, declarator, model, cancellationToken) ? null : WithoutCasts(value);
    }

    /// <summary>The name of a local declared before <paramref name="position"/> whose lasting value satisfies <paramref name="holds"/>, or null.</summary>
    public static string? Find(SyntaxNode body, int position, SemanticModel model, Func<string, ExpressionSyntax, bool> holds, CancellationToken cancellationToken)
    {
        foreach (VariableDeclaratorSyntax declarator in body.DescendantNodes().OfType<VariableDeclaratorSyntax>())
        {
            if (declarator.Span.End <= position
                && declarator.Initializer is { Value: { } value }
                && holds(declarator.Identifier.ValueText, WithoutCasts(value))
                && model.GetDeclaredSymbol(declarator, cancellationToken) is ILocalSymbol local
                && model.LookupSymbols(position, name: local.Name).Contains(local, SymbolEqualityComparer.Default)
                && !IsWritten(local, declarator, model, cancellationToken))
            {
                return local.Name;
            }
        }

        return null;
    }

    /// <summary>The expression inside casts, parentheses and null-forgiving operators.</summary>
    public static ExpressionSyntax WithoutCasts(ExpressionSyntax expression) => SimplePath.Strip(expression) switch
    {
        CastExpressionSyntax cast => WithoutCasts(cast.Expression),
        var inner => inner,
    };

    private static bool IsWritten(ILocalSymbol local, SyntaxNode declarator, SemanticModel model, CancellationToken cancellationToken)
    {
        SyntaxNode scope = declarator.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? declarator.SyntaxTree.GetRoot(cancellationToken);
        return scope.DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Any(name => name.Identifier.ValueText == local.Name
                && IsWriteTarget(name)
                && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, local));
    }

    private static bool IsWriteTarget(IdentifierNameSyntax name) => name.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == name,
        PrefixUnaryExpressionSyntax unary => unary.IsKind(SyntaxKind.PreIncrementExpression) || unary.IsKind(SyntaxKind.PreDecrementExpression) || unary.IsKind(SyntaxKind.AddressOfExpression),
        PostfixUnaryExpressionSyntax unary => !unary.IsKind(SyntaxKind.SuppressNullableWarningExpression),
        ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } tuple } => assignment.Left == tuple,
        ArgumentSyntax argument => argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword) || argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword),
        RefExpressionSyntax => true,
        _ => false,
    };
}
