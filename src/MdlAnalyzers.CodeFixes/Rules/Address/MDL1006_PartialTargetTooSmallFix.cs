using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1006: allocates the target for one page more, which is enough for every offset in a page.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PartialTargetTooSmallFix))]
[Shared]
public sealed class PartialTargetTooSmallFix : ExpressionFix
{
    private const int LengthKind = 24;

    /// <summary>Called by the host.</summary>
    public PartialTargetTooSmallFix() : base("MDL1006")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken) =>
        expression is InvocationExpressionSyntax allocation && diagnostic.Properties.GetValueOrDefault("Page") == "true"
            && model.GetSymbolInfo(allocation, cancellationToken).Symbol is IMethodSymbol method
            && method.Parameters.FirstOrDefault(static p => Annotation.Number(p.GetAttributes(), "MdlValueAttribute") == LengthKind)?.ArgumentIn(allocation) is { } length
            && MemberNames.Shortest(model, allocation.SpanStart, MemberNames.Macros, "PAGE_SIZE") is { } page
            ? ("Make room for one page more", [new TextChange(length.Span, IsOperand(length) ? $"{length} + {page}" : $"({length}) + {page}")])
            : ("", []);

    private static bool IsOperand(ExpressionSyntax expression) =>
        expression is LiteralExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or CastExpressionSyntax
            or ParenthesizedExpressionSyntax or ElementAccessExpressionSyntax
            or BinaryExpressionSyntax { RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.AddExpression or (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.SubtractExpression or (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.MultiplyExpression };
}
