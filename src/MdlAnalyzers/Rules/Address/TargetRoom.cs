using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Whether the page entries of an MDL suffice for a piece of a buffer.</summary>
internal enum Fit
{
    Unknown,
    Fits,
    TooSmall,
}

/// <summary>The page entries that an MDL has because of the buffer it was made for.</summary>
internal sealed class TargetRoom(Linear address, Linear length)
{
    private const int MaxDepth = 4;

    /// <summary>The buffer that a target was made for, here or by every assignment of the field that holds it.</summary>
    public static TargetRoom? Of(ObjectId target, FlowState state) =>
        (state.Get(new Place(target, Effect.AllocatesMdl)) ?? state.Get(new Place(target, Effect.PartialTarget))) is TupleValue { Elements: [Linear address, Linear length] }
            ? new TargetRoom(address, length)
            : null;

    public TargetRoom WithPage() => new(address, length.AddConstant(Arithmetic.PageSize));

    /// <summary>Whether a piece, at the worst offset that it can have, needs more entries than there are.</summary>
    public Fit For(PartialPiece piece) =>
        piece.Resolve() is not { } size || piece.Source.Object is not { } source ? Fit.Unknown
        : CoversSource(source, piece.Call.State) ? Fit.Fits
        : Compare(size, piece, depth: 0) is not Fit.Unknown and var fit && (fit == Fit.Fits || !IsSpanTested(source, piece.Call.State)) ? fit
        : new SampledFit(piece, source).IsExceeded(address, length, size) ? Fit.TooSmall
        : Fit.Unknown;

    // Made for the whole source: every piece of it fits.
    private bool CoversSource(ObjectId source, FlowState state)
    {
        Linear first = Linear.Of(new Term(TermKind.Base, owner: source)).Add(Linear.Of(new Term(TermKind.Offset, owner: source)))!;
        return address.Equals(first) && length.Subtract(Linear.Of(new Term(TermKind.Length, owner: source))) is { } rest && state.RangeOf(rest).Low >= 0;
    }

    // A test of offset and length together, such as one of the pages spanned: not every length comes with every offset.
    private static bool IsSpanTested(ObjectId source, FlowState state)
    {
        Term offset = new(TermKind.Offset, owner: source), count = new(TermKind.Length, owner: source);
        return state.Ranges.Any(r => r.Key.Contains(offset) && r.Key.Contains(count)) || state.Sums.Any(s => s.Key.Mentions(offset) && s.Key.Mentions(count));
    }

    // The smaller of two sizes fits if one of them does.
    private Fit Compare(Linear size, PartialPiece piece, int depth)
    {
        if (!size.IsSingle(out Term minimum) || minimum.Kind != TermKind.Minimum || depth == MaxDepth)
            return CompareOne(size, piece);
        Fit left = Compare(minimum.Left!, piece, depth + 1);
        Fit right = Compare(minimum.Right!, piece, depth + 1);
        return left == Fit.Fits || right == Fit.Fits ? Fit.Fits : left == Fit.TooSmall || right == Fit.TooSmall ? Fit.TooSmall : Fit.Unknown;
    }

    private Fit CompareOne(Linear size, PartialPiece piece)
    {
        FlowState state = piece.Call.State;
        Linear own = Arithmetic.ByteOffset(address, piece.Call.Node);
        Linear? other = piece.Start.Value is Linear start ? Arithmetic.ByteOffset(start, piece.Start.Node) : null;
        if (other is not null && own.Equals(other))
            return Fixed(size, state, static offset => offset, state.RangeOf(own));
        if (other is not null && IsWithin(other.Add(size), WholePages(own.Add(length)), state))
            return Fit.Fits;
        if (piece.Start.Value is Linear moved && moved.Subtract(address) is { } distance && !address.IsConstant && IsNearby(distance))
            return Moved(size, distance, state);
        if (!IsKnownOffset(own))
            return Fit.Unknown;

        Interval ownRange = state.RangeOf(own);
        Interval otherRange = other is null ? new Interval(0, Arithmetic.PageMask) : state.RangeOf(other);
        if (!InPage(ownRange) || !InPage(otherRange))
            return Fit.Unknown;
        Fit worst = length.IsConstant ? Worst(size, ownRange.Low, otherRange.High, state) : Slack(size, otherRange.High - ownRange.Low, state);
        return worst == Fit.TooSmall && CountsFromConstant(piece.Start.Value, state) ? Fit.Unknown : worst;
    }

