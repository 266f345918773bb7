using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1011: shifts the page frame number, or does so in 64 bits.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PfnUnitMixFix))]
[Shared]
public sealed class PfnUnitMixFix : ExpressionFix
{
    /// <summary>Called by the host.</summary>
    public PfnUnitMixFix() : base("MDL1011")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken)
    {
        if (expression is not BinaryExpressionSyntax arithmetic
            || MemberNames.Shortest(model, arithmetic.SpanStart, MemberNames.Macros, "PAGE_SHIFT") is not { } shift)
        {
            return ("", []);
        }

        string? side = diagnostic.Properties.GetValueOrDefault("Frame");
        ExpressionSyntax frame = side == "Right" ? arithmetic.Right : arithmetic.Left;
        return (diagnostic.Properties.GetValueOrDefault("Kind"), side) switch
        {
            ("BytesAdded", "Left" or "Right") => ("Shift the page frame number", Shifted(frame, shift)),
            ("Overflow", "Left" or "Right") => ("Calculate in 64 bits", Widened(frame)),
            ("WrongShift", "Left") when arithmetic.IsKind(SyntaxKind.LeftShiftExpression) && model.GetConstantValue(arithmetic.Right, cancellationToken) is { HasValue: true, Value: 4096 or 4096u }
                => ("Shift by 'PAGE_SHIFT'", [new TextChange(arithmetic.Right.Span, shift)]),
            _ => ("", []),
        };
    }

    /// <summary>The ways to write the address of the page, best first.</summary>
    private static IEnumerable<TextChange> Shifted(ExpressionSyntax frame, string shift)
    {
        ExpressionSyntax number = WithoutCast(frame);
        foreach (string type in new[] { "ulong", "nuint", "long" })
            yield return new TextChange(frame.Span, $"(({type}){number} << {shift})");
    }

    /// <summary>The ways to write the number as a wide one, best first; the last one changes the type of the local that takes the result, too.</summary>
    private static IEnumerable<TextChange> Widened(ExpressionSyntax frame)
    {
        ExpressionSyntax number = WithoutCast(frame);
        foreach (string type in new[] { "ulong", "nuint", "long" })
            yield return new TextChange(frame.Span, $"({type}){number}");

        if (frame.FirstAncestorOrSelf<VariableDeclarationSyntax>() is { Type: PredefinedTypeSyntax, Variables: [{ Initializer: { } initializer } variable] } declaration
            && initializer.Value.SpanStart == frame.SpanStart)
        {
            yield return new TextChange(TextSpan.FromBounds(declaration.SpanStart, frame.Span.End), $"ulong {variable.Identifier} = (ulong){number}");
        }
    }

    private static ExpressionSyntax WithoutCast(ExpressionSyntax frame)
    {
        ExpressionSyntax number = StableLocals.WithoutCasts(frame);
        return number is IdentifierNameSyntax or ElementAccessExpressionSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax ? number : SyntaxFactory.ParenthesizedExpression(number.WithoutTrivia());
    }
}
