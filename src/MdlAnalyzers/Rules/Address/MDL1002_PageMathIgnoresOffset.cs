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
/// Property <c>Kind</c>: PageCount, MdlSize, FirstChunk, Tail, PfnShift, OffsetRepeated, PageCrossing, EndAddress, ZeroOffset, PageBase or PageSpan.
/// </remarks>
internal sealed class PageMathIgnoresOffset : FlowRule
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

    private const int MaxPicked = 64;

    private readonly Dictionary<SyntaxNode, PageMathCandidate> _candidates = [];
    private readonly Dictionary<SyntaxNode, List<PageMathCandidate>> _frames = [];
    private readonly Dictionary<SyntaxNode, List<PageMathCandidate>> _bases = [];
    private readonly FrameBounds _bounds = new();
    private readonly Dictionary<Term, Frame> _picked = [];
    private readonly HashSet<SyntaxNode> _offsets = [];

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
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
                case TermKind.Modulo or TermKind.Mask when made && IsPageModulus(term) && term.Left!.IsSingle(out Term whole) && whole.Kind == TermKind.Length:
                    Vote(computation, PageMath.IsAligned(computation.State, whole.Owner!) ? Verdict.Respected : Verdict.Ignored, whole, "Tail", reporter, needsUse: true);
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
        switch (use.Value)
        {
            case Linear number:
                NoteSinks(number, use);
                CheckFrameChoice(number, use, reporter);
                CheckComparison(number, use, reporter);
                CheckBase(number, use, reporter);
                CheckZeroOffset(number, use, reporter);
                break;
            case SpanValue slice when use is { Kind: UseKind.Slice, Other: SpanValue page }:
                CheckSlice(slice, page, use, reporter);
                break;
        }
    }

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        // A target of a piece of any length, made for a buffer that starts a page.
        if (call.WithEffect(Effect.PartialTarget)?.Object is { } target
            && call.State.Get(new Place(target, Effect.AllocatesMdl)) is TupleValue { Elements: [Linear { IsConstant: true, Constant: 0 }, Linear room] }
            && call.WithKind(ValueKind.TransferLength)?.Value is Linear piece
            && call.WithKind(ValueKind.MdlVirtualAddress) is { Value: var start, Node: var node }
            && (start is not Linear address || !Arithmetic.ByteOffset(address, node).IsConstantOf(0))
            && Slack(room, piece, call.State) < Arithmetic.PageMask
            && !(start is Linear { IsConstant: true }))
        {
            Add(target.Node ?? call.Node, "MdlSize", target.Node, target, reporter, call.Frame).HarmfulUse = true;
        }

        CheckInitialization(call, reporter);
    }

    // Room that the largest piece leaves; plenty if that is not known.
    private static long Slack(Linear room, Linear piece, FlowState state)
    {
        if (room.Subtract(piece) is { IsConstant: true } rest)
            return rest.Constant;
        long slack = room.IsConstant && piece.Contains(TermKind.Minimum) ? room.Constant - state.RangeOf(piece).High : long.MaxValue;
        return slack >= 0 ? slack : long.MaxValue;
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (KeyValuePair<Term, Frame> picked in _picked)
        {
            Term frame = picked.Key;
            if (_bounds.CauseOf(frame) is { } cause && reporter.Owns(cause))
                Add(cause, "FrameIndex", frame.Origin, frame.Owner, reporter, picked.Value).HarmfulUse = true;
        }

        var told = new HashSet<(SyntaxNode Statement, ObjectId? Mdl)>();
        foreach (PageMathCandidate candidate in _candidates.Values.Where(static c => c.IsDefect).OrderBy(static c => c.Node.SpanStart).ThenByDescending(static c => c.Node.Span.Length))
        {
            if (candidate.Kind == "ZeroOffset" && _offsets.Contains(candidate.Node))
                continue;
            if ((candidate.Cause is { } cause && reporter.IsExplained(cause)) || !told.Add((SourceText.StatementOf(candidate.Node), candidate.Mdl)))
                continue;
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

    private static bool IsPageModulus(Term term) => term.Kind == TermKind.Modulo ? PageMath.IsPageSize(term.Right!) : term.Right!.IsConstantOf(Arithmetic.PageMask) && !Nouns.IsForeignUnit(term.Right.Label);

    private static Verdict OfEnd(Linear sum, Term first, FlowState state)
    {
        ObjectId mdl = first.Owner!;
        if (sum.Summands.Length != 2 || !sum.Summands.Any(s => s.Factor == 1 && s.Term.IsAtom(TermKind.Length, out ObjectId other) && other.Equals(mdl)))
            return Verdict.None;
        return PageMath.IsAligned(state, mdl) ? Verdict.Respected : Verdict.Ignored;
    }

    private void Vote(in Computation computation, Verdict verdict, Term? term, string kind, FlowReporter reporter, bool needsUse = false)
    {
        if (verdict == Verdict.None || !IsOwn(computation.Frame, term, reporter))
            return;
        PageMathCandidate candidate = Add(computation.Frame.Visible(computation.Node), kind, term?.Origin, term?.Owner, reporter, computation.Frame, verdict, needsUse);
        // What a callee computes is known by its own expression, too, when the value comes back.
        if (computation.Frame.IsInlined)
            _candidates[computation.Node] = candidate;
    }

    private void VoteFrame(in Computation computation, Term frame, FlowReporter reporter)
    {
        if (frame.Node is null || !IsOwn(computation.Frame, frame, reporter))
            return;
        bool respected = computation.Result.Contains(TermKind.Offset) || PageMath.IsAligned(computation.State, frame.Owner!);
        bool isShift = computation.Operation.Syntax is BinaryExpressionSyntax { RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.LeftShiftExpression or (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.MultiplyExpression } or AssignmentExpressionSyntax;
        if (!respected && (!isShift || computation.State.RangeOf(frame.Left!).Low > 0))
            return;
        if (!isShift)
        {
            NoteFrame(frame, Verdict.Respected);
            // Every page after the first starts at its beginning.
            if (computation.State.RangeOf(frame.Left!).Low > 0 && computation.Result.FactorOf(new Term(TermKind.Offset, owner: frame.Owner)) == 1 && !computation.State.RangeOf(frame.Left!).Equals(Interval.All))
                Add(computation.Frame.Visible(computation.Node), "OffsetRepeated", frame.Origin, frame.Owner, reporter, computation.Frame).HarmfulUse = true;
            return;
        }

        PageMathCandidate candidate = Add(computation.Frame.Visible(computation.Node), "PfnShift", frame.Origin, frame.Owner, reporter, computation.Frame, respected ? Verdict.Respected : Verdict.Ignored);
        if (!_frames.TryGetValue(frame.Node, out List<PageMathCandidate>? list))
            _frames.Add(frame.Node, list = []);
        if (!list.Contains(candidate))
            list.Add(candidate);
    }

    private void NoteFrame(Term frame, Verdict verdict)
    {
        if (frame.Node is null || !_frames.TryGetValue(frame.Node, out List<PageMathCandidate>? list))
            return;
        foreach (PageMathCandidate candidate in list)
            candidate.Respected |= verdict == Verdict.Respected;
    }

    // Inside a callee only what the analyzed body handed to it counts.
    private static bool IsOwn(Frame frame, Term? term, FlowReporter reporter) =>
        !frame.IsInlined || (term?.Origin is { } origin && reporter.Owns(origin));

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
            Note(found, term.Kind is TermKind.Divide && PageMath.HasSlack(number, term) || IsSlackLimit(number, term, use) ? Sink.Harmless : NamesTail(found, use) ? Sink.Harmful : sink);
        foreach (Summand inner in term.Left!.Summands)
            NoteSink(term.Left, inner, sink, use);
        foreach (Summand inner in term.Right!.Summands)
            NoteSink(term.Right, inner, sink, use);
    }

    // "length / page + 1 >= limit": a page of slack against a limit.
    private static bool IsSlackLimit(Linear number, Term division, in ValueUse use) =>
        use.Kind == UseKind.Comparison && number.FactorOf(division) == 1 && number.Constant >= 1;

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
        if (!PageComparison.IsRelational(operation) || PageComparison.IsLimitCheck(operation.Syntax, isManyPages: !PageMath.IsPageSize(bound)) || !IsOwn(use.Frame, length, reporter))
            return;
        bool ignored = IsPageBound(bound) && number.IsSingle(out _) && !PageMath.IsAligned(use.State, length.Owner!) && use.State.RangeOf(length).High > 0;
        Add(use.Frame.Visible(operation.Syntax), "PageCrossing", length.Node, length.Owner, reporter, use.Frame, ignored ? Verdict.Ignored : Verdict.Respected);
    }

    private static bool IsPageBound(Linear bound) =>
        bound.IsConstant && (PageMath.IsPageSize(bound) || (bound.Constant > 0 && bound.Constant % Arithmetic.PageSize == 0 && bound.Label?.IndexOf("PAGE_SIZE", StringComparison.OrdinalIgnoreCase) >= 0));

    // The page-aligned start where the first byte of the buffer is needed.
    private void CheckBase(Linear number, in ValueUse use, FlowReporter reporter)
    {
        if (use.IsInlined || number.Summands.Length != 1 || number.Summands[0] is not { Factor: 1 } summand)
            return;
        Term term = summand.Term;
        bool isBase = term.Kind == TermKind.Base || (term.Kind == TermKind.MappedField && term.Owner is { } mapped && use.State.SlotOf(mapped, SlotKind.ReservedMapping) != 0);
        if (!isBase || term.Node is not { } origin || PageMath.IsAligned(use.State, term.Owner!))
            return;

        bool needsStart = use.Expected is ValueKind.MdlVirtualAddress or ValueKind.BufferAddress or ValueKind.MemoryAddress
            || use.Kind == UseKind.PointerConversion
            || (use.Expected == ValueKind.None && use.Kind is UseKind.Local or UseKind.Member && Nouns.HasWord(use.Name, "data", "buffer", "payload", "source", "src", "destination", "dest", "dst") && Nouns.HeadOf(use.Name) == Noun.Place && !Nouns.HasWord(use.Name, "base", "page"));
        if (!needsStart || !reporter.Owns(use.Node))
            return;
        PageMathCandidate candidate = Add(use.Node.Span.Contains(origin.Span) ? origin : use.Node, "PageBase", origin, term.Owner, reporter, use.Frame);
        candidate.HarmfulUse = true;
        if (use.Kind is UseKind.PointerConversion or UseKind.Local or UseKind.Member)
        {
            if (!_bases.TryGetValue(origin, out List<PageMathCandidate>? list))
                _bases.Add(origin, list = []);
            list.Add(candidate);
        }
    }

    // A pointer to the page that the offset is added to, or a view of it that is told by itself.
    private void NoteBase(Term start)
    {
        if (start.Node is null || !_bases.TryGetValue(start.Node, out List<PageMathCandidate>? list))
            return;
        foreach (PageMathCandidate candidate in list)
            candidate.Respected = true;
    }

    // Frames picked by a position in the buffer, or up to a number of pages of the request's length.
    private void CheckFrameChoice(Linear number, in ValueUse use, FlowReporter reporter)
    {
        if (use.Kind == UseKind.Comparison && use.Other is Linear bound)
            _bounds.Note(number, bound);
        foreach (Summand summand in number.Summands)
        {
            if (summand.Term is { Kind: TermKind.PageFrame } frame && use.Kind != UseKind.Comparison && !use.IsInlined && !PageMath.IsAligned(use.State, frame.Owner!) && _picked.Count < MaxPicked)
                _picked[frame] = use.Frame;
            // Pages of a mapping, counted from the first byte, are pieces of a page's size.
            if (summand.Factor == Arithmetic.PageSize && number.Contains(TermKind.SystemBase) && _bounds.PagesOf(summand.Term) is { } pieces && _candidates.TryGetValue(pieces, out PageMathCandidate? counted))
                counted.Respected = true;
        }

        if (use.Expected is ValueKind.MapRegisterCount or ValueKind.PageCount && FrameBounds.RequestPages(number) is { Node: { } pages } && reporter.Owns(pages))
            Add(pages, "PageCount", null, null, reporter, use.Frame).HarmfulUse = true;
    }

    // "offset: 0" next to the first page frame.
    private void CheckZeroOffset(Linear number, in ValueUse use, FlowReporter reporter)
    {
        // A variable that holds the offset for the first page and zero for the others.
        if (use.Kind is UseKind.Argument or UseKind.Member && number.Contains(TermKind.Offset))
            _offsets.Add(use.Frame.Visible(use.Node));
        if (!number.IsConstantOf(0) && FirstFrameOf(number, use.State) is null)
            return;
        if (use.Kind == UseKind.Argument && number.IsConstant && Nouns.HeadOf(use.Name) == Noun.Offset && use.Expected == ValueKind.None && use.Call is { } call)
        {
            foreach (CallArgument argument in call.Arguments)
            {
                if (argument.Value is Linear other && FirstFrameOf(other, use.State) is { } frame)
                    AddZero(use.Node, frame, use, reporter);
            }
        }
        else if (use.Kind == UseKind.Member && use.Receiver is { } receiver)
        {
            foreach (KeyValuePair<Place, Value> pair in use.State.Values)
            {
                if (!receiver.Equals(pair.Key.Owner) || pair.Key.Key is not ISymbol member || pair.Value is not Linear other)
                    continue;
                if (number.IsConstant && Nouns.HeadOf(use.Name) == Noun.Offset && FirstFrameOf(other, use.State) is { } frame)
                    AddZero(use.Node, frame, use, reporter);
                else if (other.IsConstantOf(0) && Nouns.HeadOf(member.Name) == Noun.Offset && FirstFrameOf(number, use.State) is { } own)
                    AddZero(use.Node, own, use, reporter);
            }
        }
    }

    private void AddZero(SyntaxNode node, Term frame, in ValueUse use, FlowReporter reporter)
    {
        if (IsOwn(use.Frame, frame, reporter) && !PageMath.IsAligned(use.State, frame.Owner!))
            Add(use.Frame.Visible(node), "ZeroOffset", frame.Origin, frame.Owner, reporter, use.Frame).HarmfulUse = true;
    }

    private static Term? FirstFrameOf(Linear number, FlowState state) =>
        number.Summands.Length == 1 && number.Summands[0].Term is { Kind: TermKind.PageFrame } frame && state.RangeOf(frame.Left!) is { Low: <= 0, High: >= 0 } index
            && (frame.Left!.IsConstant || index.Low == 0)
            ? frame
            : null;

    private void CheckSlice(SpanValue slice, SpanValue page, in ValueUse use, FlowReporter reporter)
    {
        if (slice.Address.Contains(TermKind.Offset))
        {
            foreach (Summand summand in slice.Address.Summands)
                NoteBase(summand.Term);
        }

        if (use.IsInlined || !page.Length.IsConstant || page.Length.Constant % Arithmetic.PageSize != 0 || !slice.Address.Equals(page.Address) || page.Address.Contains(TermKind.Offset))
            return;
        foreach (Summand summand in page.Address.Summands)
            NoteBase(summand.Term);
        if (slice.Length.IsSingle(out Term length) && length.Kind == TermKind.Length && !PageMath.IsAligned(use.State, length.Owner!))
            Add(use.Node, "PageSpan", length.Node, length.Owner, reporter, use.Frame).HarmfulUse = true;
    }

    // MmInitializeMdl(mdl, 0, length).
    private void CheckInitialization(CallEvent call, FlowReporter reporter)
    {
        if (call.WithEffect(Effect.InitializesMdl) is null || call.WithKind(ValueKind.BufferAddress) is not { Value: Linear { IsConstant: true, Constant: 0 } })
            return;
        if (call.WithKind(ValueKind.Length)?.Value is Linear number && number.IsSinglePlusConstant(out Term length, out long extra) && length.Kind == TermKind.Length && extra < Arithmetic.PageMask
            && !PageMath.IsAligned(call.State, length.Owner!))
        {
            Add(call.Frame.Visible(call.Node), "MdlSize", length.Node, length.Owner, reporter, call.Frame).HarmfulUse = true;
        }
    }
}
