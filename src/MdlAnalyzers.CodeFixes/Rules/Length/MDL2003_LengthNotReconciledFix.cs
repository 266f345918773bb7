using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2003: limits a length by the byte count of the MDL.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LengthNotReconciledFix))]
[Shared]
public sealed class LengthNotReconciledFix : CodeFixProvider
{
    private const string RuleId = "MDL2003";
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
            if (!diagnostic.Properties.TryGetValue("Mdl", out string? mdl) || mdl is null
                || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax length
                || length.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || Limit(mdl, member, length.SpanStart, model, cancellationToken) is not { } limit
                || MemberNames.Shortest(model, length.SpanStart, "System.Math", "Min") is not { } minimum)
            {
                continue;
            }

            foreach (string text in Spellings(length, limit, minimum, model, cancellationToken))
            {
                var edit = new TextChange(length.Span, text);
                if (!await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
                    continue;

                context.RegisterCodeFix(
                    CodeAction.Create("Limit the length by the byte count of the MDL", token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: RuleId),
                    diagnostic);
                break;
            }
        }
    }

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
        return local ?? (MemberNames.Shortest(model, position, "MdlRuntime.MemoryManager", MdlQuantity.ByteCount.Routine) is { } routine ? $"{routine}({mdl}{forgiving})" : null);
    }
}
