using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The expression to replace and the accessor that its value came from.</summary>
internal sealed class FixSite(ExpressionSyntax expression, MdlAccessor accessor, SemanticModel model, SyntaxNode member, CancellationToken cancellationToken)
{
    public ExpressionSyntax Expression => expression;

    public MdlAccessor Accessor => accessor;

    public SemanticModel Model => model;

    /// <summary>The member that the expression is a part of.</summary>
    public SyntaxNode Member => member;

    public int Position => expression.SpanStart;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>A local that holds the quantity, or a new call of the routine for it.</summary>
    public string? Read(MdlQuantity quantity) =>
        StableLocals.Find(member, Position, model, (name, value) => IsRead(value, quantity) && IsNamedFor(name, quantity), cancellationToken)
        ?? accessor.Read(quantity, model, Position, cancellationToken);

    private bool IsRead(ExpressionSyntax value, MdlQuantity quantity) =>
        MdlAccessor.From(value, model, cancellationToken) is { } other
        && quantity.IsReturnedBy(other.Symbol)
        && SimplePath.AreSame(other.Mdl, accessor.Mdl);

    /// <summary>Leaves out a local that is called an address but was given the offset: its initializer is about to change.</summary>
    private static bool IsNamedFor(string name, MdlQuantity quantity) =>
        quantity != MdlQuantity.ByteOffset || name.IndexOf("off", StringComparison.OrdinalIgnoreCase) >= 0;
}
