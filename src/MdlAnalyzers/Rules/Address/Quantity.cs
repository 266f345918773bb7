using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>One quantity of one MDL, recognized by value.</summary>
internal readonly struct Quantity
{
    private Quantity(ValueKind kind, ObjectId mdl, SyntaxNode origin)
    {
        Kind = kind;
        Mdl = mdl;
        Origin = origin;
    }

    public ValueKind Kind { get; }

    public ObjectId Mdl { get; }

    /// <summary>The accessor that yielded it.</summary>
    public SyntaxNode Origin { get; }

    /// <summary>Recognizes a value that is exactly one quantity of an MDL.</summary>
    public static bool TryRecognize(Value value, FlowState state, out Quantity quantity)
    {
        quantity = default;
        if (value is not Linear { Constant: 0 } number || number.Summands.Length is 0 or > 2 || number.Summands.Any(static s => s.Factor != 1))
            return false;

        Term first = number.Summands[0].Term;
        Term? second = number.Summands.Length == 2 ? number.Summands[1].Term : null;
        if (second is { Kind: TermKind.Base or TermKind.SystemBase })
            (first, second) = (second, first);
        if (first.Owner is not { } mdl || first.Node is not { } origin)
            return false;

        bool aligned = state.RangeOf(new Term(TermKind.Offset, owner: mdl)).IsExactly(0);
        ValueKind kind = (first.Kind, second?.Kind) switch
        {
            (TermKind.Offset, null) => ValueKind.ByteOffset,
            (TermKind.Length, null) => ValueKind.ByteCount,
            (TermKind.Base, null) => aligned ? ValueKind.MdlVirtualAddress : ValueKind.BaseVa,
            (TermKind.SystemBase, null) when aligned => ValueKind.SystemAddress,
            (TermKind.Base, TermKind.Offset) => ValueKind.MdlVirtualAddress,
            (TermKind.SystemBase, TermKind.Offset) => ValueKind.SystemAddress,
            (TermKind.Offset, TermKind.Length) or (TermKind.Length, TermKind.Offset) => ValueKind.Length,
            _ => ValueKind.None,
        };
        if (kind == ValueKind.None || (second?.Owner is { } other && !other.Equals(mdl)))
            return false;
        quantity = new Quantity(kind, mdl, origin);
        return true;
    }

    public string Explain() => Explain(Kind);

    public static string Explain(ValueKind kind) => kind switch
    {
        ValueKind.ByteOffset => "the offset of the buffer in its first page",
        ValueKind.ByteCount => "the length of the buffer",
        ValueKind.BaseVa => "the address of the buffer's first page",
        ValueKind.MdlVirtualAddress => "the virtual address of the buffer",
        ValueKind.SystemAddress => "the mapped system address of the buffer",
        _ => "an offset plus a length",
    };
}
