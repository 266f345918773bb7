using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1006: an MDL has fewer page entries than the piece that is put into it can need.</summary>
/// <remarks>
/// Location: the call that allocates the MDL, or the target argument if that call is not in the body. Additional location: the call that builds the piece, or none.
/// Property <c>Page</c>: "true" if one page more in the length of the allocation is enough.
/// MDL1002 tells of targets that are allocated for address zero and the very length of the piece; those are left out.
/// </remarks>
internal sealed class PartialTargetTooSmall : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1006",
        title: "Target of a partial MDL is too small",
        messageFormat: "'{0}' is made for fewer pages than '{1}' bytes of '{2}' can touch: it was sized for a shorter buffer, or for one at another offset in its page",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "IoBuildPartialMdl needs an entry in the target for every page that the piece touches. A piece that starts inside a page touches one page more than its length alone says. Allocate the target with the virtual address of the source and its whole length, or add PAGE_SIZE to the largest length of a piece.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1006.md");

    private readonly Dictionary<SyntaxNode, Finding> _findings = [];

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        if (PartialPiece.Of(call) is not { Target.Object: { } target } piece || TargetRoom.Of(target, call.State) is not { } room || room.For(piece) != Fit.TooSmall)
            return;

        bool isAllocatedHere = target is { Kind: ObjectOrigin.Site, Node: { } site } && reporter.Owns(site);
        // A callee that builds into its own MDL is analyzed on its own.
        if (call.Frame.IsInlined && !isAllocatedHere)
            return;
        SyntaxNode node = isAllocatedHere ? target.Node! : piece.Target.Node;
        bool isEnough = room.WithPage().For(piece) == Fit.Fits;
        if (_findings.TryGetValue(node, out Finding? known))
            known.IsPageEnough &= isEnough;
        else
            _findings.Add(node, new Finding(piece, isAllocatedHere ? call.Node : null) { IsPageEnough = isEnough && isAllocatedHere });
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (KeyValuePair<SyntaxNode, Finding> pair in _findings.OrderBy(static f => f.Key.SpanStart))
        {
            PartialPiece piece = pair.Value.Piece;
            if (reporter.HasFindingIn(SourceText.StatementOf(pair.Key)) || reporter.IsTold(piece.Start.Node) || reporter.IsTold(piece.Call.Node))
                continue;
            reporter.Report(
                Descriptor,
                pair.Key,
                pair.Value.Build is { } build && reporter.Owns(build) ? build : null,
                ImmutableDictionary<string, string?>.Empty.Add("Page", pair.Value.IsPageEnough ? "true" : "false"),
                SourceText.Of(piece.Target.Node),
                SourceText.Of(piece.Length.Node),
                SourceText.Of(piece.Source.Node));
        }
    }

    private sealed class Finding(PartialPiece piece, SyntaxNode? build)
    {
        public PartialPiece Piece { get; } = piece;

        public SyntaxNode? Build { get; } = build;

        public bool IsPageEnough { get; set; }
    }
}
