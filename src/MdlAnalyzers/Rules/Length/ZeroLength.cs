using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Rules.Length;

/// <summary>Tells whether a computed length can be zero, which takes a reason: a plain number that nobody has tested or limited may be the caller's care.</summary>
internal sealed class ZeroLength(PartialPiece piece)
{
    private const int MaxDepth = 4;

    private readonly FlowState _state = piece.Call.State;

    public bool IsPossible(Linear length) => IsPossible(length, depth: 0);

    private bool IsPossible(Linear length, int depth)
    {
        Interval range = _state.RangeOf(length);
        if (range.ExcludesZero || depth == MaxDepth || IsRestOfSource(length) || IsLargerHalf(length))
            return false;
        if (range.IsExactly(0) || length.Constant < 0 || length.Summands.Any(static s => s.Factor < 0))
            return true;
        return length is { Constant: 0, Summands: [{ Term: { } term }] } && IsPossible(term, range, depth);
    }

    private bool IsPossible(Term term, Interval range, int depth)
    {
        switch (term.Kind)
        {
            case TermKind.Minimum:
                return IsPossibleOfEither(term.Left!, term.Right!, depth);
            case TermKind.Maximum:
                return IsPossible(term.Left!, depth + 1) && IsPossible(term.Right!, depth + 1);
            case TermKind.Multiply:
                return IsPossible(term.Left!, depth + 1) || IsPossible(term.Right!, depth + 1);
            case TermKind.Divide:
                return !IsRoundedUp(term);
            case TermKind.Modulo or TermKind.Mask or TermKind.PageAlign:
                return true;
            case TermKind.RequestLength:
                return !IsGuardedByMdl(term);
            case TermKind.Symbol:
                return term.Quantity is ValueKind.BytesTransferred or ValueKind.InputLength || IsLimited(term, range);
            default:
                return false;
        }
    }

    // What is left when a part of it, rounded down, is taken away.
    private bool IsLargerHalf(Linear length) =>
        length is { Constant: 0, Summands: [var a, var b] } && (a.Factor < 0 ? (b, a) : (a, b)) is ({ Factor: 1 } whole, { Factor: -1, Term: { Kind: TermKind.Divide, Left: { } dividend, Right: { IsConstant: true, Constant: > 1 } } })
        && dividend.IsSingle(out Term divided) && divided.Equals(whole.Term) && (divided.Kind == TermKind.Length || _state.RangeOf(divided).Low > 0);

    // Half of a byte, rounded up, is a byte.
    private static bool IsRoundedUp(Term quotient) =>
        quotient is { Right: { IsConstant: true, Constant: > 0 } divisor, Left: { } dividend }
        && dividend.IsSinglePlusConstant(out Term length, out long extra) && length.Kind == TermKind.Length && extra >= divisor.Constant - 1;

    // The smaller of two numbers is zero if one of them is. What was tested is the length; the other number is its limit.
    private bool IsPossibleOfEither(Linear left, Linear right, int depth)
    {
        if (IsPossible(left, depth + 1) || IsPossible(right, depth + 1))
            return true;
        return !IsTested(left) && !IsTested(right) && (IsOpen(left) || IsOpen(right));
    }

    private bool IsTested(Linear number) => !number.IsConstant && (_state.RangeOf(number).ExcludesZero || IsRestOfSource(number));

    private bool IsOpen(Linear number) =>
        number.IsSingle(out Term term) && term.Kind == TermKind.Symbol && !_state.RangeOf(term).ExcludesZero;

    // Somebody thought about how large the number can be, but not about zero.
    private bool IsLimited(Term term, Interval range) =>
        range is { Low: <= 0, High: < int.MaxValue }
        || _state.Sums.Any(s => s.Key.FactorOf(term) != 0 && s.Key.Summands is [{ Term.Kind: TermKind.Symbol } a, { Term.Kind: TermKind.Symbol } b] && a.Factor * b.Factor == -1);

    // Zero bytes are left, and zero asks for all that is left. The offset in the page is no matter of this rule.
    private bool IsRestOfSource(Linear length) =>
        piece.Rest() is { } rest && rest.Subtract(length) is { } difference && difference.Constant == 0 && difference.Summands.All(static s => s.Term.Kind == TermKind.Offset);

    // A request of length zero has no MDL.
    private bool IsGuardedByMdl(Term length) =>
        piece.Source.Object is { IsRequestMdl: true }
        || _state.Nulls.Any(n => n.Key.IsRequestMdl && n.Value is Nullness.NotNull or Nullness.Tested && (Equals(n.Key.Owner, length.Owner) || length.Key is GoverningLength { IsLinked: false }));
}
