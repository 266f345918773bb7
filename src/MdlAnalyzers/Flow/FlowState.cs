using System.Collections.Immutable;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Flow;

/// <summary>What is known at one point of one path. Immutable: a change is a new state.</summary>
internal sealed class FlowState : IEquatable<FlowState>
{
    public static readonly FlowState Empty = new(
        ImmutableDictionary<Place, Value>.Empty,
        ImmutableDictionary<ObjectId, Nullness>.Empty,
        ImmutableDictionary<Term, Interval>.Empty,
        ImmutableDictionary<Slot, int>.Empty,
        ImmutableStack<Continuation>.Empty);

    private readonly ImmutableDictionary<Place, Value> _values;
    private readonly ImmutableDictionary<ObjectId, Nullness> _nulls;
    private readonly ImmutableDictionary<Term, Interval> _ranges;
    private readonly ImmutableDictionary<Slot, int> _slots;

    private FlowState(
        ImmutableDictionary<Place, Value> values,
        ImmutableDictionary<ObjectId, Nullness> nulls,
        ImmutableDictionary<Term, Interval> ranges,
        ImmutableDictionary<Slot, int> slots,
        ImmutableStack<Continuation> pending)
    {
        _values = values;
        _nulls = nulls;
        _ranges = ranges;
        _slots = slots;
        Pending = pending;
    }

    /// <summary>Finally blocks that this path has entered, and where it goes afterwards.</summary>
    public ImmutableStack<Continuation> Pending { get; }

    public IEnumerable<KeyValuePair<Place, Value>> Values => _values;

    public IEnumerable<KeyValuePair<ObjectId, Nullness>> Nulls => _nulls;

    /// <summary>Terms whose range was narrowed by a test.</summary>
    public IEnumerable<KeyValuePair<Term, Interval>> Ranges => _ranges;

    public Value? Get(Place location) => _values.TryGetValue(location, out Value? value) ? value : null;

    public FlowState Set(Place location, Value value) => With(values: _values.SetItem(location, value));

    public FlowState Remove(Place location) => _values.ContainsKey(location) ? With(values: _values.Remove(location)) : this;

    public FlowState RemoveWhere(Func<Place, bool> condition)
    {
        List<Place>? dead = null;
        foreach (Place location in _values.Keys)
        {
            if (condition(location))
                (dead ??= []).Add(location);
        }

        return dead is null ? this : With(values: _values.RemoveRange(dead));
    }

    public Nullness NullnessOf(ObjectId id) => _nulls.TryGetValue(id, out Nullness nullness) ? nullness : Nullness.Unknown;

    public FlowState SetNullness(ObjectId id, Nullness nullness) => NullnessOf(id) == nullness ? this : With(nulls: _nulls.SetItem(id, nullness));

    /// <summary>Forgets what was known about an object that is created anew.</summary>
    public FlowState Forget(ObjectId id)
    {
        FlowState state = this;
        if (_nulls.ContainsKey(id))
            state = state.With(nulls: _nulls.Remove(id));
        state = state.RemoveWhere(l => id.Equals(l.Owner));
        List<Term>? terms = null;
        foreach (Term term in _ranges.Keys)
        {
            if (id.Equals(term.Owner))
                (terms ??= []).Add(term);
        }

        if (terms is not null)
            state = state.With(ranges: state._ranges.RemoveRange(terms));
        List<Slot>? slots = null;
        foreach (Slot slot in _slots.Keys)
        {
            if (slot.Subject.Equals(id))
                (slots ??= []).Add(slot);
        }

        return slots is null ? state : state.With(slots: state._slots.RemoveRange(slots));
    }

    public FlowState Forget(Term term) => _ranges.ContainsKey(term) ? With(ranges: _ranges.Remove(term)) : this;

    public int SlotOf(ObjectId subject, SlotKind kind) => _slots.TryGetValue(new Slot(subject, kind), out int value) ? value : 0;

    public FlowState SetSlot(ObjectId subject, SlotKind kind, int value) => With(slots: _slots.SetItem(new Slot(subject, kind), value));

    public FlowState Push(Continuation continuation) => With(pending: Pending.Push(continuation));

    public FlowState Pop(out Continuation continuation) => With(pending: Pending.Pop(out continuation));

    public FlowState WithoutPending() => Pending.IsEmpty ? this : With(pending: ImmutableStack<Continuation>.Empty);

    public FlowState WithPending(ImmutableStack<Continuation> pending) => With(pending: pending);

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

        long low = value.Constant;
        long high = value.Constant;
        foreach (Summand summand in value.Summands)
        {
            Interval range = RangeOf(summand.Term);
            low = Saturating.Add(low, summand.Factor >= 0 ? Saturating.Multiply(range.Low, summand.Factor) : Saturating.Multiply(range.High, summand.Factor));
            high = Saturating.Add(high, summand.Factor >= 0 ? Saturating.Multiply(range.High, summand.Factor) : Saturating.Multiply(range.Low, summand.Factor));
        }

