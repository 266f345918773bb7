using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Values that are addresses, whatever type holds them.</summary>
internal static class HeldAddress
{
    /// <summary>The term that makes a number an address, if exactly one does.</summary>
    public static Term? In(Linear number)
    {
        Term? found = null;
        foreach (Summand summand in number.Summands)
        {
            if (!IsAddress(summand.Term))
                continue;
            if (found is not null || summand.Factor != (summand.Term.Kind == TermKind.PageFrame ? Arithmetic.PageSize : 1))
                return null;
            found = summand.Term;
        }

        return found;
    }

    /// <summary>Width of an integer type; 0 for other types.</summary>
    public static int Bits(ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } or INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments.Length: 1 })
            type = ((INamedTypeSymbol)type).TypeArguments[0];
        return type?.SpecialType switch
        {
            SpecialType.System_Byte or SpecialType.System_SByte => 8,
            SpecialType.System_UInt16 or SpecialType.System_Int16 or SpecialType.System_Char => 16,
            SpecialType.System_UInt32 or SpecialType.System_Int32 => 32,
            SpecialType.System_UInt64 or SpecialType.System_Int64 or SpecialType.System_UIntPtr or SpecialType.System_IntPtr => 64,
            _ => 0,
        };
    }

    /// <summary>Whether two terms are one address, or the same member of an object that was looked up twice.</summary>
    public static bool IsSame(Term a, Term b) =>
        a.Equals(b) || (a is { Kind: TermKind.Symbol, Key: ISymbol x } && b is { Kind: TermKind.Symbol, Key: ISymbol y } && SymbolEqualityComparer.Default.Equals(x, y))
        || (a.Kind == TermKind.PageFrame && b.Kind == TermKind.PageFrame && Equals(a.Owner, b.Owner));

    public static string Explain(Term address) => address.Kind switch
    {
        TermKind.Base => $"the virtual address of '{SourceText.Of(address.Owner!)}'",
        TermKind.SystemBase or TermKind.MappedField => $"the mapped address of '{SourceText.Of(address.Owner!)}'",
        TermKind.PageFrame => $"the physical address of a page of '{SourceText.Of(address.Owner!)}'",
        _ => address.Quantity switch
        {
            ValueKind.PhysicalAddress => "a physical address",
            ValueKind.LogicalAddress => "a logical address",
            _ => "an address",
        },
    };

    private static bool IsAddress(Term term) => term.Kind switch
    {
        TermKind.Base or TermKind.SystemBase or TermKind.MappedField or TermKind.PageFrame => term.Owner is not null,
        TermKind.AlignedAddress => true,
        TermKind.Symbol => term.Quantity is ValueKind.MdlVirtualAddress or ValueKind.SystemAddress or ValueKind.MappedPageBase or ValueKind.UserAddress or ValueKind.BufferAddress
            or ValueKind.MemoryAddress or ValueKind.BufferedAddress or ValueKind.PoolAddress or ValueKind.PageAlignedAddress or ValueKind.PhysicalAddress or ValueKind.LogicalAddress
            or ValueKind.BaseVa,
        _ => false,
    };
}
