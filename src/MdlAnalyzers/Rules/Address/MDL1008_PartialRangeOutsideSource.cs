using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1008: the piece that a partial MDL is to describe does not lie inside the source.</summary>
/// <remarks>
/// Location: the address if it is none of the source's, else the length. Additional location: where the address comes from, if that is known.
/// MDL1001 tells of a plain accessor of the wrong kind, MDL1002 and MDL1003 of addresses that are counted from the page.
/// </remarks>
internal sealed class PartialRangeOutsideSource : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1008",
        title: "Piece of a partial MDL lies outside the source",
        messageFormat: "'{0}' is not inside the buffer of '{1}': {2}",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The address of a piece is counted from MmGetMdlVirtualAddress of the source, and the piece ends where the source ends at the latest. A mapped system address, an address of another MDL or memory, and a length that was not compared with what is left of the source stop the machine with INVALID_MDL_RANGE.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1008.md");

    private readonly Dictionary<SyntaxNode, (SyntaxNode? Cause, PartialPiece Piece, string Reason)> _findings = [];

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        if (PartialPiece.Of(call) is not { Source.Object: { } source, Start.Value: Linear start } piece || call.State.SlotOf(source, SlotKind.Partial) != 0)
            return;
        if (Foreign(start, source, piece) is { } origin)
            Add(piece, piece.Start, origin.Node, origin.Reason, reporter);
        else if (piece.Position() is { IsConstant: true, Constant: < 0 })
            Add(piece, piece.Start, null, "it lies before the first byte", reporter);
        else if (piece.Position() is { } position && piece.Length.Value is Linear { IsConstant: false } or Linear { Constant: > 0 } && new PieceEnd(piece, position).IsOutside((Linear)piece.Length.Value))
            Add(piece, piece.Length, null, "the piece can end behind the last byte", reporter);
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (KeyValuePair<SyntaxNode, (SyntaxNode? Cause, PartialPiece Piece, string Reason)> pair in _findings.OrderBy(static f => f.Key.SpanStart))
        {
            (SyntaxNode? cause, PartialPiece piece, string reason) = pair.Value;
            if (reporter.HasFindingIn(piece.Start.Node) || reporter.IsTold(piece.Start.Node) || (cause is not null && reporter.IsExplained(cause)))
                continue;
            reporter.Report(Descriptor, pair.Key, cause is not null && reporter.Owns(cause) && !pair.Key.Span.Contains(cause.Span) ? cause : null, null, SourceText.Of(pair.Key), SourceText.Of(piece.Source.Node), reason);
        }
    }

    private void Add(PartialPiece piece, CallArgument argument, SyntaxNode? cause, string reason, FlowReporter reporter)
    {
        SyntaxNode node = piece.Call.Frame.Visible(argument.Node);
        // A callee that computes the piece itself is analyzed on its own.
        if (piece.Call.Frame.IsInlined && (!argument.IsParameter || !reporter.Owns(node)))
            return;
        if (!_findings.ContainsKey(node))
            _findings.Add(node, (cause, piece, reason));
    }

    // The part of an address that is no address of the source.
    private static (SyntaxNode? Node, string Reason)? Foreign(Linear start, ObjectId source, PartialPiece piece)
    {
        if (piece.Position() is not null || Quantity.TryRecognize(start, piece.Call.State, out Quantity exact) && exact.Kind != ValueKind.MdlVirtualAddress)
            return null;
        bool isRequestMdl = source.IsRequestMdl;
        foreach (Summand summand in start.Summands)
        {
            Term term = summand.Term;
            if (summand.Factor != 1)
                continue;
            switch (term.Kind)
            {
                case TermKind.Base when term.Owner is { } other && start.FactorOf(new Term(TermKind.Offset, owner: other)) == 1 && AreDistinct(source, other, piece):
                    return (term.Node, "it is counted from the address of another MDL");
                case TermKind.SystemBase when term.Owner is { } mapped && start.FactorOf(new Term(TermKind.Offset, owner: mapped)) == 1
                    && !IsKept(source) && !IsKept(mapped) && piece.Call.State.SlotOf(source, SlotKind.BuiltNonPaged) == 0:
                    return (term.Node, "it is counted from a mapped system address");
                case TermKind.Offset when start.Summands.All(s => s.Term.Equals(term) || IsNumber(s.Term)) && piece.Call.State.RangeOf(term).High > 0:
                    return (term.Node, "it is an offset, not an address");
                case TermKind.AlignedAddress when isRequestMdl:
                    return (term.Node, "it is counted from other memory");
                case TermKind.PageFrame:
                    return (term.Node, "it is a page frame number");
                case TermKind.Symbol when OfSymbol(term.Quantity, isRequestMdl) is { } reason:
                    return (term.Node, reason);
            }
        }

        bool isFrame = start.Summands.Any(static s => s.Term.Kind == TermKind.PageFrame);
        return isFrame ? (null, "it is a physical address")
            : isRequestMdl && start.Summands.All(static s => IsNumber(s.Term)) ? (null, "it is a number without an address")
            : null;
    }

    private static string? OfSymbol(ValueKind quantity, bool isRequestMdl) => quantity switch
    {
        ValueKind.PhysicalAddress or ValueKind.LogicalAddress => "it is counted from a physical or logical address",
        ValueKind.BufferedAddress or ValueKind.PoolAddress or ValueKind.PageAlignedAddress when isRequestMdl => "it is counted from other memory",
        ValueKind.UserAddress when isRequestMdl => "it is counted from the address that the caller gave, not from the MDL's",
        _ => null,
    };

    // A 32-bit variable holds no address.
    private static bool IsNumber(Term term) =>
        term.Kind is TermKind.Length or TermKind.RequestLength
        || (term.Kind == TermKind.Symbol && term.Key switch
        {
            ILocalSymbol local => IsNarrow(local.Type),
            IParameterSymbol parameter => IsNarrow(parameter.Type),
            IFieldSymbol field => IsNarrow(field.Type),
            IPropertySymbol property => IsNarrow(property.Type),
            _ => false,
        });

    private static bool IsNarrow(ITypeSymbol type) => type.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_UInt32;

    // Two references that nothing brings together; partial MDLs share the addresses of their source.
    private static bool AreDistinct(ObjectId source, ObjectId other, PartialPiece piece) =>
        !source.Equals(other) && !IsKept(source) && !IsKept(other) && !other.Equals(piece.Target.Object) && piece.Call.State.SlotOf(other, SlotKind.Partial) == 0
        && !(source.IsRequestMdl && other.IsRequestMdl) && source.Kind != ObjectOrigin.Join && other.Kind != ObjectOrigin.Join
        && piece.Call.State.Get(new Place(source, Effect.AllocatesMdl)) is null && piece.Call.State.Get(new Place(other, Effect.AllocatesMdl)) is null;

    // An MDL that a field keeps may describe memory at the very address where it is mapped, or a part of the other one.
    private static bool IsKept(ObjectId mdl)
    {
        for (ObjectId? id = mdl; id is not null; id = id.Owner)
        {
            if (id.IsRequestMdl)
                return false;
            if (id.Kind == ObjectOrigin.This || id is { Kind: ObjectOrigin.Symbol, Symbol: not (IParameterSymbol or ILocalSymbol) })
                return true;
        }

        return false;
    }
}
