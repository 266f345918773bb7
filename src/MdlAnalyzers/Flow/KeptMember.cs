using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>What a field or automatic property holds between two methods, as far as everything that is assigned to it agrees.</summary>
internal sealed class KeptMember
{
    public static readonly KeptMember Unknown = new();

    /// <summary>Quantity of an MDL; none if that is not known.</summary>
    public ValueKind Quantity { get; init; }

    /// <summary>Member of the same object that keeps the MDL the quantity is about.</summary>
    public ISymbol? Mdl { get; init; }

    /// <summary>Whether that MDL is known to start on a page boundary.</summary>
    public bool IsAligned { get; init; }

    /// <summary>The length of a request that the number is a copy of.</summary>
    public GoverningLength? RequestLength { get; init; }

    /// <summary>Whether the MDL of a request is kept without a look at whether there is one.</summary>
    public bool MayLackMdl { get; init; }

    /// <summary>Whether every request that is kept is known to have an MDL.</summary>
    public bool HoldsGuardedRequests { get; init; }

    /// <summary>Room of an array, if it was made for the pages of a constant length and no page more.</summary>
    public int PagesOfLength { get; init; }

    /// <summary>The method that a delegate always points to.</summary>
    public IMethodSymbol? Target { get; init; }
}
