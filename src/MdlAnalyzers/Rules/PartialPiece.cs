using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules;

/// <summary>A call that makes one MDL describe a piece of the buffer of another.</summary>
internal sealed class PartialPiece
{
    private PartialPiece(CallEvent call, CallArgument source, CallArgument target, CallArgument start, CallArgument length)
    {
        Call = call;
        Source = source;
        Target = target;
        Start = start;
        Length = length;
    }

    public CallEvent Call { get; }

    public CallArgument Source { get; }

    public CallArgument Target { get; }

    /// <summary>Address of the first byte, counted in the addresses of the source.</summary>
    public CallArgument Start { get; }

    public CallArgument Length { get; }

    public static PartialPiece? Of(CallEvent call) =>
        call.WithEffect(Effect.PartialSource) is { } source && call.WithEffect(Effect.PartialTarget) is { } target
            && call.WithKind(ValueKind.MdlVirtualAddress) is { } start && call.WithKind(ValueKind.TransferLength) is { } length
            ? new PartialPiece(call, source, target, start, length)
            : null;

    /// <summary>How far behind the first byte of the source the piece starts; null if it is not counted from there.</summary>
    public Linear? Position()
    {
        if (Source.Object is not { } mdl || Start.Value is not Linear address)
            return null;
        if (address.FactorOf(new Term(TermKind.Base, owner: mdl)) == 1)
        {
            Linear first = Linear.Of(new Term(TermKind.Base, owner: mdl));
            return address.Subtract(IsAligned(mdl) ? first : first.Add(Linear.Of(new Term(TermKind.Offset, owner: mdl)))!);
        }

        return Buffer(mdl) is { IsConstant: false } buffer && address.Subtract(buffer) is { } distance && !distance.Summands.Any(s => buffer.FactorOf(s.Term) != 0) ? distance : null;
    }

    /// <summary>The length, with what is left of the source for a length of zero; null if it is not known.</summary>
    public Linear? Resolve() => Length.Value switch
    {
        Linear { IsConstant: true, Constant: 0 } => Rest(),
        Linear number => number,
        _ => null,
    };

    /// <summary>From the start of the piece to the end of the source.</summary>
    public Linear? Rest() =>
        Source.Object is { } mdl && Position() is { } position ? Linear.Of(new Term(TermKind.Length, owner: mdl)).Subtract(position) : null;

    private bool IsAligned(ObjectId mdl) => Call.State.RangeOf(new Term(TermKind.Offset, owner: mdl)).IsExactly(0);

    private Linear? Buffer(ObjectId mdl) => Call.State.Get(new Place(mdl, Effect.AllocatesMdl)) is TupleValue { Elements: [Linear buffer, _] } ? buffer : null;
}