        bool notZero = value.IsSingle(out Term single) && RangeOf(single).NotZero;
        return new Interval(low, high, notZero);
    }

    /// <summary>Learns that a term lies in a range; null if that contradicts what is known.</summary>
    public FlowState? Narrow(Term term, Interval range)
    {
        Interval old = RangeOf(term);
        Interval narrowed = old.Intersect(range);
        if (narrowed.IsEmpty)
            return null;
        return narrowed.Equals(old) ? this : With(ranges: _ranges.SetItem(term, narrowed));
    }

    /// <summary>One state for two paths that meet at <paramref name="point"/>, when there are too many to keep apart.</summary>
    public FlowState Join(FlowState other, object point, bool widen)
    {
        if (Equals(other))
            return this;

        ImmutableDictionary<Term, Interval>.Builder ranges = ImmutableDictionary.CreateBuilder<Term, Interval>();
        foreach (KeyValuePair<Term, Interval> pair in _ranges)
        {
            bool both = other._ranges.TryGetValue(pair.Key, out Interval range);
            // A length that was tested on some of the paths: nothing may be claimed about it.
            if (pair.Key.Kind == TermKind.RequestLength && pair.Value.ExcludesZero)
                ranges[pair.Key] = pair.Value;
            else if (both)
                AddRange(ranges, pair.Key, pair.Value, range, widen);
        }

        foreach (KeyValuePair<Term, Interval> pair in other._ranges)
        {
            if (pair.Key.Kind == TermKind.RequestLength && pair.Value.ExcludesZero)
                ranges[pair.Key] = pair.Value;
        }

        ImmutableDictionary<Place, Value>.Builder values = ImmutableDictionary.CreateBuilder<Place, Value>();
        foreach (KeyValuePair<Place, Value> pair in _values)
        {
            if (other._values.TryGetValue(pair.Key, out Value? value))
                values[pair.Key] = pair.Value.Equals(value) ? pair.Value : JoinValues(pair.Key, pair.Value, value, other, point, ranges, widen);
        }

        ImmutableDictionary<ObjectId, Nullness>.Builder nulls = ImmutableDictionary.CreateBuilder<ObjectId, Nullness>();
        foreach (KeyValuePair<ObjectId, Nullness> pair in _nulls)
            nulls[pair.Key] = pair.Value == other.NullnessOf(pair.Key) ? pair.Value : Nullness.Tested;
        foreach (KeyValuePair<ObjectId, Nullness> pair in other._nulls)
        {
            if (!_nulls.ContainsKey(pair.Key))
                nulls[pair.Key] = Nullness.Tested;
        }

        ImmutableDictionary<Slot, int> slots = _slots;
        foreach (KeyValuePair<Slot, int> pair in _slots)
        {
            if (!other._slots.TryGetValue(pair.Key, out int value) || value != pair.Value)
                slots = slots.SetItem(pair.Key, SlotValue.Mixed);
        }

        foreach (KeyValuePair<Slot, int> pair in other._slots)
        {
            if (!_slots.ContainsKey(pair.Key))
                slots = slots.SetItem(pair.Key, SlotValue.Mixed);
        }

        return new FlowState(values.ToImmutable(), nulls.ToImmutable(), ranges.ToImmutable(), slots, Pending);
    }

    /// <summary>Whether two paths agree about all references, so that joining them loses little.</summary>
    public bool HasSameNulls(FlowState other) => Same(_nulls, other._nulls);

    public bool Equals(FlowState? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Same(_values, other._values) && Same(_nulls, other._nulls) && Same(_ranges, other._ranges) && Same(_slots, other._slots) && SamePending(other));

    public override bool Equals(object? obj) => Equals(obj as FlowState);

    public override int GetHashCode() => unchecked((_values.Count * 31 + _nulls.Count) * 31 + _ranges.Count);

    public bool SamePending(FlowState other) => Pending.SequenceEqual(other.Pending);

    private static bool Same<TKey, TValue>(ImmutableDictionary<TKey, TValue> a, ImmutableDictionary<TKey, TValue> b)
        where TKey : notnull
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Count != b.Count)
            return false;
        foreach (KeyValuePair<TKey, TValue> pair in a)
        {
            if (!b.TryGetValue(pair.Key, out TValue? value) || !EqualityComparer<TValue>.Default.Equals(pair.Value, value))
                return false;
        }

        return true;
    }

    private Value JoinValues(Place location, Value a, Value b, FlowState other, object point, ImmutableDictionary<Term, Interval>.Builder ranges, bool widen)
    {
        if (a is Linear first && b is Linear second)
        {
            var term = new Term(TermKind.Symbol, key: new JoinKey(point, location));
            AddRange(ranges, term, RangeOf(first), other.RangeOf(second), widen);
            return Linear.Of(term);
        }

        return a is ObjectValue or NullValue && b is ObjectValue or NullValue ? new ObjectValue(ObjectId.ForJoin(point, location)) : UnknownValue.Instance;
    }

    private static void AddRange(ImmutableDictionary<Term, Interval>.Builder ranges, Term term, Interval a, Interval b, bool widen)
    {
        Interval union = widen
            ? new Interval(b.Low < a.Low ? long.MinValue : a.Low, b.High > a.High ? long.MaxValue : a.High, a.ExcludesZero && b.ExcludesZero)
            : a.Union(b);
        if (widen && b.Low >= 0 && a.Low >= 0 && union.Low == long.MinValue)
            union = new Interval(0, union.High, union.NotZero);
        if (!union.Equals(Interval.All))
            ranges[term] = union;
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
                return new Interval(Math.Min(a.Low, b.Low), Math.Min(a.High, b.High));
            case TermKind.Maximum:
                Interval c = RangeOf(term.Left!), d = RangeOf(term.Right!);
                return new Interval(Math.Max(c.Low, d.Low), Math.Max(c.High, d.High));
            default:
                return term.IsUnsigned ? new Interval(0, long.MaxValue) : Interval.All;
        }
    }

    private FlowState With(
        ImmutableDictionary<Place, Value>? values = null,
        ImmutableDictionary<ObjectId, Nullness>? nulls = null,
        ImmutableDictionary<Term, Interval>? ranges = null,
        ImmutableDictionary<Slot, int>? slots = null,
        ImmutableStack<Continuation>? pending = null) =>
        new(values ?? _values, nulls ?? _nulls, ranges ?? _ranges, slots ?? _slots, pending ?? Pending);
}
