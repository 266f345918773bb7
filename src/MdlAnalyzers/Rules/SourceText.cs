using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Rules;

/// <summary>How messages name code.</summary>
internal static class SourceText
{
    private const int MaxLength = 60;

    /// <summary>An expression on one line, shortened if it is long.</summary>
    public static string Of(SyntaxNode node)
    {
        string text = string.Join(" ", node.ToString().Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= MaxLength ? text : text.Substring(0, MaxLength - 3) + "...";
    }

    /// <summary>The MDL a value belongs to, as the code names it.</summary>
    public static string Of(ObjectId mdl) =>
        mdl.Kind is ObjectOrigin.Symbol && mdl.Symbol is { } symbol ? symbol.Name
        : mdl.Node is { } node && node is ExpressionSyntax ? Of(node)
        : mdl.Symbol?.Name ?? "the MDL";

    /// <summary>Statement or member that an expression is a part of.</summary>
    public static SyntaxNode StatementOf(SyntaxNode node) =>
        node.FirstAncestorOrSelf<SyntaxNode>(static n => n is StatementSyntax or ArrowExpressionClauseSyntax or MemberDeclarationSyntax) ?? node;
}
