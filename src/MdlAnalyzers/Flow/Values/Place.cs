using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow.Values;

/// <summary>A place that holds a value: a local, a parameter, a flow capture of a graph, or a member of an object.</summary>
internal readonly struct Place(ObjectId? owner, object key, object? scope = null) : IEquatable<Place>
{
    /// <summary>Object whose member this is.</summary>
    public ObjectId? Owner { get; } = owner;

    /// <summary>Symbol or flow capture.</summary>
    public object Key { get; } = key;

    /// <summary>Graph that a flow capture belongs to.</summary>
    public object? Scope { get; } = scope;

    public bool Equals(Place other) =>
        ReferenceEquals(Scope, other.Scope) && Equals(Owner, other.Owner)
        && (Key is ISymbol s && other.Key is ISymbol t ? SymbolEqualityComparer.Default.Equals(s, t) : Key.Equals(other.Key));

    public override bool Equals(object? obj) => obj is Place other && Equals(other);

    public override int GetHashCode()
    {
        int keyHash = Key is ISymbol symbol ? SymbolEqualityComparer.Default.GetHashCode(symbol) : Key.GetHashCode();
        return unchecked(keyHash * 397 + (Owner?.GetHashCode() ?? 0));
    }
}
