using System.Collections.Immutable;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Flow;

/// <summary>What is known at one point of one path. Immutable: a change is a new state.</summary>
internal sealed partial class FlowState : IEquatable<FlowState>
{
    public static readonly FlowState Empty = new(
        StateMap<Place, Value>.Empty,
        StateMap<ObjectId, Nullness>.Empty,
        StateMap<Term, Interval>.Empty,
        StateMap<Slot, int>.Empty,
        StateMap<Linear, Interval>.Empty,
        ImmutableStack<Continuation>.Empty,
        path: 0);

    private readonly StateMap<Place, Value> _values;
    private readonly StateMap<ObjectId, Nullness> _nulls;
    private readonly StateMap<Term, Interval> _ranges;
    private readonly StateMap<Slot, int> _slots;
    private readonly int _hash;

    // Sums of several terms, without constant, of which a range is known: "length - done" after "done < length".
    private readonly StateMap<Linear, Interval> _sums;

    private FlowState(
        StateMap<Place, Value> values,
        StateMap<ObjectId, Nullness> nulls,
        StateMap<Term, Interval> ranges,
        StateMap<Slot, int> slots,
        StateMap<Linear, Interval> sums,
        ImmutableStack<Continuation> pending,
        int path)
    {
        _values = values;
        _nulls = nulls;
        _ranges = ranges;
        _slots = slots;
        _sums = sums;
        Pending = pending;
        Path = path;
        _hash = unchecked((((values.GetHashCode() * 31 + nulls.GetHashCode()) * 31 + ranges.GetHashCode()) * 31 + slots.GetHashCode()) * 31 + sums.GetHashCode());
    }

    /// <summary>Finally blocks that this path has entered, and where it goes afterwards.</summary>
    public ImmutableStack<Continuation> Pending { get; }

    /// <summary>The branches taken since a loop was widened, which tell one turn's paths apart; 0 before. No part of the identity.</summary>
    public int Path { get; }

    public StateMap<Place, Value> Values => _values;

    public StateMap<ObjectId, Nullness> Nulls => _nulls;

    /// <summary>Sums of several terms, without constant, that a test compared.</summary>
    public StateMap<Linear, Interval> Sums => _sums;

    /// <summary>Terms whose range was narrowed by a test.</summary>
    public StateMap<Term, Interval> Ranges => _ranges;

    public Value? Get(Place location) => _values.TryGetValue(location, out Value value) ? value : null;

    public FlowState Set(Place location, Value value) => WithValues(_values.Set(location, value));

    public FlowState WithValues(StateMap<Place, Value> values) => values == _values ? this : new FlowState(values, _nulls, _ranges, _slots, _sums, Pending, Path);

    public FlowState Remove(Place location) => WithValues(_values.Remove(location));

    /// <summary>Forgets the places that meet a condition.</summary>
    public FlowState RemoveWhere<TArgument>(TArgument argument, Func<Place, TArgument, bool> condition) => WithValues(_values.RemoveWhere(argument, condition));

    public Nullness NullnessOf(ObjectId id) => _nulls.TryGetValue(id, out Nullness nullness) ? nullness : Nullness.Unknown;

    public FlowState SetNullness(ObjectId id, Nullness nullness) => NullnessOf(id) == nullness ? this : WithNulls(_nulls.Set(id, nullness));

    /// <summary>Forgets what was known about an object that is created anew.</summary>
    public FlowState Forget(ObjectId id) =>
        WithValues(_values.RemoveWhere(id, static (place, id) => id.Equals(place.Owner)))
            .WithNulls(_nulls.Remove(id))
            .WithRanges(_ranges.RemoveWhere(id, static (term, id) => id.Equals(term.Owner)))
            .WithSlots(_slots.RemoveWhere(id, static (slot, id) => id.Equals(slot.Subject)))
            .WithSums(_sums.RemoveWhere(id, static (sum, id) => sum.IsAbout(id)));

    public FlowState Forget(Term term) => WithRanges(_ranges.Remove(term)).WithSums(Without(_sums, term));

