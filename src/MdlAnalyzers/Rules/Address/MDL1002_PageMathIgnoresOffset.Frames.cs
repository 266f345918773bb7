using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Page frames: their addresses, which of them is taken, and a zero that stands for the offset in the first.</summary>
internal sealed partial class PageMathIgnoresOffset
{
    private const int MaxPicked = 64;
    private readonly Dictionary<SyntaxNode, List<PageMathCandidate>> _frames = [];
    private readonly FrameBounds _bounds = new();
    private readonly Dictionary<Term, Frame> _picked = [];
    private readonly HashSet<SyntaxNode> _offsets = [];

    private void VoteFrame(in Computation computation, Term frame, FlowReporter reporter)
    {
        if (frame.Node is null || !IsOwn(computation.Frame, frame, computation.State, reporter))
            return;
        bool respected = computation.Result.Contains(TermKind.Offset) || PageMath.IsAligned(computation.State, frame.Owner!);
        bool isShift = computation.Operation.Syntax is BinaryExpressionSyntax { RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.LeftShiftExpression or (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.MultiplyExpression } or AssignmentExpressionSyntax;
        if (!respected && (!isShift || computation.State.RangeOf(frame.Left!).Low > 0 || IsCountedFromEnd(frame)))
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

    // "frames[^1]" is the first page of one-page buffers only.
    private static bool IsCountedFromEnd(Term frame) => frame.Left!.Summands.Any(s => s.Term.Kind == TermKind.Symbol && s.Term.Key is SyntaxNode key && key == frame.Node);

    private void NoteFrame(Term frame, Verdict verdict)
    {
        if (frame.Node is null || !_frames.TryGetValue(frame.Node, out List<PageMathCandidate>? list))
            return;
        foreach (PageMathCandidate candidate in list)
            candidate.Respected |= verdict == Verdict.Respected;
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

    // A new structure that goes its way with the first page frame and an offset that nobody set.
    private void CheckUnsetOffset(ObjectId run, in ValueUse use, FlowReporter reporter)
    {
        if (use.Kind is UseKind.Local or UseKind.Text or UseKind.Discard || use.IsInlined || use.State.SlotOf(run, SlotKind.Zeroed) != 1 || run.Node is not { } node || !reporter.Owns(node))
            return;
        Term? frame = null;
        INamedTypeSymbol? type = null;
        foreach (KeyValuePair<Place, Value> pair in use.State.Values)
        {
            if (!run.Equals(pair.Key.Owner) || pair.Key.Key is not ISymbol { ContainingType: { } declaring } member)
                continue;
            if (Nouns.HeadOf(member.Name) == Noun.Offset)
                return;
            if (pair.Value is Linear number && FirstFrameOf(number, use.State) is { } first)
                (frame, type) = (first, declaring);
        }

        if (frame is not null && type!.GetMembers().Any(static m => m is IPropertySymbol { SetMethod: not null } or IFieldSymbol { IsReadOnly: false, IsImplicitlyDeclared: false } && !m.IsStatic && Nouns.HeadOf(m.Name) == Noun.Offset))
            AddZero(node, frame, use, reporter);
    }

    private void AddZero(SyntaxNode node, Term frame, in ValueUse use, FlowReporter reporter)
    {
        if (IsOwn(use.Frame, frame, use.State, reporter) && !PageMath.IsAligned(use.State, frame.Owner!))
            Add(use.Frame.Visible(node), "ZeroOffset", frame.Origin, frame.Owner, reporter, use.Frame).HarmfulUse = true;
    }

    private static Term? FirstFrameOf(Linear number, FlowState state) =>
        number.Summands.Length == 1 && number.Summands[0].Term is { Kind: TermKind.PageFrame } frame && state.RangeOf(frame.Left!) is { Low: <= 0, High: >= 0 } index
            && (frame.Left!.IsConstant || index.Low == 0)
            ? frame
            : null;
}
