using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Flow;

/// <summary>What a path learns from a condition.</summary>
internal static class Assumptions
{
    private const int MaxStates = 8;
    private const int MaxRelated = 6;

    /// <summary>The states in which <paramref name="condition"/> has the given truth: none if it cannot, several if it can in several ways.</summary>
    public static FlowState[] Assume(FlowState state, Condition condition, bool truth)
    {
        switch (condition.Kind)
        {
            case ConditionKind.Constant:
                return condition.Truth == truth ? [state] : [];
            case ConditionKind.Not:
                return Assume(state, condition.First!, !truth);
            case ConditionKind.And when truth:
            case ConditionKind.Or when !truth:
                return [.. AssumeBoth(state, condition, truth, truth)];
            case ConditionKind.And or ConditionKind.Or:
                return [.. Assume(state, condition.First!, truth), .. AssumeBoth(state, condition, !truth, truth)];
            case ConditionKind.IsNull:
                return AssumeNull(state, condition.Subject!, truth);
            case ConditionKind.Compare:
                return Compare(state, condition, truth) is { } refined ? [refined] : [];
            default:
                foreach (ObjectId involved in condition.Involved)
                {
                    for (ObjectId? id = involved; id is not null; id = id.Owner)
                        state = state.SetSlot(id, SlotKind.Consulted, 1);
                }

                return [state];
        }
    }

    private static IEnumerable<FlowState> AssumeBoth(FlowState state, Condition condition, bool first, bool second) =>
        Assume(state, condition.First!, first).SelectMany(s => Assume(s, condition.Second!, second)).Take(MaxStates);

    /// <summary>Whether a request has an MDL because its length is above zero.</summary>
    public static bool IsProvenByLength(FlowState state, ObjectId mdl) =>
        mdl is { IsRequestMdl: true, Owner: { } request } && state.SlotOf(request, SlotKind.KnownLength) > 0;

    private static FlowState[] AssumeNull(FlowState state, ObjectId subject, bool isNull)
    {
        Nullness known = state.NullnessOf(subject);
        if (isNull)
            return known == Nullness.NotNull || IsProvenByLength(state, subject) ? [] : [state.SetNullness(subject, Nullness.Null)];
        return known == Nullness.Null ? [] : [state.SetNullness(subject, Nullness.NotNull)];
    }

    private static FlowState? Compare(FlowState state, Condition condition, bool truth)
    {
        Comparison comparison = truth ? condition.Comparison : Invert(condition.Comparison);
        Linear left = condition.Left!;
        Linear right = condition.Right!;

        Linear? difference = left.Subtract(right);
        if (difference is { IsConstant: true })
            return Holds(comparison, difference.Constant, 0) ? state : null;
        if (comparison is Comparison.Equal or Comparison.NotEqual && !right.IsConstant && difference is not null)
        {
            // "address == page of address" says that the offset between them is zero.
            if (Refine(state, difference, comparison, new Interval(0, 0), isUnsigned: false) is not { } closer)
                return null;
            state = closer;
        }

        if (IsImpossible(comparison, state.RangeOf(left), state.RangeOf(right)) || CompareMapping(state, left, comparison, right) is not { } mapped)
            return null;
        state = mapped;

        FlowState? refined = Refine(state, left, comparison, state.RangeOf(right), condition.IsUnsigned);
        refined = refined is null ? null : Refine(refined, right, Swap(comparison), refined.RangeOf(left), condition.IsUnsigned);
        return refined is null ? null : Relate(refined, left, comparison, right, condition.IsUnsigned);
    }

