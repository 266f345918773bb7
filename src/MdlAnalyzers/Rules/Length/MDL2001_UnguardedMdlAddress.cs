using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2001: the MDL of a request is used on a path that has checked neither the MDL nor the governing length.</summary>
/// <remarks>
/// Location: the argument or receiver that is the unguarded MDL (without a null-forgiving operator), at its first use on the path; later uses are as good as proven.
/// Additional location: where the MDL was obtained. Property <c>Transfer</c>: the request kinds whose length would be a guard.
/// </remarks>
internal sealed class UnguardedMdlAddress : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2001",
        title: "MDL of a request used without a check",
        messageFormat: "'{0}' may be null here: a request of length zero has no MDL, and neither the MDL nor the length is checked on this path",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A request for zero bytes carries no MDL. Before the MDL of a request is used, test it for null or test the length that governs it (read length, write length, or output buffer length) against zero. An assertion is no test, because release builds drop it.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2001.md");

    public override void OnObjectUse(in ObjectUse use, FlowReporter reporter)
    {
        if (!use.Id.IsRequestMdl || IsGuarded(use.State, use.Id, use.Frame.DirectTransfer) || (use.Id.IsKept ? IsAnyGuarded(use.State) : use.Frame.TrustsRequests.Value))
            return;

        SyntaxNode node = use.Node;
        if (use.Frame.IsInlined)
        {
            // A callee that fetches the MDL itself is analyzed on its own.
            if (use.Obtained is null || !reporter.Owns(use.Obtained))
                return;
            node = use.Frame.Visible(node);
        }

        SyntaxNode? obtained = use.Obtained is { } origin && !node.Span.Contains(origin.Span) ? origin : null;
        reporter.Report(Descriptor, node, obtained ?? use.Obtained, null, SourceText.Of(node));
    }

    /// <summary>Whether a request's MDL is known to exist, or was tested in a way that cannot be followed.</summary>
    public static bool IsGuarded(FlowState state, ObjectId mdl, Transfer direct)
    {
        Nullness nullness = state.NullnessOf(mdl);
        if (nullness is Nullness.NotNull or Nullness.Tested || IsProvenByLength(state, mdl, direct))
            return true;
        return nullness == Nullness.Unknown && IsConsulted(state, mdl);
    }

    // Which request a kept MDL belongs to is not known, so a test of any request counts.
    private static bool IsAnyGuarded(FlowState state) =>
        state.Nulls.Any(static n => n.Key.IsRequestMdl && n.Value is Nullness.NotNull or Nullness.Tested)
        || state.Ranges.Any(static r => r.Key.Kind == TermKind.RequestLength && r.Value.ExcludesZero);

    private static bool IsConsulted(FlowState state, ObjectId mdl) =>
        state.SlotOf(mdl, SlotKind.Consulted) != 0
        || (mdl.Owner is { } request && state.SlotOf(request, SlotKind.Consulted) != 0);

    /// <summary>Whether the MDL of <paramref name="request"/>, whichever member holds it, is known to exist.</summary>
    public static bool IsRequestGuarded(FlowState state, ObjectId request, Frame frame) =>
        state.Nulls.Any(n => n.Key.IsRequestMdl && request.Equals(n.Key.Owner) && n.Value is Nullness.NotNull or Nullness.Tested)
        || state.SlotOf(request, SlotKind.Consulted) != 0
        || state.SlotOf(request, SlotKind.KnownLength) != 0
        || state.Ranges.Any(r => r.Key is { Kind: TermKind.RequestLength, Key: GoverningLength length }
            && r.Value.ExcludesZero && (length.Transfer & frame.DirectTransfer) != 0 && (!length.IsLinked || request.Equals(r.Key.Owner)) && !IsWithoutMdl(state, request))
        || frame.TrustsRequests.Value;

    /// <summary>Whether a test of the governing length proves that the MDL exists.</summary>
    public static bool IsProvenByLength(FlowState state, ObjectId mdl, Transfer direct) =>
        Assumptions.IsProvenByLength(state, mdl)
        || state.Ranges.Any(r => r.Key is { Kind: TermKind.RequestLength, Key: GoverningLength length }
            && r.Value.ExcludesZero && (length.Transfer & direct) != 0 && (!length.IsLinked || Equals(r.Key.Owner, mdl.Owner)) && !IsWithoutMdl(state, mdl.Owner));

    // METHOD_BUFFERED and METHOD_NEITHER, the low bits of a control code, have no MDL whatever the length is.
    private static bool IsWithoutMdl(FlowState state, ObjectId? request) =>
        state.Ranges.Any(r => r.Key is { Kind: TermKind.Symbol, Quantity: ValueKind.ControlCode } code
            && r.Value.Low == r.Value.High && (r.Value.Low & 3) is 0 or 3
            && IsOf(code.Owner, request));

    private static bool IsOf(ObjectId? parameters, ObjectId? request)
    {
        for (ObjectId? id = parameters; id is not null; id = id.Owner)
        {
            if (id is { Kind: ObjectOrigin.Member, Key: IMethodSymbol })
                return Equals(id.Owner, request);
        }

        return true;
    }
}
