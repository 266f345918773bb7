using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Whether a piece that starts at a position in a buffer can end behind it, which takes a reason: a plain number may have been compared elsewhere.</summary>
internal sealed class PieceEnd(PartialPiece piece, Linear position)
{
    private const int MaxDepth = 4;

    private readonly FlowState _state = piece.Call.State;
    private readonly ObjectId _source = piece.Source.Object!;

    public bool IsOutside(Linear length) => Classify(length, depth: 0) == Reach.Outside;

    // The smaller of two lengths stays inside if one of them does, the larger one if both do.
    private Reach Classify(Linear length, int depth)
    {
        if (!length.IsSingle(out Term choice) || choice.Kind is not (TermKind.Minimum or TermKind.Maximum) || depth == MaxDepth)
            return ClassifyOne(length);
        Reach left = Classify(choice.Left!, depth + 1);
        Reach right = Classify(choice.Right!, depth + 1);
        Reach stronger = choice.Kind == TermKind.Minimum ? Reach.Inside : Reach.Outside;
        return left == stronger || right == stronger ? stronger : left == right ? left : Reach.Unknown;
    }

    private Reach ClassifyOne(Linear length)
    {
        Linear end = Linear.Of(new Term(TermKind.Length, owner: _source));
        if (position.Add(AsByteCount(length)) is not { } last || last.Subtract(end) is not { } excess)
            return Reach.Unknown;
        Interval range = _state.RangeOf(excess);
        if (range.High <= 0)
            return Reach.Inside;
        if (range.Low > 0)
            return Reach.Outside;
        // The whole length, or all but what was left out before, from a position behind the start.
        if (excess.Constant >= 0 && excess.Summands.All(s => s.Factor > 0 && s.Term.IsUnsigned))
            return Reach.Outside;
        return StartsInside() && length.IsConstant && length.Constant > 1 && !IsMultiple() ? Reach.Outside : Reach.Unknown;
    }

    // Only the first byte was compared with the length.
    private bool StartsInside() =>
        !position.IsConstant && position.Subtract(Linear.Of(new Term(TermKind.Length, owner: _source))) is { } distance && _state.RangeOf(distance).High < 0;

    // A length that is known to be whole blocks.
    private bool IsMultiple() =>
        _state.Ranges.Any(r => r.Value.IsExactly(0) && r.Key.Kind is TermKind.Modulo or TermKind.Mask && r.Key.Left!.Find(TermKind.Length) is { Owner: { } owner } && owner.Equals(_source));

    // The I/O manager makes the MDL of a request as long as the request.
    private Linear AsByteCount(Linear length) =>
        _source.IsRequestMdl
            ? length.Map(t => t.Kind == TermKind.RequestLength && (t.Key is GoverningLength { IsLinked: false } || Equals(t.Owner, _source.Owner)) ? new Term(TermKind.Length, owner: _source) : t)
            : length;

    private enum Reach
    {
        Unknown,
        Inside,
        Outside,
    }
}
