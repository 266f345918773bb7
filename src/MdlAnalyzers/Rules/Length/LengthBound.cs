using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Length;

/// <summary>Where the end of an access to the buffer of an MDL comes from, if it is neither the byte count of the MDL nor compared with it.</summary>
internal readonly struct LengthBound
{
    private const int MaxAlternatives = 16;

    // No test of lengths is meant to leave that much.
    private const long Far = 1L << 31;

    // Lengths that are rounded up to words usually are words.
    private const long Word = 8;

    private LengthBound(Term term, DiagnosticSeverity severity, string name)
    {
        Term = term;
        Severity = severity;
        Name = name;
    }

    public Term Term { get; }

    public DiagnosticSeverity Severity { get; }

    public string Name { get; }

    /// <summary>Whether the length of the buffer itself is what is exceeded.</summary>
    public bool IsOfOwnLength { get; private init; }

    /// <summary>The bound of an access that ends <paramref name="end"/> bytes behind the start of the buffer; null if nothing is wrong with it or nothing is known.</summary>
    public static LengthBound? Of(Linear end, ObjectId mdl, FlowState state, Frame frame)
    {
        if (state.SlotOf(mdl, SlotKind.Consulted) != 0 || state.SlotOf(mdl, SlotKind.Advanced) != 0 || mdl.Kind == ObjectOrigin.Join)
            return null;

        LengthBound? least = null;
        foreach (Linear alternative in Alternatives(end))
        {
            // The smallest of several limits counts.
            if (Judge(alternative, mdl, state, frame) is not { } bound)
                return null;
            least ??= bound;
        }

        return least;
    }

    private static LengthBound? Judge(Linear end, ObjectId mdl, FlowState state, Frame frame)
    {
        var own = new OwnLength(mdl, state);
        if (end.IsConstant)
            return own.IsShorterThan(end.Constant, frame) ? new(own.Term, DiagnosticSeverity.Warning, "a fixed size") { IsOfOwnLength = true } : null;
        if (own.IsExceededBy(end) || own.IsExceededBy(Limits(end, state)))
            return new(own.Term, DiagnosticSeverity.Warning, "more than the byte count") { IsOfOwnLength = true };
        if (own.IsExceededByLarger(end) && !IsReconciled(end, mdl, state))
            return new(own.Term, DiagnosticSeverity.Warning, "the larger of two lengths") { IsOfOwnLength = true };
        if (IsReconciled(end, mdl, state) || end.Summands.Any(s => IsByteCount(s.Term, mdl)))
            return null;
        if (Source(end, mdl, state) is { } direct)
            return direct;
        foreach (Linear limit in Limits(end, state))
        {
            if (!IsReconciled(limit, mdl, state) && !limit.Summands.Any(s => IsByteCount(s.Term, mdl)) && Source(limit, mdl, state) is { } bound)
                return bound;
        }

        return null;
    }

    // A sum without its minima: each of them is at most either operand. None if there are too many to look at.
    private static List<Linear> Alternatives(Linear end)
    {
        if (DeepestMinimum(end) is null)
            return [end];
        var open = new Stack<Linear>([end]);
        var sums = new List<Linear>();
        for (int taken = 0; open.Count > 0; taken++)
        {
            if (taken > MaxAlternatives)
                return [];
            Linear sum = open.Pop();
            if (DeepestMinimum(sum) is not { } minimum)
            {
                sums.Add(sum);
                continue;
            }

            foreach (Linear operand in new[] { minimum.Left!, minimum.Right! })
            {
                if (sum.Without(minimum).Add(operand) is not { } smaller)
                    return [];
                open.Push(smaller);
            }
        }

        return sums;
    }

    // The one that may hold another one, with which it cancels out: "done + Math.Min(length - done, count)".
    private static Term? DeepestMinimum(Linear sum)
    {
        Term? deepest = null;
        foreach (Summand summand in sum.Summands)
        {
            if (summand is { Factor: 1, Term: { Kind: TermKind.Minimum } minimum } && minimum.Depth > (deepest?.Depth ?? 0))
                deepest = minimum;
        }

        return deepest;
    }

    // What a test said an index is below of.
    private static IEnumerable<Linear> Limits(Linear end, FlowState state)
    {
        foreach (KeyValuePair<Linear, Interval> relation in state.Sums)
        {
            foreach (Summand summand in end.Summands)
            {
                long factor = summand.Factor > 0 && summand.Term.Kind == TermKind.Symbol ? relation.Key.FactorOf(summand.Term) : 0;
                long bound = factor > 0 ? relation.Value.High : relation.Value.Low;
                Linear? limit = factor is 1 or -1 && bound is > -Far and < Far
                    ? end.Subtract(relation.Key.Scale(factor * summand.Factor))?.AddConstant(factor * summand.Factor * bound)
                    : null;
                if (limit is not null)
                    yield return limit;
            }
        }
    }

    // Whether a length of the buffer takes part in the bound, or was compared with a part of it.
    private static bool IsReconciled(Linear end, ObjectId mdl, FlowState state)
    {
        if (state.RangeOf(end).High <= state.RangeOf(new Term(TermKind.Length, owner: mdl)).Low)
            return true;
        foreach (KeyValuePair<Linear, Interval> relation in state.Sums)
        {
            if (relation.Key.Summands.Any(static s => IsUnknown(s.Term)) && relation.Key.Summands.Any(s => IsForeign(s.Term) && end.Mentions(s.Term) && (s.Factor > 0 ? relation.Value.High < Far : relation.Value.Low > -Far)))
                return true;
            foreach (Summand length in relation.Key.Summands)
            {
                // The length of the request bounds what comes from elsewhere; how far that length reaches is another question.
                if (!IsByteCount(length.Term, mdl) && !(OwnLength.IsOfRequest(length.Term, mdl) && end.Summands.Any(static e => IsForeign(e.Term))))
                    continue;
                bool isUpperBound = length.Factor < 0 ? relation.Value.High < Far : relation.Value.Low > -Far;
                if (isUpperBound && relation.Key.Summands.Any(s => !s.Term.Equals(length.Term) && s.Factor > 0 != length.Factor > 0 && end.Summands.Any(e => e.Term.Contains(s.Term) || s.Term.Contains(e.Term))))
                    return true;
            }
        }

        return state.Get(new Place(mdl, Effect.AllocatesMdl)) is TupleValue { Elements: [_, Linear described] }
            && described.Summands.Any(d => end.Summands.Any(e => e.Term.Contains(d.Term) || d.Term.Contains(e.Term) || IsSameRequest(d.Term, e.Term)));
    }

    private static bool IsForeign(Term term) => term.Kind is TermKind.Loaded or TermKind.Length || term.Quantity == ValueKind.InputLength;

    // A variable that may hold what is left of the buffer.
    private static bool IsUnknown(Term term) => term is { Kind: TermKind.Symbol, Quantity: not ValueKind.InputLength };

    private static bool IsByteCount(Term term, ObjectId mdl) =>
        (term.Kind == TermKind.Length && OwnLength.IsSame(term.Owner, mdl))
        || term.Left?.Summands.Any(s => IsByteCount(s.Term, mdl)) == true || term.Right?.Summands.Any(s => IsByteCount(s.Term, mdl)) == true;

    private static bool IsSameRequest(Term a, Term b) =>
        (a.Kind == TermKind.Length && a.Owner is { } first && OwnLength.IsOfRequest(b, first)) || (b.Kind == TermKind.Length && b.Owner is { } second && OwnLength.IsOfRequest(a, second));

    private static LengthBound? Source(Linear end, ObjectId mdl, FlowState state)
    {
        foreach (Summand summand in end.Summands)
        {
            if (summand.Factor > 0 && Source(summand.Term, end, mdl, state) is { } bound)
                return bound;
        }

        return null;
    }

    private static LengthBound? Source(Term term, Linear end, ObjectId mdl, FlowState state)
    {
        bool isPartial = state.SlotOf(mdl, SlotKind.Partial) != 0;
        switch (term.Kind)
        {
            case TermKind.Loaded when state.RangeOf(term).High >= uint.MaxValue:
                return new(term, DiagnosticSeverity.Warning, term.Owner is null ? "a value that was read from a device" : "a length that was read from a buffer");
            case TermKind.Length when term.Owner is { Kind: not ObjectOrigin.Join } other && !isPartial && state.SlotOf(other, SlotKind.Partial) == 0:
                // Who keeps two MDLs may have made them of one size.
                return new(term, IsKept(mdl) || IsKept(other) ? DiagnosticSeverity.Info : DiagnosticSeverity.Warning, $"the byte count of '{SourceText.Of(other)}'");
            case TermKind.Symbol when term.Quantity == ValueKind.InputLength && mdl.IsRequestMdl && state.RangeOf(term).High >= uint.MaxValue:
                return new(term, DiagnosticSeverity.Warning, "the input length of the request");
            case TermKind.RequestLength when OwnLength.IsOfRequest(term, mdl) ? IsExceeded(end, term, state) : !isPartial && state.RangeOf(term).High >= uint.MaxValue && IsOtherBuffer(mdl, state):
                return new(term, DiagnosticSeverity.Warning, "the length of the request");
            case TermKind.PageAlign or TermKind.Multiply or TermKind.Maximum or TermKind.Divide when term.Left is { } operand:
                // What is below the length of the request is fine; the others are unbounded in every form.
                return Source(operand, mdl, state) is { Severity: DiagnosticSeverity.Warning } part && (part.Term.Kind != TermKind.RequestLength || term.Kind != TermKind.Divide || IsRoundedUp(term, part.Term, end, state)) ? part : null;
            default:
                return null;
        }
    }

    // "(length + 511) / 512 * 512", and nothing was found out about the rest of the division.
    private static bool IsRoundedUp(Term quotient, Term length, Linear end, FlowState state) =>
        quotient is { Left: { Constant: > 0 } dividend, Right: { IsConstant: true, Constant: > Word and var divisor } } && dividend.FactorOf(length) == 1
        && end.FactorOf(quotient) >= divisor && !state.Ranges.Any(r => r.Key.IsOperation && r.Key.Contains(length));

    // Whether an access goes beyond the length of the request that the MDL came with.
    private static bool IsExceeded(Linear end, Term length, FlowState state)
    {
        Interval excess = state.RangeOf(end.Without(length));
        return end.FactorOf(length) != 1 || (excess.Low >= 0 && excess.High > 0);
    }

    private static bool IsKept(ObjectId mdl) => mdl is { Kind: ObjectOrigin.Member, Symbol: IFieldSymbol or IPropertySymbol, IsRequestMdl: false };

    // An MDL that is certainly not the one that the request came with.
    private static bool IsOtherBuffer(ObjectId mdl, FlowState state) =>
        mdl.IsRequestMdl || mdl is { Kind: ObjectOrigin.Member, Symbol.Name: "Next" } || state.Get(new Place(mdl, Effect.AllocatesMdl)) is not null;
}
