using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>The start of the first page where the start of the buffer is meant.</summary>
internal sealed partial class PageMathIgnoresOffset
{
    private readonly Dictionary<SyntaxNode, List<PageMathCandidate>> _bases = [];

    /// <summary>Calls that are given the start of a page, with where that comes from.</summary>
    private readonly Dictionary<SyntaxNode, SyntaxNode> _pageArguments = [];

    // The page-aligned start where the first byte of the buffer is needed.
    private void CheckBase(Linear number, in ValueUse use, FlowReporter reporter)
    {
        if (use is { Kind: UseKind.Argument, Call: { } call } && number.Find(TermKind.Base) is { Node: { } page } && !number.Contains(TermKind.Offset))
            _pageArguments[call.Node] = page;
        if (use.IsInlined || number.Summands.Length != 1 || number.Summands[0] is not { Factor: 1 } summand)
            return;
        Term term = summand.Term;
        bool isBase = term.Kind == TermKind.Base || (term.Kind == TermKind.MappedField && term.Owner is { } mapped && use.State.SlotOf(mapped, SlotKind.ReservedMapping) != 0);
        if (!isBase || term.Node is not { } origin || PageMath.IsAligned(use.State, term.Owner!))
            return;

        if (!BufferStart.IsNeededBy(use) || !reporter.Owns(use.Node))
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

    // A helper counts pages from a start that is told by itself.
    private bool IsToldByItsStart(PageMathCandidate candidate, FlowReporter reporter) =>
        _pageArguments.TryGetValue(candidate.Node, out SyntaxNode? start) && reporter.IsExplained(start);

    // A pointer to the page that the offset is added to, or a view of it that is told by itself.
    private void NoteBase(Term start)
    {
        if (start.Node is null || !_bases.TryGetValue(start.Node, out List<PageMathCandidate>? list))
            return;
        foreach (PageMathCandidate candidate in list)
            candidate.Respected = true;
    }

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

    private static Verdict OfEnd(Linear sum, Term first, FlowState state)
    {
        ObjectId mdl = first.Owner!;
        if (sum.Summands.Length != 2 || !sum.Summands.Any(s => s.Factor == 1 && s.Term.IsAtom(TermKind.Length, out ObjectId other) && other.Equals(mdl)))
            return Verdict.None;
        return PageMath.IsAligned(state, mdl) ? Verdict.Respected : Verdict.Ignored;
    }
}
