using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Length;

/// <summary>A value that was made from the address which a mapping routine returned.</summary>
internal readonly struct MappingResult
{
    private MappingResult(ObjectId mdl, SyntaxNode mapping, Linear displacement)
    {
        Mdl = mdl;
        Mapping = mapping;
        Displacement = displacement;
    }

    public ObjectId Mdl { get; }

    /// <summary>The call that mapped the MDL.</summary>
    public SyntaxNode Mapping { get; }

    /// <summary>What was added to the address.</summary>
    public Linear Displacement { get; }

    public static MappingResult? Of(Value value) =>
        value is Linear number && number.Find(TermKind.SystemBase) is { Owner: { } mdl, Node: { } mapping } address && number.FactorOf(address) == 1
            ? new(mdl, mapping, Displaced(number, mdl))
            : null;

    private static Linear Displaced(Linear address, ObjectId mdl) =>
        address.Select(s => !(s.Factor == 1 && s.Term.Kind is TermKind.SystemBase or TermKind.Offset && mdl.Equals(s.Term.Owner)));

    /// <summary>Whether the value of a failed mapping would not be null.</summary>
    public bool IsDisplaced(FlowState state) => !state.RangeOf(Displacement).IsExactly(0);

    /// <summary>Whether the address itself is not kept anywhere, so that nothing is left to be tested.</summary>
    public bool IsOnlyDisplaced(FlowState state)
    {
        ObjectId mdl = Mdl;
        return IsDisplaced(state) && !state.Values.Any(kept => kept.Key.Key is ISymbol && Parts(kept.Value).Any(part => Of(part) is { } result && mdl.Equals(result.Mdl) && !result.IsDisplaced(state)));
    }

    private static IEnumerable<Value> Parts(Value value) => value is TupleValue tuple ? tuple.Elements : [value];

    /// <summary>Whether a field keeps the MDL: it may have been mapped before, and then the call cannot fail.</summary>
    public bool IsOfKeptMdl => Provenance.IsKept(Mdl);
}
