using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Rules.Length;

/// <summary>What is known about the length of the buffer of an MDL: its byte count, or the length of the request that it came with.</summary>
internal readonly struct OwnLength(ObjectId mdl, FlowState state)
{
    // A test for a length above zero says nothing about a size.
    private const long SmallestTested = 2;

    /// <summary>The byte count.</summary>
    public Term Term => new(TermKind.Length, owner: mdl);

    /// <summary>Whether an access that ends at a fixed place can lie behind the end of the buffer.</summary>
    public bool IsShorterThan(long end, Frame frame)
    {
        Interval known = Known();
        if (end <= known.Low)
            return false;
        if (end > known.High || (Described() is { IsConstant: true } described && end > described.Constant && described.Constant > 0))
            return true;
        if (IsTestedInPart())
            return false;
        // A test against a smaller size, or no test at all where the request comes from outside.
        return known.Low >= SmallestTested || (Described() is null && IsFromOutside(frame));
    }

    /// <summary>Whether no test says that the buffer has a number of bytes.</summary>
    public bool CanBeBelow(long size) => Known().Low < size && !IsTestedInPart();

    /// <summary>Whether a sum is the length of the buffer and more.</summary>
    public bool IsExceededBy(Linear end)
    {
        foreach (Summand summand in end.Summands)
        {
            if (summand.Factor < 1 || summand.Term.Kind != TermKind.Length || !IsOwn(summand.Term))
                continue;
            Linear one = Linear.Of(summand.Term);
            if (end.Subtract(one) is not { } excess || excess.Contains(TermKind.Offset))
                return false;
            Interval range = state.RangeOf(excess);
            return range.Low >= 0 && range.High > 0;
        }

        return false;
    }

    /// <summary>Whether all that a sum was compared with is a length of the buffer and more: "index &lt;= length".</summary>
    public bool IsExceededBy(IEnumerable<Linear> limits)
    {
        bool isExceeded = false;
        foreach (Linear limit in limits)
        {
            if (!limit.IsSinglePlusConstant(out Term term, out long excess) || !IsOwn(term))
                continue;
            if (excess <= 0)
                return false;
            isExceeded = true;
        }

        return isExceeded;
    }

    /// <summary>Whether a sum contains the larger one of the length of the buffer and something else.</summary>
    public bool IsExceededByLarger(Linear end)
    {
        if (end.Find(TermKind.Maximum) is not { Left: { } left, Right: { } right } larger || end.FactorOf(larger) != 1 || state.RangeOf(end.Subtract(Linear.Of(larger))!).Low < 0)
            return false;
        return (IsOwn(left) && CanBeLarger(right)) || (IsOwn(right) && CanBeLarger(left));
    }

    /// <summary>The I/O manager makes the byte count of a request's own MDL its length.</summary>
    public static bool IsOfRequest(Term term, ObjectId mdl) =>
        term is { Kind: TermKind.RequestLength, Key: GoverningLength length } && mdl.IsRequestMdl && (!length.IsLinked || Equals(term.Owner, mdl.Owner));

    /// <summary>A request's MDL that is read again is the same MDL.</summary>
    public static bool IsSame(ObjectId? a, ObjectId b) => b.Equals(a) || (a is { IsRequestMdl: true } && b.IsRequestMdl && Equals(a.Owner, b.Owner));

    private bool IsOwn(Term term) => (term.Kind == TermKind.Length && IsSame(term.Owner, mdl)) || IsOfRequest(term, mdl);

    private bool IsOwn(Linear number) => number.IsSingle(out Term term) && IsOwn(term);

    private bool Mentions(Term term) => IsOwn(term) || Mentions(term.Left) || Mentions(term.Right);

    private bool Mentions(Linear? number)
    {
        foreach (Summand summand in number?.Summands ?? [])
        {
            if (Mentions(summand.Term))
                return true;
        }

        return false;
    }

    private bool CanBeLarger(Linear other) => !Mentions(other) && state.RangeOf(other).High > Known().Low;

    private Interval Known()
    {
        Interval known = state.RangeOf(Term);
        foreach (KeyValuePair<Term, Interval> range in state.Ranges)
        {
            if (IsOwn(range.Key))
                known = known.Intersect(range.Value);
        }

        return known;
    }

    // Whole blocks, or a length that was compared with something that is not known.
    private bool IsTestedInPart()
    {
        foreach (KeyValuePair<Term, Interval> range in state.Ranges)
        {
            if (range.Key.IsOperation && Mentions(range.Key))
                return true;
        }

        foreach (KeyValuePair<Linear, Interval> sum in state.Sums)
        {
            if (Mentions(sum.Key))
                return true;
        }

        return false;
    }

    private Linear? Described() => state.Get(new Place(mdl, Effect.AllocatesMdl)) is TupleValue { Elements: [_, Linear described] } ? described : null;

    private bool IsFromOutside(Frame frame) =>
        mdl is { IsRequestMdl: true, IsKept: false, Owner: { } request }
        && frame.Role is Role.Dispatch or Role.DispatchRead or Role.DispatchWrite or Role.DispatchDeviceControl
        && state.SlotOf(request, SlotKind.Consulted) == 0 && state.SlotOf(request, SlotKind.KnownLength) == 0 && !frame.TrustsRequests.Value;
}
