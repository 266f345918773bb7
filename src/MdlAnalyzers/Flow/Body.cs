using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>A body as it is written, before its paths are followed.</summary>
internal sealed class Body(IOperation root, ISymbol owner, ContractReader contracts)
{
    private IReadOnlyList<IOperation>? _operations;

    /// <summary>Method, property or field whose code this is.</summary>
    public ISymbol Owner { get; } = owner;

    public ContractReader Contracts { get; } = contracts;

    /// <summary>All operations of the body, in the order they are written; found once for all rules.</summary>
    public IReadOnlyList<IOperation> Operations => _operations ??= [.. root.DescendantsAndSelf()];
}
