using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2006: maps with a routine that returns null on failure and with a priority, and tests the result.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnsafeMapCallFix))]
[Shared]
public sealed class UnsafeMapCallFix : ExpressionFix
{
    /// <summary>Called by the host.</summary>
    public UnsafeMapCallFix() : base("MDL2006")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken)
    {
        if (Repair(expression, model, cancellationToken) is not var (title, edit, call))
            return ("", []);

        SourceText text = model.SyntaxTree.GetText(cancellationToken);
        return (title, [call is not null && Test(text, call, model, cancellationToken) is { } test ? Edit.Merge(text, edit, test) : edit]);
    }

    // The title, the edit, and the call whose result can be null afterwards.
    private static (string Title, TextChange Edit, ExpressionSyntax? Call)? Repair(ExpressionSyntax node, SemanticModel model, CancellationToken cancellationToken)
    {
        if (node is InvocationExpressionSyntax call && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { Name: var name } method)
            return Replacement(call, name, method, model) is var (title, text, canFail) ? (title, new TextChange(call.Span, text), canFail ? call : null) : null;
        if (node.Parent is not ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax mapping } || !model.GetConstantValue(node, cancellationToken).HasValue)
            return null;
        if (model.GetTypeInfo(node, cancellationToken).Type?.SpecialType == SpecialType.System_Boolean)
            return ("Let a failure return null", new TextChange(node.Span, "false"), mapping);
        string? priority = node is LiteralExpressionSyntax or DefaultExpressionSyntax || model.GetConstantValue(node, cancellationToken).Value is 0u or 0
            ? MappingTest.Priority(model, node.SpanStart)
            : MemberNames.Shortest(model, node.SpanStart, MemberNames.PagePriority, "NormalPagePriority") is { } normal ? $"{normal} | {node}" : null;
        return priority is null ? null : ("Give a priority", new TextChange(node.Span, priority), null);
    }

    private static (string Title, string Text, bool CanFail)? Replacement(InvocationExpressionSyntax call, string name, IMethodSymbol method, SemanticModel model)
    {
        int position = call.SpanStart;
        if (MappingTest.Priority(model, position) is not { } priority || method.Parameters.FirstOrDefault()?.ArgumentIn(call) is not { } mdl)
            return null;
        if (name == "MmGetSystemAddressForMdl")
        {
            return MemberNames.Shortest(model, position, MemberNames.MemoryManager, "MmGetSystemAddressForMdlSafe") is { } safe
                ? ("Use 'MmGetSystemAddressForMdlSafe'", $"{safe}({mdl}, {priority})", true)
                : null;
        }

        return MemberNames.Shortest(model, position, MemberNames.MemoryManager, "MmMapLockedPagesSpecifyCache") is { } specify
            && MemberNames.Shortest(model, position, "MdlRuntime.MemoryCachingType", "MmCached") is { } cached
            && method.Parameters.ElementAtOrDefault(1)?.ArgumentIn(call) is { } mode
                ? ("Use 'MmMapLockedPagesSpecifyCache'", $"{specify}({mdl}, {mode}, {cached}, 0, false, {priority})", model.GetConstantValue(mode).Value is (byte)0 or 0)
                : null;
    }

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