    public int SlotOf(ObjectId subject, SlotKind kind) => _slots.TryGetValue(new Slot(subject, kind), out int value) ? value : 0;

    public FlowState SetSlot(ObjectId subject, SlotKind kind, int value) => WithSlots(_slots.Set(new Slot(subject, kind), value));

    public FlowState Push(Continuation continuation) => WithPending(Pending.Push(continuation));

    public FlowState Pop(out Continuation continuation) => WithPending(Pending.Pop(out continuation));

    public FlowState WithoutPending() => WithPending(ImmutableStack<Continuation>.Empty);

    public FlowState WithPending(ImmutableStack<Continuation> pending) => pending == Pending ? this : new FlowState(_values, _nulls, _ranges, _slots, _sums, pending, Path);

    public FlowState WithPath(int path) => path == Path ? this : new FlowState(_values, _nulls, _ranges, _slots, _sums, Pending, path);

    /// <summary>The path goes on in one of several ways.</summary>
    public FlowState Fork(int way) => Path == 0 ? this : WithPath(unchecked(Path * 31 + way + 1) | 1);

    /// <summary>The numbers a term can be, from tests on this path and from what it is.</summary>
    public Interval RangeOf(Term term)
    {
        Interval natural = NaturalRange(term);
        return _ranges.TryGetValue(term, out Interval known) ? known.Intersect(natural) : natural;
    }

    public Interval RangeOf(Linear value)
    {
        if (value.IsConstant)
            return new Interval(value.Constant, value.Constant);

        if (value.IsSingle(out Term single))
            return RangeOf(single);

        long low = value.Constant;
        long high = value.Constant;
        foreach (Summand summand in value.Summands)
        {
            Interval range = RangeOf(summand.Term);
            low = Saturating.Add(low, summand.Factor >= 0 ? Saturating.Multiply(range.Low, summand.Factor) : Saturating.Multiply(range.High, summand.Factor));
            high = Saturating.Add(high, summand.Factor >= 0 ? Saturating.Multiply(range.High, summand.Factor) : Saturating.Multiply(range.Low, summand.Factor));
        }

        var known = new Interval(low, high);
        return _sums.Count > 0 && value.Summands.Length > 1 ? known.Intersect(RangeOfSum(value)) : known;
    }

    /// <summary>Learns that a sum of several terms lies in a range; null if that contradicts what is known.</summary>
    public FlowState? NarrowSum(Linear value, Interval range)
    {
        Interval known = RangeOf(value);
        Interval narrowed = known.Intersect(range);
        if (narrowed.IsEmpty)
            return null;
        Linear terms = Oriented(value, out bool flipped);
        return narrowed.Equals(known) ? this : WithSums(_sums.Set(terms, Shift(narrowed, -value.Constant, flipped)));
    }

    /// <summary>Learns that a term lies in a range; null if that contradicts what is known.</summary>
    public FlowState? Narrow(Term term, Interval range)
    {
        Interval old = RangeOf(term);
        Interval narrowed = old.Intersect(range);
        if (narrowed.IsEmpty)
            return null;
        return narrowed.Equals(old) ? this : WithRanges(_ranges.Set(term, narrowed));
    }

