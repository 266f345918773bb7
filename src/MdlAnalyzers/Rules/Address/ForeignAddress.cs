using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Addresses that mean something in the process of the requestor only.</summary>
internal static class ForeignAddress
{
    private const int KernelMode = 0;

    /// <summary>The term that makes a number such an address: the page of an MDL, or the pointer that a request carries.</summary>
    public static Term? In(Linear number)
    {
        Term? found = null;
        foreach (Summand summand in number.Summands)
        {
            if (summand.Term.Kind is TermKind.SystemBase or TermKind.MappedField)
                return null;
            if (summand.Term is not ({ Kind: TermKind.Base, Owner: not null } or { Kind: TermKind.Symbol, Quantity: ValueKind.UserAddress, Owner: not null }))
                continue;
            if (summand.Factor != 1 || found is not null)
                return null;
            found = summand.Term;
        }

        return found;
    }

    /// <summary>Whether the address is one of the driver's own memory, or nothing is known about that.</summary>
    public static bool IsOwnMemory(Term address, FlowState state)
    {
        if (address.Kind != TermKind.Base)
            return false;
        ObjectId mdl = address.Owner!;
        if (Provenance.IsKept(mdl) || state.SlotOf(mdl, SlotKind.BuiltNonPaged) != 0)
            return true;
        return state.Get(new Place(mdl, Effect.AllocatesMdl)) is TupleValue { Elements: [var start, ..] }
            && (start is not Linear described || In(described) is not { } source || IsOwnMemory(source, state));
    }

    /// <summary>Whether a test found that the kernel made the request: then its addresses are those of the system.</summary>
    public static bool IsOfKernelRequest(Term address, FlowState state)
    {
        ObjectId? request = address.Kind == TermKind.Base ? address.Owner!.Owner : address.Owner;
        return request is not null && state.Ranges.Any(range =>
            request.Equals(range.Key.Owner) && range.Key.Key is IPropertySymbol { Type: { TypeKind: TypeKind.Enum, Name: "KProcessorMode" } } && range.Value.IsExactly(KernelMode));
    }
}
