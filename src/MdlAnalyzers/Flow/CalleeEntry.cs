using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>All that the run of a callee depends on.</summary>
internal readonly struct CalleeEntry(ControlFlowGraph graph, IMethodSymbol method, FlowState state, Frame caller, SyntaxNode callSite, ObjectId? receiver, bool isMuted) : IEquatable<CalleeEntry>
{
    private readonly ControlFlowGraph _graph = graph;
    private readonly IMethodSymbol _method = method;
    private readonly FlowState _state = state;
    private readonly Frame _caller = caller;
    private readonly SyntaxNode _callSite = callSite;
    private readonly ObjectId? _receiver = receiver;
    private readonly bool _isMuted = isMuted;

    public bool Equals(CalleeEntry other) =>
        _callSite == other._callSite
        && _graph == other._graph
        && _isMuted == other._isMuted
        && _state.Equals(other._state)
        && Equals(_receiver, other._receiver)
        && SymbolEqualityComparer.Default.Equals(_method, other._method)
        && _caller.IsSame(other._caller);

    public override bool Equals(object? obj) => obj is CalleeEntry other && Equals(other);

    public override int GetHashCode() => unchecked(_state.GetHashCode() * 31 + _callSite.GetHashCode());
}
