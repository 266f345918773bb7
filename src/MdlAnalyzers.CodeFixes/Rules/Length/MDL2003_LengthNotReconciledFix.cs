using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2003: limits a length by the byte count of the MDL.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LengthNotReconciledFix))]
[Shared]
public sealed class LengthNotReconciledFix : ExpressionFix
{
    /// <summary>Called by the host.</summary>
    public LengthNotReconciledFix() : base("MDL2003")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken) =>
        diagnostic.Properties.GetValueOrDefault("Mdl") is { } mdl
            && Limit(mdl, member, expression.SpanStart, model, cancellationToken) is { } limit
            && MemberNames.Shortest(model, expression.SpanStart, "System.Math", "Min") is { } minimum
            ? ("Limit the length by the byte count of the MDL",
                Spellings(expression, limit, minimum, model, cancellationToken).Select(spelling => new TextChange(expression.Span, spelling)))
            : ("", []);

    // A signed length is compared as a number without a sign, as the byte count is one.
    private static IEnumerable<string> Spellings(ExpressionSyntax length, string limit, string minimum, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetTypeInfo(length, cancellationToken).Type is not { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 or SpecialType.System_IntPtr or SpecialType.System_UIntPtr } type)
            yield break;
        yield return $"{minimum}({length}, {limit})";
        string name = type.ToMinimalDisplayString(model, length.SpanStart);
        string operand = length is IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ParenthesizedExpressionSyntax ? length.ToString() : $"({length})";
        yield return $"({name}){minimum}((uint){operand}, {limit})";
    }

    // A local that holds the byte count, or a call that returns it.
    private static string? Limit(string mdl, SyntaxNode member, int position, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax path = SyntaxFactory.ParseExpression(mdl);
        TypeInfo found = model.GetSpeculativeTypeInfo(position, path, SpeculativeBindingOption.BindAsExpression);
        if (!SimplePath.IsRepeatable(path) || !Annotation.IsMdl(found.Type))
            return null;
        string? local = StableLocals.Find(
            member,
            position,
            model,
            (_, value) => MdlAccessor.From(value, model, cancellationToken) is { } accessor && MdlQuantity.ByteCount.IsReturnedBy(accessor.Symbol) && SimplePath.AreSame(accessor.Mdl, path),
            cancellationToken);
        string forgiving = found.Nullability.FlowState == NullableFlowState.MaybeNull ? "!" : "";
        return local ?? (MemberNames.Shortest(model, position, MemberNames.MemoryManager, MdlQuantity.ByteCount.Routine) is { } routine ? $"{routine}({mdl}{forgiving})" : null);
    }
}
