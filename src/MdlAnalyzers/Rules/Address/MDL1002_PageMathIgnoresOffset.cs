using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1002: page arithmetic that assumes that the buffer of an MDL starts on a page boundary.</summary>
/// <remarks>
/// Location: the page arithmetic (division, shift, comparison, call, or the constant that stands for the offset). Additional location: the accessor.
/// Property <c>Kind</c>: PageCount, MdlSize, FirstChunk, Tail, PfnShift, OffsetRepeated, PageCrossing, EndAddress, ZeroOffset, FrameIndex, PageBase, PageSpan or Capacity.
/// The other files of this class hold what it looks for: frames, starts of the buffer, and sizes of MDLs.
/// </remarks>
internal sealed partial class PageMathIgnoresOffset : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1002",
        title: "Page arithmetic ignores the byte offset",
        messageFormat: "'{0}' {1}; the buffer of '{2}' starts at its byte offset in the first page",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The buffer of an MDL starts at its byte offset inside the first page. Page counts, first and last pieces, page frame addresses and MDL sizes have to include that offset: use ADDRESS_AND_SIZE_TO_SPAN_PAGES for the number of pages and add MmGetMdlByteOffset to the address of the first frame.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1002.md");

    private readonly Dictionary<SyntaxNode, PageMathCandidate> _candidates = [];
    private readonly HashSet<ObjectId> _tailsWithOffset = [];

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        if (computation.Result.Find(TermKind.Minimum) is { } least && least.Node == computation.Node)
        {
            foreach (Value operand in computation.Operands)
                NoteRoomTest(operand);
        }

        foreach (Summand summand in computation.Result.Summands)
        {
            Term term = summand.Term;
            bool made = term.Node == computation.Node;
            switch (term.Kind)
            {
                case TermKind.Divide or TermKind.RealDivide when made:
                    Vote(computation, PageMath.OfDivision(term, computation.State, out Term? length), length, summand.Factor == 1 ? "PageCount" : "MdlSize", reporter);
                    break;
                case TermKind.Minimum when made:
                    Vote(computation, OfFirstChunk(term, computation.State, out Term? chunk), chunk, "FirstChunk", reporter);
                    break;
                case TermKind.Modulo or TermKind.Mask when made && IsTail(term, out Term whole):
                    Vote(computation, PageMath.IsAligned(computation.State, whole.Owner!) ? Verdict.Respected : Verdict.Ignored, whole, "Tail", reporter, needsUse: true);
                    break;
                case TermKind.Modulo or TermKind.Mask when summand.Factor == 1 && IsTail(term, out Term tail) && computation.Result.FactorOf(new Term(TermKind.Offset, owner: tail.Owner)) == 1:
                    // Whole pages, and then "offset + rest" rounded up, arrive at the span.
                    _tailsWithOffset.Add(tail.Owner!);
                    break;
                case TermKind.PageFrame when summand.Factor == Arithmetic.PageSize:
                    VoteFrame(computation, term, reporter);
                    break;
                case TermKind.Base or TermKind.SystemBase or TermKind.MappedField when summand.Factor == 1 && computation.Result.Contains(TermKind.Offset):
                    NoteBase(term);
                    break;
                case TermKind.Base when summand.Factor == 1:
                    Vote(computation, OfEnd(computation.Result, term, computation.State), term, "EndAddress", reporter);
                    break;
            }
        }
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        CheckFill(use, reporter);
        if (use.Kind == UseKind.Comparison)
            NoteRoomTest(use.Value);
        switch (use.Value)
        {
            case Linear number:
                NoteSinks(number, use);
                CheckFrameChoice(number, use, reporter);
                CheckComparison(number, use, reporter);
                CheckBase(number, use, reporter);
                CheckZeroOffset(number, use, reporter);
                break;
            case ObjectValue run:
                CheckUnsetOffset(run.Id, use, reporter);
                break;
            case SpanValue slice when use is { Kind: UseKind.Slice, Other: SpanValue page }:
                CheckSlice(slice, page, use, reporter);
                break;
        }
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (KeyValuePair<Term, Frame> picked in _picked)
        {
            Term frame = picked.Key;
            if (_bounds.CauseOf(frame) is { } cause && reporter.Owns(cause))
                Add(cause, "FrameIndex", frame.Origin, frame.Owner, reporter, picked.Value).HarmfulUse = true;
        }

        ReportFills(reporter);
        var told = new HashSet<(SyntaxNode Statement, ObjectId? Mdl)>();
        foreach (PageMathCandidate candidate in _candidates.Values.Where(static c => c.IsDefect).OrderBy(static c => c.Node.SpanStart).ThenByDescending(static c => c.Node.Span.Length))
        {
            if ((candidate.Kind == "ZeroOffset" && _offsets.Contains(candidate.Node)) || IsToldByItsStart(candidate, reporter))
                continue;
            if ((candidate.Kind == "Tail" || candidate.CountsWholePages) && candidate.Mdl is { } divided && _tailsWithOffset.Contains(divided))
                continue;
            if ((candidate.Cause is { } cause && reporter.IsExplained(cause)) || !told.Add((SourceText.StatementOf(candidate.Node), candidate.Mdl)))
                continue;
            // What is told where the address comes from holds for everything that it is kept in.
            if (candidate is { Kind: "PageBase", Cause: { } start } && candidate.Node == start)
                reporter.Explain(start);
            reporter.Report(
                Descriptor,
                candidate.Node,
                candidate.Cause,
                ImmutableDictionary<string, string?>.Empty.Add("Kind", candidate.Kind),
                SourceText.Of(candidate.Node),
                Explain(candidate.Kind),
                candidate.Mdl is { } mdl ? SourceText.Of(mdl) : "the MDL");
        }
    }

    private static string Explain(string kind) => kind switch
    {
        "PageCount" => "counts pages from the byte count alone",
        "MdlSize" => "sizes an MDL from the length alone",
        "FirstChunk" => "takes a whole page as the first piece",
        "Tail" => "takes the last piece from the byte count alone",
        "PfnShift" => "is the address of a page, not of the data in it",
        "OffsetRepeated" => "adds the offset to a page after the first",
        "PageCrossing" => "compares the byte count alone with the page size",
        "EndAddress" => "adds the length to the start of the first page",
        "ZeroOffset" => "starts at the beginning of the page",
        "FrameIndex" => "finds the page by the length or the position in the buffer alone",
        "Capacity" => "has an entry too few",
        "PageSpan" => "takes the data from the beginning of the page",
        _ => "is the start of the first page",
    };

    // A whole page as the first piece.
    private static Verdict OfFirstChunk(Term minimum, FlowState state, out Term? length)
    {
        length = null;
        Linear other = minimum.Left!;
        if (!PageMath.IsPageSize(minimum.Right!))
        {
            other = minimum.Right!;
            if (!PageMath.IsPageSize(minimum.Left!))
                return Verdict.None;
        }

        if (other.Find(TermKind.Length) is not { } term)
            return Verdict.Respected;
        length = term;
        return other.IsSingle(out _) && !PageMath.IsAligned(state, term.Owner!) && state.RangeOf(term).High > 0 ? Verdict.Ignored : Verdict.Respected;
    }

    private static bool IsTail(Term term, out Term length)
    {
        length = null!;
        return IsPageModulus(term) && term.Left!.IsSingle(out length) && length.Kind == TermKind.Length;
    }

    private static bool IsPageModulus(Term term) => term.Kind == TermKind.Modulo ? PageMath.IsPageSize(term.Right!) : term.Right!.IsConstantOf(Arithmetic.PageMask) && !Nouns.IsForeignUnit(term.Right.Label);

    private void Vote(in Computation computation, Verdict verdict, Term? term, string kind, FlowReporter reporter, bool needsUse = false)
    {
        if (verdict == Verdict.None || !IsOwn(computation.Frame, term, computation.State, reporter))
            return;
        PageMathCandidate candidate = Add(computation.Frame.Visible(computation.Node), kind, term?.Origin, term?.Owner, reporter, computation.Frame, verdict, needsUse);
        candidate.CountsWholePages |= verdict == Verdict.Ignored && computation.Result.Find(TermKind.Divide) is { } quotient && quotient.Node == computation.Node && quotient.Left!.IsSingle(out Term whole) && whole.Kind == TermKind.Length;
        // What a callee computes is known by its own expression, too, when the value comes back.
        if (computation.Frame.IsInlined)
            _candidates[computation.Node] = candidate;
    }

    // Inside a callee only what the analyzed body handed to it counts.
    private static bool IsOwn(Frame frame, Term? term, FlowState state, FlowReporter reporter) =>
        term is null ? !frame.IsInlined : Origin.IsInBody(term, term.Origin, frame, state, reporter);

    private PageMathCandidate Add(SyntaxNode node, string kind, SyntaxNode? cause, ObjectId? mdl, FlowReporter reporter, Frame frame, Verdict verdict = Verdict.Ignored, bool needsUse = false)
    {
        if (!_candidates.TryGetValue(node, out PageMathCandidate? candidate))
            _candidates.Add(node, candidate = new PageMathCandidate(node, kind) { NeedsUse = needsUse });
        candidate.Ignored |= verdict == Verdict.Ignored;
        candidate.Respected |= verdict == Verdict.Respected;
        candidate.Cause ??= cause is not null && reporter.Owns(cause) ? cause : null;
        candidate.Mdl ??= mdl;
        return candidate;
    }

    private void NoteSinks(Linear number, in ValueUse use)
    {
        if (number.IsConstant || (_candidates.Count == 0 && _frames.Count == 0))
            return;
        Sink sink = PageMathSinks.Classify(use);
        foreach (Summand summand in number.Summands)
            NoteSink(number, summand, sink, use);
    }

    private void NoteSink(Linear number, Summand summand, Sink sink, in ValueUse use)
    {
        Term term = summand.Term;
        if (term.Kind == TermKind.PageFrame)
        {
            if (summand.Factor == Arithmetic.PageSize && term.Node is not null && _frames.TryGetValue(term.Node, out List<PageMathCandidate>? list))
            {
                bool completed = number.Summands.Length > 1;
                foreach (PageMathCandidate candidate in list)
                {
                    candidate.Respected |= number.Contains(TermKind.Offset);
                    Note(candidate, completed && !number.Contains(TermKind.Offset) ? Sink.Harmless : use.Kind == UseKind.Comparison ? Sink.Harmless : sink);
                }
            }

            return;
        }

        if (!term.IsOperation)
            return;
        if (term.Node is not null && _candidates.TryGetValue(term.Node, out PageMathCandidate? found))
        {
            found.Respected |= IsBufferSize(found, use);
            Note(found, term.Kind is TermKind.Divide && PageMath.HasSlack(number, term) || IsSlackLimit(number, term, use) || IsRoundedDown(found, summand) ? Sink.Harmless : NamesTail(found, use) ? Sink.Harmful : sink);
        }

        foreach (Summand inner in term.Left!.Summands)
            NoteSink(term.Left, inner, sink, use);
        foreach (Summand inner in term.Right!.Summands)
            NoteSink(term.Right, inner, sink, use);
    }

    // "length / page * page": bytes again, of which there are enough wherever they start.
    private static bool IsRoundedDown(PageMathCandidate division, Summand summand) => division.CountsWholePages && Math.Abs(summand.Factor) == Arithmetic.PageSize;

    // "length / page + 1 >= limit": a page of slack against a limit.
    private static bool IsSlackLimit(Linear number, Term division, in ValueUse use) =>
        use.Kind == UseKind.Comparison && number.FactorOf(division) == 1 && number.Constant >= 1;

    // "new byte[Math.Min(length, PAGE_SIZE)]": data goes through a buffer of the driver's own, wherever the other one starts.
    private static bool IsBufferSize(PageMathCandidate candidate, in ValueUse use) => candidate.Kind == "FirstChunk" && use.Kind == UseKind.ArraySize;

    private static bool NamesTail(PageMathCandidate candidate, in ValueUse use) =>
        candidate.Kind == "Tail" && use.Kind == UseKind.Local && Nouns.HasWord(use.Name, "tail", "last", "rest", "remainder", "partial", "trailing");

    private static void Note(PageMathCandidate candidate, Sink sink)
    {
        candidate.HarmfulUse |= sink == Sink.Harmful;
        candidate.HarmlessUse |= sink == Sink.Harmless;
    }

    private void CheckComparison(Linear number, in ValueUse use, FlowReporter reporter)
    {
        if (use.Kind != UseKind.Comparison || use.Other is not Linear bound || use.Operation is not { } operation || number.Find(TermKind.Length) is not { Node: not null } length)
            return;
        bool onePage = PageComparison.IsOnePage(number, bound, operation, use.Node);
        if (!PageComparison.IsRelational(operation) || PageComparison.IsLimitCheck(operation.Syntax, isManyPages: !onePage) || !IsOwn(use.Frame, length, use.State, reporter))
            return;
        bool ignored = (onePage || (number.IsSingle(out _) && IsPageBound(bound))) && !PageMath.IsAligned(use.State, length.Owner!) && use.State.RangeOf(length).High > 0;
        Add(use.Frame.Visible(operation.Syntax), "PageCrossing", length.Node, length.Owner, reporter, use.Frame, ignored ? Verdict.Ignored : Verdict.Respected);
    }

    private static bool IsPageBound(Linear bound) =>
        bound.IsConstant && bound.Constant > 0 && bound.Constant % Arithmetic.PageSize == 0 && bound.Label?.IndexOf("PAGE_SIZE", StringComparison.OrdinalIgnoreCase) >= 0;
}