    private Fit Worst(Linear size, long own, long other, FlowState state) =>
        Constant(size, state) is not { } bytes ? Fit.Unknown : Pages(own, length.Constant) < Pages(other, bytes) ? Fit.TooSmall : Fit.Fits;

    // A loop over fixed addresses comes to some offsets in a page, not to all of them; which ones its range does not tell.
    private static bool CountsFromConstant(Value? start, FlowState state) =>
        start is Linear { IsConstant: false } number && !number.Summands.Any(static s => s.Term.Owner is not null) && state.RangeOf(number).Low > 0;

    // Counted from the start of its first page, the piece ends before the last page that the target was made for.
    private static bool IsWithin(Linear? end, Linear? limit, FlowState state) =>
        end is not null && limit?.Subtract(end) is { } rest && state.RangeOf(rest).Low >= 0;

    // A page has one entry, be it described in part or in whole.
    private static Linear? WholePages(Linear? end) => end is { IsConstant: true } ? Linear.Of(Pages(0, end.Constant) * Arithmetic.PageSize) : end;

    // The piece lies behind the start of the buffer that the target was made for.
    private Fit Moved(Linear size, Linear distance, FlowState state)
    {
        if (distance.Add(size) is { } end && length.Subtract(end) is { } rest && state.RangeOf(rest).Low >= 0 && state.RangeOf(distance).Low >= 0)
            return Fit.Fits;
        if (distance.IsConstant)
            return Fixed(size, state, offset => (offset + distance.Constant) & Arithmetic.PageMask, new Interval(0, Arithmetic.PageMask));
        // Pieces of whole pages usually start whole pages apart.
        return length.IsConstant && length.Constant % Arithmetic.PageSize != 0 ? Worst(size, 0, Arithmetic.PageMask, state) : Slack(size, 0, state);
    }

    // Both offsets are known to belong together.
    private Fit Fixed(Linear size, FlowState state, Func<long, long> startFor, Interval offsets)
    {
        if (!length.IsConstant)
            return Slack(size, 0, state);
        if (Constant(size, state) is not { } bytes || !InPage(offsets))
            return Fit.Unknown;
        for (long offset = offsets.Low; offset <= offsets.High; offset++)
        {
            if (Pages(offset, length.Constant) < Pages(startFor(offset), bytes))
                return Fit.TooSmall;
        }

        return Fit.Fits;
    }

    // Sizes that are known by their difference only.
    private Fit Slack(Linear size, long needed, FlowState state)
    {
        if (length.Subtract(size) is not { } rest)
            return Fit.Unknown;
        Interval range = state.RangeOf(rest);
        if (range.Low >= needed)
            return Fit.Fits;
        bool reaches = rest.IsConstant || rest.Summands.All(static s => s.Factor > 0 && s.Term.IsUnsigned) && rest.Constant >= 0;
        return reaches ? Fit.TooSmall : Fit.Unknown;
    }

    // The largest number that the size is known to reach.
    private static long? Constant(Linear size, FlowState state)
    {
        if (size.IsConstant)
            return size.Constant;
        Interval range = state.RangeOf(size);
        return range.High is > 0 and <= uint.MaxValue && range.High > range.Low ? range.High : null;
    }

    private static bool IsNearby(Linear distance) => distance.Summands.All(static s => s.Term.Kind is not (TermKind.Base or TermKind.SystemBase or TermKind.AlignedAddress or TermKind.MappedField));

    private static bool IsKnownOffset(Linear offset) => offset.IsConstant || (offset.IsSingle(out Term term) && term.Kind == TermKind.Offset);

    private static bool InPage(Interval range) => range is { Low: >= 0, High: <= Arithmetic.PageMask };

    private static long Pages(long offset, long bytes) => (offset + bytes + Arithmetic.PageMask) / Arithmetic.PageSize;
}