    // What a test says about the difference of two numbers of which neither is constant: "done < length", "length - done == 0".
    private static FlowState? Relate(FlowState state, Linear left, Comparison comparison, Linear right, bool isUnsigned)
    {
        if (left.Subtract(right) is not { Summands.Length: > 1 and <= MaxRelated } difference)
            return state;
        if (isUnsigned && (CanWrap(state, left) || CanWrap(state, right)))
            return RelateWrapped(state, left, comparison, right, difference);
        Interval range = comparison switch
        {
            Comparison.Equal => new Interval(0, 0),
            Comparison.NotEqual => new Interval(long.MinValue, long.MaxValue, notZero: true),
            Comparison.Less => new Interval(long.MinValue, -1),
            Comparison.LessOrEqual => new Interval(long.MinValue, 0),
            Comparison.Greater => new Interval(1, long.MaxValue),
            _ => new Interval(0, long.MaxValue),
        };
        return state.NarrowSum(difference, range);
    }

    // A difference of unsigned numbers may have wrapped around: only that it is zero, not zero or small is sure.
    private static FlowState? RelateWrapped(FlowState state, Linear left, Comparison comparison, Linear right, Linear difference)
    {
        if (comparison is Comparison.Equal or Comparison.NotEqual)
            return state.NarrowSum(difference, comparison == Comparison.Equal ? new Interval(0, 0) : new Interval(long.MinValue, long.MaxValue, notZero: true));
        if (comparison is Comparison.Less or Comparison.LessOrEqual)
            (left, right, comparison) = (right, left, Swap(comparison));
        // Here the left number is the larger one.
        if (CanWrap(state, left))
        {
            bool isAboveZero = comparison == Comparison.Greater ? state.RangeOf(right).Low >= 0 : state.RangeOf(right).Low >= 1;
            return isAboveZero && left.Summands.Length > 1 ? state.NarrowSum(left, new Interval(long.MinValue, long.MaxValue, notZero: true)) : state;
        }

        return right.Summands.Length > 1 ? state.NarrowSum(right, new Interval(0, long.MaxValue)) : state;
    }

    private static bool CanWrap(FlowState state, Linear number) => (number.Constant < 0 || number.Summands.Any(static s => s.Factor < 0)) && state.RangeOf(number).Low < 0;

    // What a test says about the address that a mapping routine returned.
    private static FlowState? CompareMapping(FlowState state, Linear left, Comparison comparison, Linear right)
    {
        if (left.Subtract(right) is not { } difference || difference.Find(TermKind.SystemBase) is not { Owner: { } mdl } address)
            return state;
        int known = state.SlotOf(mdl, SlotKind.Mapping);
        if (known is not (MappingState.Unchecked or MappingState.Present or MappingState.Missing))
            return state;
        if (difference.FactorOf(address) < 0)
        {
            difference = difference.Scale(-1);
            comparison = Swap(comparison);
        }

        int learned = !IsWhole(difference, mdl) ? 0 : (comparison, difference.Constant) switch
        {
            (Comparison.Equal or Comparison.LessOrEqual, 0) or (Comparison.Less, -1) => MappingState.Missing,
            (Comparison.NotEqual, 0) or (Comparison.Equal or Comparison.Greater or Comparison.GreaterOrEqual, < 0) or (Comparison.Greater, 0) => MappingState.Present,
            _ => 0,
        };
        if (learned == 0)
            return known == MappingState.Unchecked ? state.SetSlot(mdl, SlotKind.Mapping, 0) : state;
        bool contradicts = known != MappingState.Unchecked && known != learned;
        return contradicts ? null : state.SetSlot(mdl, SlotKind.Mapping, learned);
    }

    private static bool IsWhole(Linear address, ObjectId mdl) =>
        address.Summands.All(s => s.Factor == 1 && s.Term.Kind is TermKind.SystemBase or TermKind.Offset && mdl.Equals(s.Term.Owner));

    private static bool IsImpossible(Comparison comparison, Interval left, Interval right) => comparison switch
    {
        Comparison.Equal => left.Low > right.High || left.High < right.Low || (right.IsExactly(0) && left.ExcludesZero) || (left.IsExactly(0) && right.ExcludesZero),
        Comparison.NotEqual => left.Low == left.High && right.IsExactly(left.Low),
        Comparison.Less => left.Low >= right.High,
        Comparison.LessOrEqual => left.Low > right.High,
        Comparison.Greater => left.High <= right.Low,
        _ => left.High < right.Low,
    };

