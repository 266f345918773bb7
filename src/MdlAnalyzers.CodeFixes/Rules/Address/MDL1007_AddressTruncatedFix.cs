using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1007: declares the local with the type of the address.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddressTruncatedFix))]
[Shared]
public sealed class AddressTruncatedFix : ExpressionFix
{
    /// <summary>Called by the host.</summary>
    public AddressTruncatedFix() : base("MDL1007")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax whole = SimplePath.Whole(expression);
        if (whole.Parent is not EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1 } declaration } }
            || WithoutCuts(expression, model, cancellationToken) is not { } address || address == expression
            || model.GetTypeInfo(address, cancellationToken).Type is not { } type)
        {
            return ("", []);
        }

        string name = declaration.Type.IsVar ? declaration.Type.ToString() : type.ToMinimalDisplayString(model, declaration.SpanStart);
        SourceText text = model.SyntaxTree.GetText(cancellationToken);
        return ("Keep the whole address", [Edit.Merge(text, new TextChange(declaration.Type.Span, name), new TextChange(whole.Span, address.ToString()))]);
    }

    /// <summary>The expression inside the casts that cut it.</summary>
    private static ExpressionSyntax WithoutCuts(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken)
    {
        while (expression is CastExpressionSyntax cast && IsNarrow(model.GetTypeInfo(cast.Type, cancellationToken).Type))
            expression = cast.Expression is ParenthesizedExpressionSyntax operand ? operand.Expression : cast.Expression;
        return expression;
    }

    private static bool IsNarrow(ITypeSymbol? type) => type?.SpecialType
        is SpecialType.System_UInt32 or SpecialType.System_Int32 or SpecialType.System_UInt16 or SpecialType.System_Int16
            or SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Char;
}
