using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>One body being followed: the analyzed one, a nested function in it, or a callee.</summary>
internal sealed class Frame(ISymbol owner, ControlFlowGraph graph, Frame? caller, SyntaxNode? callSite)
{
    /// <summary>Method, property or field whose code this is.</summary>
    public ISymbol Owner { get; } = owner;

    public ControlFlowGraph Graph { get; } = graph;

    /// <summary>Body that calls or encloses this one.</summary>
    public Frame? Caller { get; } = caller;

    /// <summary>The call through which a callee was entered; null in the analyzed body and the functions nested in it.</summary>
    public SyntaxNode? CallSite { get; } = callSite;

    public int Depth { get; } = caller is null ? 0 : caller.Depth + 1;

    public int InlineDepth { get; } = (caller?.InlineDepth ?? 0) + (callSite is null ? 0 : 1);

    /// <summary>Name under which a lambda is known, from what it is assigned to.</summary>
    public string? LambdaName { get; init; }

    /// <summary>What a generic callee was called with.</summary>
    public ImmutableArray<ITypeSymbol> TypeArguments { get; init; } = [];

    public bool IsInlined => InlineDepth > 0;

    /// <summary>The kinds of request that the analyzed body handles.</summary>
    public Transfer ExpectedTransfer { get; init; } = caller?.ExpectedTransfer ?? Transfer.Any;

    /// <summary>The kinds of request that have an MDL when they have a length.</summary>
    public Transfer DirectTransfer { get; init; } = caller?.DirectTransfer ?? Transfer.Any;

    /// <summary>The part that the analyzed body plays in its driver.</summary>
    public Role Role { get; init; } = caller?.Role ?? Role.None;

    /// <summary>Whether the requests that the body gets have passed a guard elsewhere; found out when it matters.</summary>
    public Lazy<bool> TrustsRequests { get; init; } = caller?.TrustsRequests ?? new Lazy<bool>(static () => false);

    /// <summary>Whether the compilation describes devices with 32 address lines at most; found out when it matters.</summary>
    public Lazy<bool> HasNarrowDevices { get; init; } = caller?.HasNarrowDevices ?? new Lazy<bool>(static () => false);

    /// <summary>The object that <c>this</c> is.</summary>
    public ObjectId This { get; init; } = ObjectId.ForThis(owner.ContainingType);

    /// <summary>Syntax of the outermost call that is being followed, or <paramref name="node"/> itself in the analyzed body.</summary>
    public SyntaxNode Visible(SyntaxNode node)
    {
        SyntaxNode visible = node;
        for (Frame? frame = this; frame is not null; frame = frame.Caller)
        {
            if (frame.CallSite is not null)
                visible = frame.CallSite;
        }

        return visible;
    }

    /// <summary>The type that a type parameter of a callee stands for; another type is returned as it is.</summary>
    public ITypeSymbol? TypeOf(ITypeSymbol? type)
    {
        for (Frame? frame = this; frame is not null && type is ITypeParameterSymbol { TypeParameterKind: TypeParameterKind.Method } parameter; frame = frame.Caller)
        {
            if (!frame.TypeArguments.IsEmpty && SymbolEqualityComparer.Default.Equals(frame.Owner, parameter.DeclaringMethod))
                type = frame.TypeArguments[parameter.Ordinal];
        }

        return type;
    }

    /// <summary>Whether two frames are the same call of the same method, reached by the same calls.</summary>
    public bool IsSame(Frame other) =>
        ReferenceEquals(this, other)
        || (CallSite is not null && CallSite == other.CallSite && Graph == other.Graph && SymbolEqualityComparer.Default.Equals(Owner, other.Owner)
            && This.Equals(other.This) && TypeArguments.SequenceEqual<ITypeSymbol, ITypeSymbol>(other.TypeArguments, SymbolEqualityComparer.Default) && Caller!.IsSame(other.Caller!));

    public bool IsFollowing(ISymbol method)
    {
        for (Frame? frame = this; frame is not null; frame = frame.Caller)
        {
            if (SymbolEqualityComparer.Default.Equals(frame.Owner.OriginalDefinition, method.OriginalDefinition))
                return true;
        }

        return false;
    }
}
