using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2010: every request without an MDL is failed, the empty ones included, although nothing else stands against an empty transfer.</summary>
/// <remarks>
/// Location: the status that the request fails with. Additional location: where the MDL was read. A test of the governing length, whatever it leads to,
/// says what the routine thinks of empty transfers; then there is nothing to tell. Control requests may need their buffer and are left out.
/// </remarks>
internal sealed class ZeroLengthRejected : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2010",
        title: "Transfer of length zero rejected",
        messageFormat: "'{0}' fails every request whose '{1}' is null, an empty transfer included, which could succeed with no bytes",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "A read or write of zero bytes is legal and has no MDL. A test of the MDL that leads to an error cannot tell it from a broken request. Test the length first and complete empty transfers successfully, or fail them there to say that the protocol has none.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2010.md");

    private const uint EndOfFile = 0xC0000011;
    private const uint FirstError = 0xC0000000;

    private static readonly List<ObjectId> _none = [];

    private readonly List<Outcome> _outcomes = [];
    private readonly HashSet<ObjectId> _served = [];
    private readonly List<(SyntaxNode Node, uint Status)> _constants = [];
    private Body? _body;
    private readonly List<(SyntaxNode Node, uint Status, ObjectId Mdl)> _chosen = [];
    private ContractReader? _contracts;
    private Transfer _blocks;
    private Lazy<bool>? _trusts;

    public override void OnBody(Body body)
    {
        _contracts = body.Contracts;
        _body = body;
    }

    // Looks at the whole body, which only those with a request that has no MDL are worth.
    private void LookAtBody()
    {
        if (_body is not { } body)
            return;
        _body = null;
        foreach (IOperation operation in body.Operations)
        {
            if (operation is IMemberReferenceOperation reference)
                _blocks |= body.Contracts.Member(reference.Member).Block;
            if (operation.ConstantValue is { HasValue: true, Value: uint status and >= FirstError } && IsStatus(operation.Type))
                _constants.Add((operation.Syntax, status));
        }
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use.Frame.IsInlined || !IsStatus(use.Type) || use.Kind is not (UseKind.Return or UseKind.Argument or UseKind.Member or UseKind.Local))
            return;
        List<ObjectId> missing = Missing(use.State, use.Frame);
        uint? error = ErrorIn(use.Value) ?? (use.Kind == UseKind.Return && missing.Count > 0 ? HandedOn(use) : null);
        if (error is { } status)
        {
            foreach (ObjectId mdl in missing)
                _chosen.Add((use.Node, status, mdl));
        }

        if (use.Kind == UseKind.Return || IsRaised(use))
            Ends(use.State, use.Frame, use.Node, error, isReturn: true);
    }

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        if (call.WithEffect(Effect.Completes)?.Object is not { } request)
            return;
        uint? error = null;
        foreach (KeyValuePair<Place, Value> pair in call.State.Values)
        {
            if (pair.Key is { Key: ISymbol { Name: "Status" } member, Owner: { } block } && request.Equals(block.Owner) && IsStatus(TypeOf(member)))
                error = ErrorIn(pair.Value);
        }

        Ends(call.State, call.Frame, call.Frame.Visible(call.Node), error, isReturn: false);
    }

    public override void OnObjectUse(in ObjectUse use, FlowReporter reporter)
    {
        if (use.Id.IsRequestMdl && use.State.NullnessOf(use.Id) is Nullness.NotNull or Nullness.Tested && MayBeEmpty(use.State, use.Id, use.Frame))
            _served.Add(use.Id);
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (IGrouping<ObjectId, Outcome> group in _outcomes.GroupBy(static o => o.Mdl))
        {
            if (!_served.Contains(group.Key) || group.Any(static o => o.Error is null) || _trusts is { Value: true })
                continue;
            bool hasReturn = group.Any(static o => o.IsReturn);
            foreach (Outcome outcome in group.Where(o => o.IsReturn == hasReturn))
            {
                SyntaxNode node = Locate(outcome.Node, outcome.Error!.Value, outcome.Mdl);
                reporter.Report(Descriptor, node, outcome.Mdl.Node, null, SourceText.Of(node), SourceText.Of(outcome.Mdl));
            }
        }
    }

    // One way a request leaves the routine.
    private void Ends(FlowState state, Frame frame, SyntaxNode node, uint? error, bool isReturn)
    {
        _trusts = frame.TrustsRequests;
        if (error == EndOfFile)
            error = null;
        foreach (ObjectId mdl in Missing(state, frame))
            _outcomes.Add(new Outcome(mdl, node, IsTransfer(frame) ? error : null, isReturn));
        if (error is not null)
            return;
        foreach (KeyValuePair<ObjectId, Nullness> pair in state.Nulls)
        {
            if (pair.Key.IsRequestMdl && pair.Value is Nullness.NotNull or Nullness.Tested && MayBeEmpty(state, pair.Key, frame))
                _served.Add(pair.Key);
        }
    }

    private static List<ObjectId> Missing(FlowState state, Frame frame)
    {
        List<ObjectId>? missing = null;
        foreach (KeyValuePair<ObjectId, Nullness> pair in state.Nulls)
        {
            if (pair.Key.IsRequestMdl && pair.Value == Nullness.Null && MayBeEmpty(state, pair.Key, frame))
                (missing ??= []).Add(pair.Key);
        }

        return missing ?? _none;
    }

    // Whether nothing on the path is about the length of the request.
    private static bool MayBeEmpty(FlowState state, ObjectId mdl, Frame frame) =>
        state.SlotOf(mdl, SlotKind.Consulted) == 0
        && (mdl.Owner is not { } request || (state.SlotOf(request, SlotKind.Consulted) == 0 && state.SlotOf(request, SlotKind.KnownLength) == 0))
        && !IsLengthTested(state, mdl, frame);

    private static bool IsLengthTested(FlowState state, ObjectId mdl, Frame frame)
    {
        foreach (KeyValuePair<Term, Interval> pair in state.Ranges)
        {
            if (pair.Key is { Kind: TermKind.RequestLength, Key: GoverningLength length } && (pair.Value.ExcludesZero || pair.Value.IsExactly(0))
                && (length.Transfer & frame.ExpectedTransfer) != 0 && (!length.IsLinked || Equals(pair.Key.Owner, mdl.Owner)))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsTransfer(Frame frame)
    {
        LookAtBody();
        Transfer kinds = (frame.ExpectedTransfer & Transfer.DeviceControl) == 0 ? frame.ExpectedTransfer : _blocks;
        return kinds != Transfer.None && (kinds & Transfer.DeviceControl) == 0;
    }

    // A routine without a visible body that gets the request and an error: it fails the request.
    private uint? HandedOn(in ValueUse use)
    {
        if (use.Value is Linear || use.Operation is not IInvocationOperation call || !call.Arguments.Any(a => _contracts!.EntityOf(a.Value.Type) == Entity.Irp))
            return null;
        LookAtBody();
        (SyntaxNode Node, uint Status)[] errors = [.. _constants.Where(c => call.Syntax.Span.Contains(c.Node.Span))];
        return errors.Length == 1 ? errors[0].Status : null;
    }

    private static bool IsRaised(in ValueUse use)
    {
        if (use is not { Kind: UseKind.Argument, Method: { MethodKind: MethodKind.Constructor } constructor })
            return false;
        ITypeSymbol? type = constructor.ContainingType;
        while (type is { Name: not "Exception" })
            type = type.BaseType;
        return type is not null;
    }

    private SyntaxNode Locate(SyntaxNode end, uint status, ObjectId mdl)
    {
        if (ConstantIn(end) is { } direct)
            return direct;
        SyntaxNode? chosen = _chosen.Where(c => c.Status == status && c.Mdl.Equals(mdl)).OrderBy(static c => c.Node.SpanStart).FirstOrDefault().Node;
        return chosen is null ? end : ConstantIn(chosen) ?? chosen;

        SyntaxNode? ConstantIn(SyntaxNode node) => _constants.FirstOrDefault(c => c.Status == status && node.Span.Contains(c.Node.Span)).Node;
    }

    private bool IsStatus(ITypeSymbol? type) =>
        _contracts is { } contracts
        && (contracts.EntityOf(type) == Entity.Status || (type is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments: [var result] } && contracts.EntityOf(result) == Entity.Status));

    private static ITypeSymbol? TypeOf(ISymbol member) => (member as IPropertySymbol)?.Type ?? (member as IFieldSymbol)?.Type;

    private static uint? ErrorIn(Value value) =>
        value is Linear { IsConstant: true } status && unchecked((uint)status.Constant) is var code && code >= FirstError ? code : null;

    /// <summary>A request without an MDL leaves the routine, with an error or in some other way.</summary>
    private readonly struct Outcome(ObjectId mdl, SyntaxNode node, uint? error, bool isReturn)
    {
        public ObjectId Mdl { get; } = mdl;

        public SyntaxNode Node { get; } = node;

        public uint? Error { get; } = error;

        public bool IsReturn { get; } = isReturn;
    }
}
