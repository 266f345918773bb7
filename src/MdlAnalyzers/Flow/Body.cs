using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>A body as it is written, before its paths are followed.</summary>
internal sealed class Body(IOperation root, ISymbol owner, ContractReader contracts)
{
    /// <summary>As many operations of a body as are looked at.</summary>
    public const int MaxOperations = 200_000;

    /// <summary>Method, property or field whose code this is.</summary>
    public ISymbol Owner { get; } = owner;

    public ContractReader Contracts { get; } = contracts;

    /// <summary>The operations of the body, in the order they are written; found once for the filter and all rules.</summary>
    public ImmutableArray<IOperation> Operations { get; } = root.DescendantsAndSelf().Take(MaxOperations).ToImmutableArray();
}
