using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1001: reads the quantity that the place needs instead of the one that was read.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OffsetUsedAsAddressFix))]
[Shared]
public sealed class OffsetUsedAsAddressFix : CodeFixProvider
{
    private const string RuleId = "MDL1001";
    private static readonly RuleFixAll s_fixAll = new(RuleId);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleId];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => s_fixAll;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        if (await context.Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax use
                || use.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || MdlAccessor.Cause(diagnostic, root, model, cancellationToken) is not { } accessor
                || Wanted(diagnostic, accessor) is not { } wanted
                || accessor.Read(wanted, model, use.SpanStart, cancellationToken) is not { } replacement)
            {
                continue;
            }

            foreach (TextChange edit in Edits(use, replacement, model, cancellationToken))
            {
                if (!await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
                    continue;

                context.RegisterCodeFix(
                    CodeAction.Create(
                        $"Use '{wanted.Routine}'",
                        token => Edit.ApplyAsync(context.Document, edit, token),
                        equivalenceKey: RuleId),
                    diagnostic);
                break;
            }
        }
    }

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
