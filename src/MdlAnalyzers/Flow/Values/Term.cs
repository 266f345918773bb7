using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow.Values;

/// <summary>One quantity inside a sum: an atom of an MDL, a symbol, or an operation that a sum cannot express.</summary>
internal sealed class Term : IEquatable<Term>
{
    private readonly int _hash;

    public Term(TermKind kind, ObjectId? owner = null, Linear? left = null, Linear? right = null, object? key = null, SyntaxNode? node = null, ValueKind quantity = ValueKind.None, bool isUnsigned = false, SyntaxNode? origin = null)
    {
        Kind = kind;
        Owner = owner;
        Left = left;
        Right = right;
        Key = key;
        Node = node;
        Origin = origin ?? node;
        Quantity = quantity;
        IsUnsigned = isUnsigned || kind is not (TermKind.Symbol or TermKind.Loaded or TermKind.Multiply or TermKind.Divide or TermKind.RealDivide or TermKind.Modulo or TermKind.Minimum or TermKind.Maximum or TermKind.PageAlign or TermKind.Mask);
        Depth = 1 + Math.Max(left?.Depth ?? 0, right?.Depth ?? 0);
        int keyHash = key is ISymbol symbol ? SymbolEqualityComparer.Default.GetHashCode(symbol) : key?.GetHashCode() ?? 0;
        _hash = unchecked(((((int)kind * 397 + (owner?.GetHashCode() ?? 0)) * 397 + (left?.GetHashCode() ?? 0)) * 397 + (right?.GetHashCode() ?? 0)) * 397 + keyHash);
    }

    public TermKind Kind { get; }

    /// <summary>The MDL of an atom, the request of a length.</summary>
    public ObjectId? Owner { get; }

    public Linear? Left { get; }

    public Linear? Right { get; }

    /// <summary>What a symbol stands for.</summary>
    public object? Key { get; }

    /// <summary>Where the quantity was obtained or computed; no part of the identity.</summary>
    public SyntaxNode? Node { get; }

    /// <summary>The accessor behind the quantity, where that is another expression than <see cref="Node"/>.</summary>
    public SyntaxNode? Origin { get; }

    /// <summary>Declared quantity of a symbol.</summary>
    public ValueKind Quantity { get; }

    /// <summary>Whether the quantity cannot be negative.</summary>
    public bool IsUnsigned { get; }

    public int Depth { get; }

    public bool IsOperation => Kind >= TermKind.Divide;

    /// <summary>Whether the quantity is a multiple of the page size.</summary>
    public bool IsPageMultiple => Kind is TermKind.Base or TermKind.SystemBase or TermKind.PageAlign or TermKind.AlignedAddress;

    /// <summary>Whether another term is this one or a part of it.</summary>
    public bool Contains(Term other) => Equals(other) || Left?.Mentions(other) == true || Right?.Mentions(other) == true;

    public bool IsAtom(TermKind kind, out ObjectId mdl)
    {
        mdl = Owner!;
        return Kind == kind && Owner is not null;
    }

    public bool Equals(Term? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Kind == other.Kind && Equals(Owner, other.Owner) && SameKey(Key, other.Key) && Equals(Left, other.Left) && Equals(Right, other.Right));

    public override bool Equals(object? obj) => Equals(obj as Term);

    public override int GetHashCode() => _hash;

    private static bool SameKey(object? a, object? b) =>
        a is ISymbol s && b is ISymbol t ? SymbolEqualityComparer.Default.Equals(s, t) : Equals(a, b);
}
