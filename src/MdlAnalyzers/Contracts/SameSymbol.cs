using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Contracts;

/// <summary>Tells symbols apart by reference, for memos of what definitions declare: the compiler hands out one object for each of them.</summary>
internal sealed class SameSymbol : IEqualityComparer<ISymbol>
{
    public static readonly SameSymbol Comparer = new();

    public bool Equals(ISymbol x, ISymbol y) => ReferenceEquals(x, y);

    public int GetHashCode(ISymbol obj) => RuntimeHelpers.GetHashCode(obj);
}