    private static FlowState? Refine(FlowState state, Linear value, Comparison comparison, Interval other, bool isUnsigned)
    {
        if (!value.IsSinglePlusConstant(out Term term, out long constant))
            return state;

        Interval range = comparison switch
        {
            Comparison.Equal => other,
            Comparison.NotEqual => Without(state.RangeOf(value), other),
            Comparison.Less => new Interval(long.MinValue, Saturating.Add(other.High, -1)),
            Comparison.LessOrEqual => new Interval(long.MinValue, other.High),
            Comparison.Greater => new Interval(Saturating.Add(other.Low, 1), long.MaxValue),
            _ => new Interval(other.Low, long.MaxValue),
        };

        // "length - 1 < limit" on unsigned numbers also says that nothing wrapped around.
        if (isUnsigned && constant < 0 && comparison is Comparison.Less or Comparison.LessOrEqual)
            range = range.Intersect(new Interval(0, long.MaxValue));

        // On unsigned numbers a wrapped difference is large, so a lower bound says nothing.
        if (isUnsigned && constant < 0 && comparison is Comparison.Greater or Comparison.GreaterOrEqual)
            return state;

        bool notZero = constant == 0 && range.NotZero;
        return Narrow(state, term, new Interval(Saturating.Add(range.Low, -constant), Saturating.Add(range.High, -constant), notZero));
    }

    private static FlowState? Narrow(FlowState state, Term term, Interval range)
    {
        FlowState? narrowed = state.Narrow(term, range);
        if (narrowed is null)
            return null;

        Interval known = narrowed.RangeOf(term);
        switch (term.Kind)
        {
            case TermKind.Divide when known.Low >= 1 && term.Right!.IsConstant && term.Right.Constant > 0:
                return Refine(narrowed, term.Left!, Comparison.GreaterOrEqual, new Interval(term.Right.Constant, long.MaxValue), isUnsigned: false);
            case TermKind.Modulo or TermKind.Mask when known.ExcludesZero:
                return Refine(narrowed, term.Left!, Comparison.NotEqual, new Interval(0, 0), isUnsigned: false);
            case TermKind.Minimum when known.Low > long.MinValue:
                narrowed = Refine(narrowed, term.Left!, Comparison.GreaterOrEqual, new Interval(known.Low, long.MaxValue), isUnsigned: false);
                return narrowed is null ? null : Refine(narrowed, term.Right!, Comparison.GreaterOrEqual, new Interval(known.Low, long.MaxValue), isUnsigned: false);
            default:
                return narrowed;
        }
    }

    private static Interval Without(Interval range, Interval other)
    {
        if (other.Low != other.High)
            return Interval.All;
        if (other.Low == range.Low)
            return new Interval(Saturating.Add(range.Low, 1), range.High, range.NotZero);
        if (other.Low == range.High)
            return new Interval(range.Low, Saturating.Add(range.High, -1), range.NotZero);
        return other.Low == 0 ? new Interval(range.Low, range.High, notZero: true) : Interval.All;
    }

    private static bool Holds(Comparison comparison, long a, long b) => comparison switch
    {
        Comparison.Equal => a == b,
        Comparison.NotEqual => a != b,
        Comparison.Less => a < b,
        Comparison.LessOrEqual => a <= b,
        Comparison.Greater => a > b,
        _ => a >= b,
    };

    private static Comparison Invert(Comparison comparison) => comparison switch
    {
        Comparison.Equal => Comparison.NotEqual,
        Comparison.NotEqual => Comparison.Equal,
        Comparison.Less => Comparison.GreaterOrEqual,
        Comparison.LessOrEqual => Comparison.Greater,
        Comparison.Greater => Comparison.LessOrEqual,
        _ => Comparison.Less,
    };

    private static Comparison Swap(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };
}
