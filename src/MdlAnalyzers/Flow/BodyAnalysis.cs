using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Interpretation;
using MdlAnalyzers.Flow.Values;
using MdlAnalyzers.Options;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>Follows all paths of one body and hands its events to the rules.</summary>
internal sealed class BodyAnalysis(AnalysisSession session, IReadOnlyList<FlowRule> rules, FlowReporter reporter, CancellationToken cancellationToken, Budget? budget = null)
{
    private const int MaxNestedEntries = 4;
    private const int MaxLambdaEntries = 8;

    private readonly RuleSet _rules = new(rules);

    // A statement is followed anew for each way that a call in it can end, and its other calls start from where they started before.
    private readonly Dictionary<CalleeEntry, List<Exit>> _callees = [];
    private readonly Dictionary<ISymbol, List<FlowState>> _localFunctionEntries = new(SymbolEqualityComparer.Default);
    private Dictionary<SyntaxNode, HashSet<FlowState>>? _lambdaEntries;
    private int _muted;

    public AnalysisSession Session { get; } = session;

    /// <summary>Whether the body is followed for what another body needs to know; what members keep is not looked for then.</summary>
    public bool IsProbe { get; init; }

    public FlowReporter Reporter { get; } = reporter;

    public RuleOptions Options { get; } = session.OptionsOf(reporter.Root.SyntaxTree);

    public Budget Budget { get; } = budget ?? new Budget(Budget.Default);

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Analyzes a body. False if it had to be given up: then nothing that was found may be told.</summary>
    public bool Run(ControlFlowGraph graph, ISymbol owner, int entryDepth = 0)
    {
        var frame = new Frame(owner, graph, caller: null, callSite: null)
        {
            Role = Session.Roles.RoleOf(owner, CancellationToken),
            ExpectedTransfer = Session.Roles.TransferOf(owner, CancellationToken),
            DirectTransfer = DirectTransferOf(owner) & Session.DirectTransfers(CancellationToken),
            HasNarrowDevices = new Lazy<bool>(() => Session.HasNarrowDevices(CancellationToken)),
            TrustsRequests = new Lazy<bool>(() => owner is IMethodSymbol method && Session.Entries.TrustsRequests(method, entryDepth, CancellationToken)),
        };
        var runner = new GraphRunner(this, frame);
        runner.Run(FlowState.Empty);
        RunLocalFunctions(frame);
        if (Budget.IsExhausted)
            return false;
        foreach (Exit exit in runner.Exits)
            _rules.OnExit(exit.State, frame);
        _rules.OnEnd(Reporter);
        return true;
    }

    /// <summary>Follows a lambda with what is known where it is created or called, once for each such state.</summary>
    public void RunLambda(IFlowAnonymousFunctionOperation lambda, FlowState state, Frame encloser, string? name)
    {
        _lambdaEntries ??= [];
        if (!_lambdaEntries.TryGetValue(lambda.Syntax, out HashSet<FlowState>? entries))
            _lambdaEntries.Add(lambda.Syntax, entries = []);
        if (entries.Count >= MaxLambdaEntries || !entries.Add(state) || !Budget.Enter())
            return;
        // It may be called by what is followed for its result only.
        int muted = _muted;
        _muted = 0;
        ControlFlowGraph graph = encloser.Graph.GetAnonymousFunctionControlFlowGraph(lambda, CancellationToken);
        var frame = new Frame(lambda.Symbol, graph, encloser, callSite: null)
        {
            LambdaName = name,
            This = encloser.This,
            Role = lambda.Parent is IDelegateCreationOperation { Type: { } type } && Session.Contracts.RoleOf(type) is var role and not Role.None ? role : encloser.Role,
        };
        new GraphRunner(this, frame).Run(state.WithoutPending());
        RunLocalFunctions(frame);
        _muted = muted;
        Budget.Leave();
    }

    /// <summary>Whether a lambda has been followed for itself.</summary>
    public bool HasRun(IFlowAnonymousFunctionOperation lambda) => _lambdaEntries is not null && _lambdaEntries.ContainsKey(lambda.Syntax);

    /// <summary>Remembers what is known at a call of a local function; its body is analyzed with that.</summary>
    public void EnterLocalFunction(IMethodSymbol function, FlowState state)
    {
        if (!_localFunctionEntries.TryGetValue(function.OriginalDefinition, out List<FlowState>? entries))
            _localFunctionEntries.Add(function.OriginalDefinition, entries = []);
        state = state.WithoutPending();
        if (entries.Contains(state))
            return;
        if (entries.Count < MaxNestedEntries)
            entries.Add(state);
        else
            entries[MaxNestedEntries - 1] = entries[MaxNestedEntries - 1].Join(state, function, widen: true);
    }

