using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1001: reads the quantity that the place needs instead of the one that was read.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OffsetUsedAsAddressFix))]
[Shared]
public sealed class OffsetUsedAsAddressFix : AccessorFix
{
    /// <summary>Called by the host.</summary>
    public OffsetUsedAsAddressFix() : base("MDL1001")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(Diagnostic diagnostic, FixSite site) =>
        Wanted(diagnostic, site.Accessor) is { } wanted
            && site.Accessor.Read(wanted, site.Model, site.Position, site.CancellationToken) is { } replacement
            ? ($"Use '{wanted.Routine}'", Edits(site.Expression, replacement, site.Model, site.CancellationToken))
            : ("", []);

    private static MdlQuantity? Wanted(Diagnostic diagnostic, MdlAccessor accessor)
    {
        diagnostic.Properties.TryGetValue("Expected", out string? expected);
        MdlQuantity? wanted = expected switch
        {
            "ByteOffset" => MdlQuantity.ByteOffset,
            "ByteCount" => MdlQuantity.ByteCount,
            "MdlVirtualAddress" => MdlQuantity.VirtualAddress,
            _ => null,
        };
        return wanted is null || wanted.IsReturnedBy(accessor.Symbol) ? null : wanted;
    }

    /// <summary>The ways to write the replacement, best first.</summary>
    private static IEnumerable<TextChange> Edits(ExpressionSyntax use, string replacement, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax outer = WithoutNarrowing(use, model, cancellationToken);
        yield return new TextChange(outer.Span, replacement);

        if (model.GetTypeInfo(outer, cancellationToken).ConvertedType is { } target && HoldsAddress(target))
            yield return new TextChange(outer.Span, $"({target.ToMinimalDisplayString(model, outer.SpanStart)}){replacement}");
    }

    private static bool HoldsAddress(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Pointer
        || type.SpecialType is SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    /// <summary>The use together with the casts around it that would cut an address off.</summary>
    private static ExpressionSyntax WithoutNarrowing(ExpressionSyntax use, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax result = use;
        for (SyntaxNode? node = use.Parent; node is CastExpressionSyntax or ParenthesizedExpressionSyntax; node = node.Parent)
        {
            if (node is not CastExpressionSyntax cast)
                continue;

            if (model.GetTypeInfo(cast.Type, cancellationToken).Type?.SpecialType
                is not (SpecialType.System_UInt32 or SpecialType.System_Int32 or SpecialType.System_UInt16 or SpecialType.System_Int16
                    or SpecialType.System_Byte or SpecialType.System_SByte))
            {
                break;
            }

            if (cast.Parent is CastExpressionSyntax)
                result = cast;
        }

        return result;
    }
}
