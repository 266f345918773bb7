using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2006: maps with a routine that returns null on failure and with a priority, and tests the result.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnsafeMapCallFix))]
[Shared]
public sealed class UnsafeMapCallFix : CodeFixProvider
{
    private const string RuleId = "MDL2006";
    private const string Routines = "MdlRuntime.MemoryManager";
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

        SourceText text = await context.Document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax node
                || node.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || Propose(node, model, cancellationToken) is not var (title, edit, call))
            {
                continue;
            }

            TextChange whole = call is not null && Test(text, call, model, cancellationToken) is { } test ? Edit.Merge(text, edit, test) : edit;
            if (await CompileCheck.PassesAsync(context.Document, member, whole, cancellationToken).ConfigureAwait(false))
                context.RegisterCodeFix(CodeAction.Create(title, token => Edit.ApplyAsync(context.Document, whole, token), equivalenceKey: RuleId), diagnostic);
        }
    }

    // The title, the edit, and the call whose result can be null afterwards.
    private static (string Title, TextChange Edit, ExpressionSyntax? Call)? Propose(ExpressionSyntax node, SemanticModel model, CancellationToken cancellationToken)
    {
        if (node is InvocationExpressionSyntax call && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { Name: var name } method)
            return Replacement(call, name, method, model) is var (title, text, canFail) ? (title, new TextChange(call.Span, text), canFail ? call : null) : null;
        if (node.Parent is not ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax mapping } || !model.GetConstantValue(node, cancellationToken).HasValue)
            return null;
        if (model.GetTypeInfo(node, cancellationToken).Type?.SpecialType == SpecialType.System_Boolean)
            return ("Let a failure return null", new TextChange(node.Span, "false"), mapping);
        string? priority = node is LiteralExpressionSyntax or DefaultExpressionSyntax || model.GetConstantValue(node, cancellationToken).Value is 0u or 0
            ? Priority(model, node.SpanStart)
            : MemberNames.Shortest(model, node.SpanStart, "MdlRuntime.MmPagePriority", "NormalPagePriority") is { } normal ? $"{normal} | {node}" : null;
        return priority is null ? null : ("Give a priority", new TextChange(node.Span, priority), null);
    }

    private static (string Title, string Text, bool CanFail)? Replacement(InvocationExpressionSyntax call, string name, IMethodSymbol method, SemanticModel model)
    {
        int position = call.SpanStart;
        if (Priority(model, position) is not { } priority || Argument(call, method, 0) is not { } mdl)
            return null;
        if (name == "MmGetSystemAddressForMdl")
        {
            return MemberNames.Shortest(model, position, Routines, "MmGetSystemAddressForMdlSafe") is { } safe
                ? ("Use 'MmGetSystemAddressForMdlSafe'", $"{safe}({mdl}, {priority})", true)
                : null;
        }

        return MemberNames.Shortest(model, position, Routines, "MmMapLockedPagesSpecifyCache") is { } specify
            && MemberNames.Shortest(model, position, "MdlRuntime.MemoryCachingType", "MmCached") is { } cached
            && Argument(call, method, 1) is { } mode
                ? ("Use 'MmMapLockedPagesSpecifyCache'", $"{specify}({mdl}, {mode}, {cached}, 0, false, {priority})", model.GetConstantValue(mode).Value is (byte)0 or 0)
                : null;
    }

    private static ExpressionSyntax? Argument(InvocationExpressionSyntax call, IMethodSymbol method, int ordinal)
    {
        SeparatedSyntaxList<ArgumentSyntax> arguments = call.ArgumentList.Arguments;
        string? name = method.Parameters.Length > ordinal ? method.Parameters[ordinal].Name : null;
        return arguments.FirstOrDefault(a => a.NameColon?.Name.Identifier.ValueText == name)?.Expression
            ?? (ordinal < arguments.Count && arguments[ordinal].NameColon is null ? arguments[ordinal].Expression : null);
    }

    private static string? Priority(SemanticModel model, int position) =>
        MemberNames.Shortest(model, position, "MdlRuntime.MmPagePriority", "NormalPagePriority") is { } normal
        && MemberNames.Shortest(model, position, "MdlRuntime.MmPagePriority", "MdlMappingNoExecute") is { } noExecute
            ? $"{normal} | {noExecute}"
            : null;

    // The null test that the call needs from now on, unless one follows already or there is no place for it.
    private static TextChange? Test(SourceText text, ExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken)
    {
        if (MappingTest.Result(call) is not var (statement, name)
            || MappingTest.Following(statement) is IfStatementSyntax { Condition: var condition } && condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(n => n.Identifier.Text == name))
        {
            return null;
        }

        return MappingTest.Guarding(text, call, statement, name, model, cancellationToken) is { Guard: { Span.Length: 0 } guard } ? guard : null;
    }
}