    /// <summary>One state for two paths that meet at <paramref name="point"/>, when there are too many to keep apart.</summary>
    public FlowState Join(FlowState other, object point, bool widen)
    {
        if (Equals(other))
            return this;

        StateMap<Term, Interval> ranges = _ranges;
        foreach (KeyValuePair<Term, Interval> pair in _ranges.Except(other._ranges))
        {
            // A length that was tested on some of the paths: nothing may be claimed about it.
            if (IsTestedLength(pair))
                continue;
            ranges = ranges.Remove(pair.Key);
            if (other._ranges.TryGetValue(pair.Key, out Interval range))
                ranges = AddRange(ranges, pair.Key, pair.Value, range, widen);
        }

        foreach (KeyValuePair<Term, Interval> pair in other._ranges.Except(_ranges))
        {
            if (IsTestedLength(pair))
                ranges = ranges.Set(pair.Key, pair.Value);
        }

        StateMap<Linear, Interval> sums = _sums;
        foreach (KeyValuePair<Linear, Interval> pair in _sums.Except(other._sums))
        {
            sums = sums.Remove(pair.Key);
            if (other._sums.TryGetValue(pair.Key, out Interval range) && pair.Value.Union(range) is var union && !widen)
                sums = sums.Set(pair.Key, union);
        }

        StateMap<Place, Value> values = _values;
        foreach (KeyValuePair<Place, Value> pair in _values.Except(other._values))
        {
            values = other._values.TryGetValue(pair.Key, out Value value)
                ? values.Set(pair.Key, JoinValues(pair.Key, pair.Value, value, other, point, ref ranges, ref sums, widen))
                : values.Remove(pair.Key);
        }

        StateMap<ObjectId, Nullness> nulls = _nulls;
        foreach (KeyValuePair<ObjectId, Nullness> pair in _nulls.Except(other._nulls))
            nulls = nulls.Set(pair.Key, Nullness.Tested);
        foreach (KeyValuePair<ObjectId, Nullness> pair in other._nulls.Except(_nulls))
            nulls = nulls.Set(pair.Key, Nullness.Tested);

        StateMap<Slot, int> slots = _slots;
        foreach (KeyValuePair<Slot, int> pair in _slots.Except(other._slots))
            slots = slots.Set(pair.Key, SlotValue.Mixed);
        foreach (KeyValuePair<Slot, int> pair in other._slots.Except(_slots))
            slots = slots.Set(pair.Key, SlotValue.Mixed);

        return new FlowState(values, nulls, ranges, slots, sums, Pending, Path);
    }

    /// <summary>Whether two paths agree about all references, so that joining them loses little.</summary>
    public bool HasSameNulls(FlowState other) => _nulls.Equals(other._nulls);

    public bool Equals(FlowState? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && _values.Equals(other._values) && _nulls.Equals(other._nulls) && _ranges.Equals(other._ranges) && _slots.Equals(other._slots) && _sums.Equals(other._sums) && SamePending(other));

    /// <summary>Whether two paths differ in nothing but what they know about sums.</summary>
    public bool DiffersInSums(FlowState other) =>
        !_sums.Equals(other._sums)
        && _values.Equals(other._values) && _nulls.Equals(other._nulls) && _ranges.Equals(other._ranges) && _slots.Equals(other._slots) && SamePending(other);

    public override bool Equals(object? obj) => Equals(obj as FlowState);

    public override int GetHashCode() => _hash;

    public bool SamePending(FlowState other) => Pending == other.Pending || Pending.SequenceEqual(other.Pending);

    private Interval RangeOfSum(Linear value)
    {
        Linear terms = Oriented(value, out bool flipped);
        return _sums.TryGetValue(terms, out Interval known) ? Shift(flipped ? Shift(known, 0, flipped: true) : known, value.Constant, flipped: false) : Interval.All;
    }

    // A sum and its negative are known by one of them, and without their constant.
    private static Linear Oriented(Linear value, out bool flipped)
    {
        Summand first = value.Summands[0];
        foreach (Summand summand in value.Summands)
        {
            if (summand.Term.GetHashCode() < first.Term.GetHashCode())
                first = summand;
        }

        flipped = first.Factor < 0;
        Linear terms = value.WithConstant(0);
        return flipped ? terms.Scale(-1) : terms;
    }

    // The range of a number plus a constant, or of the negative of that.
    private static Interval Shift(Interval range, long constant, bool flipped)
    {
        long low = Saturating.Add(range.Low, constant), high = Saturating.Add(range.High, constant);
        bool notZero = range.NotZero && constant == 0;
        return flipped ? new Interval(Saturating.Multiply(high, -1), Saturating.Multiply(low, -1), notZero) : new Interval(low, high, notZero);
    }

