using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Options;

/// <summary>What the <c>.editorconfig</c> says to the rules about the code of one file.</summary>
internal sealed class RuleOptions(SymbolNames guardMethods, SymbolNames pageSizeConstants, Transfer directRequests)
{
    /// <summary>Nothing is set.</summary>
    public static readonly RuleOptions Default = new(SymbolNames.None, SymbolNames.None, Transfer.Any);

    /// <summary>The kinds of request that come with an MDL when they have a length.</summary>
    public Transfer DirectRequests { get; } = directRequests;

    /// <summary>Whether a method returns (or returns true) only if the MDL, or the MDL of the request, that it gets exists.</summary>
    public bool IsGuard(IMethodSymbol method) => guardMethods.Contains(method.ReducedFrom ?? method);

    /// <summary>Whether a field, constant or property holds the page size.</summary>
    public bool IsPageSize(ISymbol member) => pageSizeConstants.Contains(member);
}
