using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1003: a position is counted from the start of the first page instead of from the first byte of the buffer.</summary>
/// <remarks>
/// Location: the address that is used. Additional location: the accessor that its page came from.
/// MDL1001 and MDL1002 tell the plain page base at the place that uses it; this rule tells what is derived from it or handed to a helper, and the page of a mapped address.
/// </remarks>
internal sealed class PageBaseUsedAsBufferStart : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1003",
        title: "Page base used as the start of the buffer",
        messageFormat: "'{0}' counts from the start of the first page of '{1}', but its buffer starts at the byte offset in that page",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "MmGetMdlBaseVa, PAGE_ALIGN and the MappedSystemVa field of a reserved mapping yield the address of the first page. The first byte of the buffer lies at the byte offset in that page: count positions from MmGetMdlVirtualAddress, or from the address that the mapping routine returned.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1003.md");

    private static readonly string[] _progress = ["done", "transferred", "completed", "consumed", "processed", "sent", "copied", "moved"];

    private readonly List<(SyntaxNode Node, Term Start, Linear Address)> _uses = [];
    private readonly HashSet<SyntaxNode> _pages = [];
    private readonly HashSet<Term> _positions = [];

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        Linear result = computation.Result;
        if (result.Contains(TermKind.Offset) || IsNextPage(result))
            MarkAsPage(result);
        if (IsLength(result))
            NotePositions(result, factor: -1);
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use is { Kind: UseKind.Slice, Value: SpanValue slice, Other: SpanValue page } && (slice.Address.Contains(TermKind.Offset) || IsWholePages(page.Length)))
            MarkAsPage(page.Address);
        if (use.Value is not Linear number)
            return;
        if (use.Kind == UseKind.Comparison && use.Other is Linear bound && IsLength(bound))
            NotePositions(number, factor: 1);
        if (!BufferStart.IsNeededBy(use) || StartIn(number, use.State) is not { } start || !Origin.IsInBody(start, start.Node, use.Frame, use.State, reporter) || IsOverWholePages(use))
            return;
        SyntaxNode node = use.Frame.Visible(use.Node);
        if (reporter.Owns(node))
            _uses.Add((node, start, number));
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach ((SyntaxNode node, Term start, Linear address) in _uses.OrderBy(static u => u.Node.SpanStart))
        {
            if (_pages.Contains(start.Node!) || reporter.IsExplained(start.Node!) || reporter.HasFindingIn(SourceText.StatementOf(node)) || !address.Summands.All(s => s.Term.Equals(start) || IsPosition(s.Term)))
                continue;
            reporter.Report(Descriptor, node, reporter.Owns(start.Node!) ? start.Node : null, null, SourceText.Of(node), SourceText.Of(start.Owner!));
        }
    }

    // The page that an address counts from, if nothing in the address can be the offset.
    private static Term? StartIn(Linear address, FlowState state)
    {
        Term? start = null;
        foreach (Summand summand in address.Summands)
        {
            if (summand.Factor != 1)
                return null;
            if (summand.Term.Kind == TermKind.Symbol)
                continue;
            if (start is not null || !IsPageOfMdl(summand.Term) || summand.Term.Node is null)
                return null;
            start = summand.Term;
        }

        bool isField = start?.Kind == TermKind.MappedField;
        return start is null || PageMath.IsAligned(state, start.Owner!) || (isField && state.SlotOf(start.Owner!, SlotKind.ReservedMapping) == 0) ? null : start;
    }

    // How far the transfer has come is no offset in a page.
    private bool IsPosition(Term term) => _positions.Contains(term) || (term.Key is ISymbol symbol && Nouns.HasWord(symbol.Name, _progress));

    private void NotePositions(Linear number, long factor)
    {
        foreach (Summand summand in number.Summands)
        {
            if (summand.Factor == factor && summand.Term.Kind == TermKind.Symbol)
                _positions.Add(summand.Term);
        }
    }

    private void MarkAsPage(Linear address)
    {
        foreach (Summand summand in address.Summands)
        {
            if (summand is { Factor: 1, Term.Node: { } origin } && IsPageOfMdl(summand.Term))
                _pages.Add(origin);
        }
    }

    private static bool IsPageOfMdl(Term term) => term.Owner is not null && term.Kind is TermKind.Base or TermKind.SystemBase or TermKind.MappedField;

    private static bool IsLength(Linear number) =>
        (number.Contains(TermKind.Length) || number.Contains(TermKind.RequestLength)) && !number.Contains(TermKind.Offset) && !number.Contains(TermKind.Base);

    // Page after page: then the start of a page is what is meant.
    private static bool IsNextPage(Linear result) =>
        result.Summands.Any(static s => s.Factor == 1 && IsPageOfMdl(s.Term)) && IsWholePages(result.Select(static s => !IsPageOfMdl(s.Term)));

    private static bool IsWholePages(Linear size) =>
        !size.IsConstantOf(0) && size.Constant % Arithmetic.PageSize == 0
        && size.Summands.All(static s => !IsPageOfMdl(s.Term) && (s.Factor % Arithmetic.PageSize == 0 || s.Term.IsPageMultiple));

    // The offset or whole pages beside the address say that pages are meant.
    private static bool IsOverWholePages(in ValueUse use)
    {
        if (use.Call is { } call)
            return call.Arguments.Any(static a => a.Value is Linear size && (IsWholePages(size) || (size.Contains(TermKind.Offset) && !size.Contains(TermKind.Base) && !size.Contains(TermKind.SystemBase))));
        IOperation? outer = use.Operation;
        while (outer is IConversionOperation or IArgumentOperation)
            outer = outer.Parent;
        return outer is IObjectCreationOperation creation
            && creation.Arguments.Any(static a => a.Value.ConstantValue is { HasValue: true, Value: int size } && size > 0 && size % Arithmetic.PageSize == 0);
    }
}
