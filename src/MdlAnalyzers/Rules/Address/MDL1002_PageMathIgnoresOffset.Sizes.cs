using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDLs that are sized for a buffer that starts on a page.</summary>
internal sealed partial class PageMathIgnoresOffset
{
    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        // A target of a piece of any length, made for a buffer that starts a page.
        if (call.WithEffect(Effect.PartialTarget)?.Object is { } target
            && call.State.Get(new Place(target, Effect.AllocatesMdl)) is TupleValue { Elements: [Linear { IsConstant: true, Constant: 0 }, Linear room] }
            && call.WithKind(ValueKind.TransferLength)?.Value is Linear piece
            && call.WithKind(ValueKind.MdlVirtualAddress) is { Value: var start, Node: var node }
            && (start is not Linear address || !call.State.RangeOf(Arithmetic.ByteOffset(address, node)).IsExactly(0))
            && Slack(room, piece, call.State) < Arithmetic.PageMask
            && !(start is Linear { IsConstant: true })
            && !(PartialPiece.Of(call) is { } made && TargetRoom.Of(target, call.State)?.For(made) == Fit.Fits))
        {
            Add(target.Node ?? call.Node, "MdlSize", target.Node, target, reporter, call.Frame).HarmfulUse = true;
        }

        CheckInitialization(call, reporter);
        CheckCopy(call, reporter);
    }

    // Room that the largest piece leaves; plenty if that is not known.
    private static long Slack(Linear room, Linear piece, FlowState state)
    {
        if (room.Subtract(piece) is { IsConstant: true } rest)
            return rest.Constant;
        long slack = room.IsConstant && piece.Contains(TermKind.Minimum) ? room.Constant - state.RangeOf(piece).High : long.MaxValue;
        return slack >= 0 ? slack : long.MaxValue;
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
