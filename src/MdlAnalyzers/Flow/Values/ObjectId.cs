using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow.Values;

/// <summary>Identity of an object as far as one analysis can tell: where a reference came from.</summary>
internal sealed class ObjectId : IEquatable<ObjectId>
{
    private readonly int _hash;

    private ObjectId(ObjectOrigin kind, object? key, ObjectId? owner, object? discriminator, SyntaxNode? node)
    {
        Kind = kind;
        Key = key;
        Owner = owner;
        Discriminator = discriminator;
        Node = node;
        int keyHash = key is ISymbol symbol ? SymbolEqualityComparer.Default.GetHashCode(symbol) : key?.GetHashCode() ?? 0;
        _hash = unchecked((((int)kind * 397 + keyHash) * 397 + (owner?._hash ?? 0)) * 397 + (discriminator?.GetHashCode() ?? 0));
        Depth = owner is null ? 0 : owner.Depth + 1;
    }

    public ObjectOrigin Kind { get; }

    /// <summary>Symbol, call site or join point that the object is known by.</summary>
    public object? Key { get; }

    /// <summary>Object that the reference was read from.</summary>
    public ObjectId? Owner { get; }

    /// <summary>Tells apart two objects of one origin: the call being followed, or the point after which a member was read again.</summary>
    public object? Discriminator { get; }

    /// <summary>Where the reference was first obtained; no part of the identity.</summary>
    public SyntaxNode? Node { get; }

    /// <summary>Members between the object and its root.</summary>
    public int Depth { get; }

    /// <summary>Whether this is the MDL of a request, which does not exist for a length of zero.</summary>
    public bool IsRequestMdl { get; private set; }

    /// <summary>Whether a member of the driver's own keeps that MDL, and the request is not at hand.</summary>
    public bool IsKept { get; private set; }

    public ISymbol? Symbol => Key as ISymbol;

    public static ObjectId ForSymbol(ISymbol symbol) => new(ObjectOrigin.Symbol, symbol, null, null, null);

    public static ObjectId ForThis(ITypeSymbol? type) => new(ObjectOrigin.This, type, null, null, null);

    public static ObjectId ForSite(SyntaxNode site, object? discriminator) => new(ObjectOrigin.Site, site, null, discriminator, site);

    public static ObjectId ForMember(ObjectId? owner, ISymbol member, SyntaxNode? node, object? version, bool isRequestMdl) =>
        new(ObjectOrigin.Member, member, owner, version, node) { IsRequestMdl = isRequestMdl };

    /// <summary>The MDL of some request, kept in a member.</summary>
    public static ObjectId ForKept(ObjectId? owner, ISymbol member, SyntaxNode node) =>
        new(ObjectOrigin.Member, member, owner, null, node) { IsRequestMdl = true, IsKept = true };

    public static ObjectId ForJoin(object point, object location) => new(ObjectOrigin.Join, location, null, point, null);

    public bool Equals(ObjectId? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Kind == other.Kind && SameKey(Key, other.Key) && Equals(Owner, other.Owner) && Equals(Discriminator, other.Discriminator));

    public override bool Equals(object? obj) => Equals(obj as ObjectId);

    public override int GetHashCode() => _hash;

    private static bool SameKey(object? a, object? b) =>
        a is ISymbol s && b is ISymbol t ? SymbolEqualityComparer.Default.Equals(s, t) : Equals(a, b);
}
