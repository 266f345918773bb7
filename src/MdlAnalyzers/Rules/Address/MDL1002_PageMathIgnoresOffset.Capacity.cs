using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Arrays of a constant size that take in the pages of an MDL, made for a buffer that starts on a page boundary.</summary>
internal sealed partial class PageMathIgnoresOffset
{
    private readonly List<(SyntaxNode Node, ObjectId Array, long Room, ObjectId Mdl, Frame Frame)> _fills = [];
    private readonly HashSet<ObjectId> _boundedArrays = [];
    private readonly HashSet<long> _roomTests = [];

    private void CheckFill(in ValueUse use, FlowReporter reporter)
    {
        if (use is not { Kind: UseKind.ElementStore, Receiver: { } array, Target: { } target } || use.IsInlined)
            return;
        int room = use.State.SlotOf(array, SlotKind.PagesOfLength);
        if (room > 0 && FrameIn(use.Value, use.State) is { Owner: { } mdl })
            NoteFill(target, array, room, mdl, use.State, use.Frame, reporter);
    }

    // pfns.CopyTo(array)
    private void CheckCopy(CallEvent call, FlowReporter reporter)
    {
        if (call is not { Receiver: FramesValue frames, Method.Name: "CopyTo" } || call.Frame.IsInlined)
            return;
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Object is { } array && call.State.SlotOf(array, SlotKind.PagesOfLength) is var room and > 0)
                NoteFill(call.Node, array, room, frames.Mdl, call.State, call.Frame, reporter);
        }
    }

    private void NoteFill(SyntaxNode node, ObjectId array, int room, ObjectId mdl, FlowState state, Frame frame, FlowReporter reporter)
    {
        long atMost = (room - 1) * Arithmetic.PageSize + 1;
        if (reporter.Owns(node) && !PageMath.IsAligned(state, mdl) && state.RangeOf(new Term(TermKind.Length, owner: mdl)).High > atMost)
            _fills.Add((node, array, room, mdl, frame));
    }

    private static Term? FrameIn(Value value, FlowState state) => value switch
    {
        Linear number => number.Summands.Select(static s => s.Term).FirstOrDefault(static t => t.Kind == TermKind.PageFrame),
        ObjectValue { Id: var id } => state.Values.Where(p => id.Equals(p.Key.Owner)).Select(p => p.Value is Linear part ? FrameIn(part, state) : null).FirstOrDefault(static t => t is not null),
        _ => null,
    };

    // A test against the room of the array, whatever it decides.
    private void NoteRoomTest(Value? side)
    {
        if (side is Linear { IsConstant: true } constant)
            _roomTests.Add(constant.Constant);
        else if (side is Linear number && number.IsSinglePlusConstant(out Term term, out _) && term.Owner is { } owner)
            _boundedArrays.Add(owner);
    }

    private void ReportFills(FlowReporter reporter)
    {
        foreach ((SyntaxNode node, ObjectId array, long room, ObjectId mdl, Frame frame) in _fills)
        {
            if (!_boundedArrays.Contains(array) && !_roomTests.Contains(room))
                Add(node, "Capacity", mdl.Node, mdl, reporter, frame).HarmfulUse = true;
        }
    }
}
