using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Options;

/// <summary>Names of members, as little qualified as their author likes: <c>Check</c>, <c>Guard.Check</c>, <c>Contoso.Guard.Check</c>.</summary>
internal sealed class SymbolNames(ImmutableArray<ImmutableArray<string>> names)
{
    public static readonly SymbolNames None = new(ImmutableArray<ImmutableArray<string>>.Empty);

    public bool Contains(ISymbol symbol)
    {
        foreach (ImmutableArray<string> name in names)
        {
            if (IsNamed(symbol, name))
                return true;
        }

        return false;
    }

    private static bool IsNamed(ISymbol symbol, ImmutableArray<string> parts)
    {
        ISymbol? part = symbol;
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            if (part is null || part is INamespaceSymbol { IsGlobalNamespace: true } || part.Name != parts[i])
                return false;
            part = (ISymbol?)part.ContainingType ?? part.ContainingNamespace;
        }

        return true;
    }
}
