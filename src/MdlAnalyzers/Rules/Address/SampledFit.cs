using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Looks for one buffer whose piece needs more page entries than its target has, where both sizes depend on the byte count and the offset of the source alone.</summary>
internal sealed class SampledFit(PartialPiece piece, ObjectId source)
{
    private static readonly long[] _lengths = [1, 2, 3, 5, 0xFFF, 0x1000, 0x1001, 0x1003, 0x2000, 0x2001, 0x3000, 0x3003, 0x8000, 0x8001, 0x10000, 0x10003];
    private static readonly long[] _offsets = [0, 1, 4, 0x7FF, 0x800, 0xFFE, 0xFFF];

    private readonly FlowState _state = piece.Call.State;
    private readonly Term _length = new(TermKind.Length, owner: source);
    private readonly Term _offset = new(TermKind.Offset, owner: source);

    /// <summary>Whether such a buffer is allowed by all that the path has tested.</summary>
    public bool IsExceeded(Linear address, Linear room, Linear size)
    {
        if (!size.Mentions(_length) || piece.Position() is not { } position || StartOf(address) is not { } start || _state.SlotOf(source, SlotKind.Consulted) != 0)
            return false;
        foreach (long length in _lengths)
        {
            foreach (long offset in _offsets)
            {
                if (Evaluate(size, length, offset) is not { } bytes || Evaluate(room, length, offset) is not { } described
                    || Evaluate(position, length, offset) is not { } skipped || Evaluate(start, length, offset) is not { } first)
                {
                    return false;
                }

                if (bytes > 0 && skipped >= 0 && skipped + bytes <= length
                    && Pages(first & Arithmetic.PageMask, described) < Pages((offset + skipped) & Arithmetic.PageMask, bytes) && IsAllowed(length, offset))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // The page of the source counts as page zero.
    private Linear? StartOf(Linear address) => address.IsConstant ? address : address.Subtract(Linear.Of(new Term(TermKind.Base, owner: source)));

    private bool IsAllowed(long length, long offset)
    {
        if (!IsIn(length, _state.RangeOf(_length)) || !IsIn(offset, _state.RangeOf(_offset)))
            return false;
        foreach (KeyValuePair<Term, Interval> range in _state.Ranges)
        {
            if (range.Key.IsOperation && DependsOnBuffer(range.Key) && !(Evaluate(range.Key, length, offset) is { } value && IsIn(value, range.Value)))
                return false;
        }

        foreach (KeyValuePair<Linear, Interval> sum in _state.Sums)
        {
            if (sum.Key.Summands.Any(s => DependsOnBuffer(s.Term)) && !(Evaluate(sum.Key, length, offset) is { } value && IsIn(value, sum.Value)))
                return false;
        }

        return true;
    }

    private bool DependsOnBuffer(Term term) => term.Contains(_length) || term.Contains(_offset);

    private static bool IsIn(long value, Interval range) => value >= range.Low && value <= range.High && !(range.NotZero && value == 0);

    private long? Evaluate(Linear? number, long length, long offset)
    {
        if (number is null)
            return null;
        long sum = number.Constant;
        foreach (Summand summand in number.Summands)
        {
            if (Evaluate(summand.Term, length, offset) is not { } value)
                return null;
            sum += value * summand.Factor;
        }

        return sum;
    }

    private long? Evaluate(Term term, long length, long offset)
    {
        if (term.Equals(_length))
            return length;
        if (term.Equals(_offset))
            return offset;
        return Evaluate(term.Left, length, offset) is { } left && Evaluate(term.Right, length, offset) is { } right
            ? term.Kind switch
            {
                TermKind.Divide when right > 0 => left / right,
                TermKind.Modulo when right > 0 => left % right,
                TermKind.PageAlign => left & ~Arithmetic.PageMask,
                TermKind.Mask => left & right,
                TermKind.Minimum => Math.Min(left, right),
                TermKind.Maximum => Math.Max(left, right),
                _ => null,
            }
            : null;
    }

    private static long Pages(long offset, long bytes) => (offset + bytes + Arithmetic.PageMask) / Arithmetic.PageSize;
}