    /// <summary>Runs a callee; what it does is the caller's business only as far as rules see it through the call.</summary>
    public IReadOnlyList<Exit> RunCallee(ControlFlowGraph graph, IMethodSymbol called, FlowState state, Frame caller, SyntaxNode callSite, ObjectId? receiver)
    {
        FlowState entry = state.WithoutPending().WithPath(0);
        var key = new CalleeEntry(graph, called, entry, caller, callSite, receiver, _muted > 0);
        if (!_callees.TryGetValue(key, out List<Exit> exits))
        {
            IMethodSymbol method = called.OriginalDefinition;
            var frame = new Frame(method, graph, caller, callSite) { This = receiver ?? ObjectId.ForThis(method.ContainingType), TypeArguments = called.TypeArguments };
            _callees.Add(key, exits = RunCallee(entry, frame));
        }

        return ReferenceEquals(entry, state) ? exits : exits.ConvertAll(exit => new Exit(exit.State.WithPending(state.Pending).WithPath(state.Path), exit.Value));
    }

    private List<Exit> RunCallee(FlowState entry, Frame frame)
    {
        if (!Budget.Enter())
            return [];
        var runner = new GraphRunner(this, frame);
        runner.Run(entry);
        Budget.Leave();
        List<Exit> exits = runner.Exits;
        for (int i = 0; i < exits.Count; i++)
            exits[i] = new Exit(Leave(exits[i].State, frame).WithoutPending().WithPath(0), exits[i].Value);
        return exits;
    }

    public void OnUse(in ValueUse use)
    {
        if (_muted == 0)
            _rules.OnUse(use, Reporter);
    }

    public void OnCompute(in Computation computation)
    {
        if (_muted == 0)
            _rules.OnCompute(computation, Reporter);
    }

    public void OnObjectUse(in ObjectUse use)
    {
        if (_muted == 0)
            _rules.OnObjectUse(use, Reporter);
    }

    public void OnCall(CallEvent call)
    {
        if (_muted == 0)
            _rules.OnCall(call, Reporter);
    }

    /// <summary>Suspends events while a body is run for its result only.</summary>
    public void Mute() => _muted++;

    public void Unmute() => _muted--;

    // Local functions are analyzed from every state they are called in; one that is never called (a delegate target) from nothing.
    private void RunLocalFunctions(Frame frame)
    {
        foreach (IMethodSymbol function in frame.Graph.LocalFunctions)
        {
            if (!Budget.Enter())
                return;
            ControlFlowGraph graph = frame.Graph.GetLocalFunctionControlFlowGraph(function, CancellationToken);
            var nested = new Frame(function, graph, frame, callSite: null) { This = frame.This };
            IReadOnlyList<FlowState> entries = _localFunctionEntries.TryGetValue(function.OriginalDefinition, out List<FlowState>? states) ? states : [FlowState.Empty];
            foreach (FlowState entry in entries.ToArray())
                new GraphRunner(this, nested).Run(entry);
            RunLocalFunctions(nested);
            Budget.Leave();
        }
    }

    // The length of a buffered request says nothing about an MDL.
    private Transfer DirectTransferOf(ISymbol owner)
    {
        Transfer direct = Session.Roles.TransferOf(owner, CancellationToken) & Options.DirectRequests;
        return Session.Roles.IsBuffered(owner, CancellationToken) ? direct & ~(Transfer.Read | Transfer.Write) : direct;
    }

    // What a reference parameter holds is the caller's to take.
    private static FlowState Leave(FlowState state, Frame frame) =>
        state.RemoveWhere(frame, static (place, callee) => ReferenceEquals(place.Scope, callee.Graph)
            || (place.Owner is null && place.Key is ILocalSymbol or IParameterSymbol { RefKind: RefKind.None } && SymbolEqualityComparer.Default.Equals(((ISymbol)place.Key).ContainingSymbol, callee.Owner)));
}

/// <summary>One way out of a body.</summary>
internal readonly struct Exit(FlowState state, Value value)
{
    public FlowState State { get; } = state;

    /// <summary>The returned value.</summary>
    public Value Value { get; } = value;
}
