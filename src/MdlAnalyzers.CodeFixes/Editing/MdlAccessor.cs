using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>A read of one quantity of an MDL, as a routine (<c>MmGetMdlByteOffset(mdl)</c>) or as a member (<c>mdl.ByteOffset</c>).</summary>
internal sealed class MdlAccessor
{
    private MdlAccessor(ExpressionSyntax node, ExpressionSyntax mdl, ISymbol symbol)
    {
        Node = node;
        Mdl = mdl;
        Symbol = symbol;
    }

    public ExpressionSyntax Node { get; }

    /// <summary>The expression that names the MDL.</summary>
    public ExpressionSyntax Mdl { get; }

    public ISymbol Symbol { get; }

    /// <summary>The accessor that a diagnostic names as its cause.</summary>
    public static MdlAccessor? Cause(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancellationToken) =>
        diagnostic.AdditionalLocations
            .Where(location => location.SourceTree == root.SyntaxTree)
            .Concat([diagnostic.Location])
            .Select(location => At(root, location.SourceSpan, model, cancellationToken))
            .FirstOrDefault(static accessor => accessor is not null);

    /// <summary>The accessor that <paramref name="span"/> covers, or the first one inside it or behind a local inside it.</summary>
    private static MdlAccessor? At(SyntaxNode root, TextSpan span, SemanticModel model, CancellationToken cancellationToken)
    {
        if (!root.FullSpan.Contains(span))
            return null;

        SyntaxNode[] nodes = [.. root.FindNode(span, getInnermostNodeForTie: true).DescendantNodesAndSelf(static n => n is not AnonymousFunctionExpressionSyntax)];
        return nodes.Select(node => From(node, model, cancellationToken)).FirstOrDefault(static accessor => accessor is not null)
            ?? nodes.OfType<ExpressionSyntax>()
                .Select(name => StableLocals.InitializerOf(name, model, cancellationToken) is { } value ? From(value, model, cancellationToken) : null)
                .FirstOrDefault(static accessor => accessor is not null);
    }

    public static MdlAccessor? From(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken)
    {
        switch (node)
        {
            case InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1 } call
                when model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { IsStatic: true, Parameters.Length: 1 } method
                    && Annotation.IsMdl(method.Parameters[0].Type):
                return new MdlAccessor(call, call.ArgumentList.Arguments[0].Expression, method);

            case InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0, Expression: MemberAccessExpressionSyntax access } call
                when model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { ReducedFrom: { Parameters.Length: 1 } method }
                    && Annotation.IsMdl(method.Parameters[0].Type):
                return new MdlAccessor(call, access.Expression, method);

            case MemberAccessExpressionSyntax access
                when model.GetSymbolInfo(access, cancellationToken).Symbol is IPropertySymbol { IsStatic: false } property
                    && Annotation.IsMdl(property.ContainingType):
                return new MdlAccessor(access, access.Expression, property);

            default:
                return null;
        }
    }

    /// <summary>A read of another quantity of the same MDL, as it has to be written at <paramref name="position"/>, or null if that cannot be written.</summary>
    public string? Read(MdlQuantity quantity, SemanticModel model, int position, CancellationToken cancellationToken)
    {
        bool inPlace = Node.Span.Contains(position);
        if (!inPlace && !SimplePath.BindsAt(model, Mdl, position, cancellationToken))
            return null;

        string? routine = quantity.Spell(Symbol, model, position);
        return routine is null ? null : $"{routine}({Mdl})";
    }
}
