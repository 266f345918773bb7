using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2003: a length of another origin bounds an access to the buffer of an MDL, and nothing compares it with the byte count.</summary>
/// <remarks>
/// Location: the length, or the address if that is what runs. Additional location: where the length came from.
/// Property <c>Mdl</c>: how the code names the MDL, if the access starts at the first byte of its buffer.
/// </remarks>
internal sealed class LengthNotReconciled : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2003",
        title: "Length not compared with the byte count of the MDL",
        messageFormat: "'{0}' lets {1} bound an access to the buffer of '{2}', and nothing on this path compares it with the byte count of that MDL",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The buffer of an MDL is as long as MmGetMdlByteCount says. A length from elsewhere (the stack location, a device register, a header inside the data, another MDL) must be compared with it or limited by Math.Min before it bounds an access. The overrun stays unnoticed up to the end of the page, until a buffer ends on a page boundary.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2003.md");

    private readonly HashSet<Term> _comparedWithRest = [];
    private readonly Dictionary<(SyntaxNode Statement, Term Length), SyntaxNode> _told = [];

    // How far behind the start of the buffer accesses start; null in loops, which come by at several places.
    private readonly Dictionary<(SyntaxNode Visible, SyntaxNode Node), Linear?> _positions = [];
    private readonly List<((SyntaxNode Visible, SyntaxNode Node) Access, LengthBound Bound, ObjectId Mdl, Term Address, SyntaxNode Node, bool IsWhole, Frame Frame, FlowState State)> _fixed = [];

    private TypeSizes? _sizes;

    public override void OnBody(Body body) => _sizes = new TypeSizes(body);

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        foreach (CallArgument argument in call.Arguments)
        {
            if (BufferAccess.Of(call, argument) is not { } access)
                continue;
            NotePosition(access.Start, access.Position, call.Frame);
            Linear end = _sizes?.Resolve(access.End) ?? access.End;
            if (LengthBound.Of(end, access.Mdl, call.State, call.Frame) is not { } bound)
                continue;

            bool isLength = (BufferAccess.LengthOf(call)?.Length is { } length) && (length.Mentions(bound.Term) || BufferAccess.PositionOf((Linear)argument.Value)?.Position.IsConstant == true);
            bool isWhole = isLength && BufferAccess.PositionOf((Linear)argument.Value)?.Position.IsConstantOf(0) == true;
            SyntaxNode node = isLength ? access.Length : access.Start;
            if (end.IsConstant)
                _fixed.Add(((call.Frame.Visible(access.Start), access.Start), bound, access.Mdl, access.Address, node, isWhole, call.Frame, call.State));
            else
                Report(bound, access.Mdl, access.Address, node, isWhole, call.Frame, call.State, reporter);
        }
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        // "length > count - done" may have wrapped around, so nothing is sure after it; but somebody did think of it.
        if (use is { Kind: UseKind.Comparison, Value: Linear value, Other: Linear { IsConstant: false } rest } && (rest.Constant < 0 || rest.Summands.Any(static s => s.Factor < 0)))
            _comparedWithRest.UnionWith(value.Summands.Select(static s => s.Term));
        if (use is { Kind: UseKind.Comparison, Value: Linear { IsConstant: false } left } && (left.Constant < 0 || left.Summands.Any(static s => s.Factor < 0)))
            _comparedWithRest.UnionWith(left.Summands.Where(static s => s is { Factor: > 0, Term.Kind: TermKind.Length or TermKind.RequestLength }).Select(static s => s.Term));
        if (use.Kind != UseKind.Dereference || (use.Call is { } call && BufferAccess.LengthOf(call) is not null)
            || BufferAccess.PositionOf((Linear)use.Value) is not var (address, position) || address.Kind != TermKind.SystemBase)
        {
            return;
        }

        NotePosition(use.Node, position, use.Frame);
        // A loop over numbers of several bytes counts on a length that they divide.
        Linear end = position.AddConstant(position.IsConstant ? TypeSizes.Of(use.Method) : 1);
        if (LengthBound.Of(end, address.Owner!, use.State, use.Frame) is not { } bound)
            return;
        if (end.IsConstant)
            _fixed.Add(((use.Frame.Visible(use.Node), use.Node), bound, address.Owner!, address, use.Node, false, use.Frame, use.State));
        else
            Report(bound, address.Owner!, address, use.Node, isWhole: false, use.Frame, use.State, reporter);
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (var (access, bound, mdl, address, node, isWhole, frame, state) in _fixed)
        {
            if (_positions[access] is not null && !reporter.IsTold(node))
                Report(bound, mdl, address, node, isWhole, frame, state, reporter);
        }
    }

    private void NotePosition(SyntaxNode node, Linear position, Frame frame)
    {
        (SyntaxNode, SyntaxNode) access = (frame.Visible(node), node);
        if (!_positions.TryGetValue(access, out Linear? known))
            _positions.Add(access, position);
        else if (!position.Equals(known))
            _positions[access] = null;
    }

    private void Report(in LengthBound bound, ObjectId mdl, Term address, SyntaxNode node, bool isWhole, Frame frame, FlowState state, FlowReporter reporter)
    {
        if (_comparedWithRest.Contains(bound.Term) || (bound.IsOfOwnLength && _comparedWithRest.Any(term => OwnLength.IsOfRequest(term, mdl))))
            return;
        if (frame.IsInlined)
        {
            // A callee that gets both the length and the address is analyzed on its own.
            if (!Origin.IsInBody(bound.Term, bound.Term.Node, frame, state, reporter) && !Origin.IsInBody(address, address.Node, frame, state, reporter))
                return;
            node = frame.Visible(node);
        }

        // One statement that uses one length several times is one mistake.
        (SyntaxNode, Term) key = (SourceText.StatementOf(node), bound.Term);
        if (_told.TryGetValue(key, out SyntaxNode? first) && first != node)
            return;
        _told[key] = node;
        string name = SourceText.Of(mdl);
        SyntaxNode? cause = bound.Term.Node is { } origin && !node.Span.Contains(origin.Span) ? origin : null;
        ImmutableDictionary<string, string?>? properties = isWhole && !frame.IsInlined ? ImmutableDictionary<string, string?>.Empty.Add("Mdl", name) : null;
        reporter.Report(Descriptor, node, cause, properties, bound.Severity, SourceText.Of(node), bound.Name, name);
    }
}