    private static StateMap<Linear, Interval> Without(StateMap<Linear, Interval> sums, Term term) =>
        sums.Count == 0 ? sums : sums.RemoveWhere(term, static (sum, term) => sum.FactorOf(term) != 0);

    private static bool IsTestedLength(KeyValuePair<Term, Interval> pair) => pair.Key.Kind == TermKind.RequestLength && pair.Value.ExcludesZero;

    private Value JoinValues(Place location, Value a, Value b, FlowState other, object point, ref StateMap<Term, Interval> ranges, ref StateMap<Linear, Interval> sums, bool widen)
    {
        if (a is Linear first && b is Linear second)
        {
            var term = new Term(TermKind.Symbol, key: new JoinKey(point, location));
            sums = Without(sums, term);
            ranges = AddRange(ranges.Remove(term), term, RangeOf(first), other.RangeOf(second), widen);
            return Linear.Of(term);
        }

        return a is ObjectValue or NullValue && b is ObjectValue or NullValue ? new ObjectValue(ObjectId.ForJoin(point, location)) : UnknownValue.Instance;
    }

    private static StateMap<Term, Interval> AddRange(StateMap<Term, Interval> ranges, Term term, Interval a, Interval b, bool widen)
    {
        Interval union = widen
            ? new Interval(b.Low < a.Low ? long.MinValue : a.Low, b.High > a.High ? long.MaxValue : a.High, a.ExcludesZero && b.ExcludesZero)
            : a.Union(b);
        if (widen && b.Low >= 0 && a.Low >= 0 && union.Low == long.MinValue)
            union = new Interval(0, union.High, union.NotZero);
        return union.Equals(Interval.All) ? ranges : ranges.Set(term, union);
    }

    private Interval NaturalRange(Term term)
    {
        switch (term.Kind)
        {
            case TermKind.Offset:
                return new Interval(0, Arithmetic.PageMask);
            case TermKind.Length or TermKind.RequestLength:
                return new Interval(0, uint.MaxValue);
            case TermKind.Divide when term.Right!.IsConstant && term.Right.Constant > 0:
                Interval dividend = RangeOf(term.Left!);
                return dividend.Low >= 0 ? new Interval(dividend.Low / term.Right.Constant, dividend.High / term.Right.Constant) : Interval.All;
            case TermKind.Modulo when term.Right!.IsConstant && term.Right.Constant > 0:
                return new Interval(RangeOf(term.Left!).Low >= 0 ? 0 : 1 - term.Right.Constant, term.Right.Constant - 1);
            case TermKind.Mask when term.Right!.IsConstant && term.Right.Constant >= 0:
                return new Interval(0, term.Right.Constant);
            case TermKind.Minimum:
                Interval a = RangeOf(term.Left!), b = RangeOf(term.Right!);
                return new Interval(Math.Min(a.Low, b.Low), Math.Min(a.High, b.High), a.ExcludesZero && b.ExcludesZero);
            case TermKind.Maximum:
                Interval c = RangeOf(term.Left!), d = RangeOf(term.Right!);
                return new Interval(Math.Max(c.Low, d.Low), Math.Max(c.High, d.High));
            default:
                return term.IsUnsigned ? new Interval(0, long.MaxValue) : Interval.All;
        }
    }

    private FlowState WithNulls(StateMap<ObjectId, Nullness> nulls) => nulls == _nulls ? this : new FlowState(_values, nulls, _ranges, _slots, _sums, Pending, Path);

    private FlowState WithRanges(StateMap<Term, Interval> ranges) => ranges == _ranges ? this : new FlowState(_values, _nulls, ranges, _slots, _sums, Pending, Path);

    private FlowState WithSlots(StateMap<Slot, int> slots) => slots == _slots ? this : new FlowState(_values, _nulls, _ranges, slots, _sums, Pending, Path);

    private FlowState WithSums(StateMap<Linear, Interval> sums) => sums == _sums ? this : new FlowState(_values, _nulls, _ranges, _slots, sums, Pending, Path);
}
