using MdlAnalyzers.Flow.Interpretation;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>
/// Carries states through one graph. Paths are kept apart while there are few of them, which keeps tests and the values that depend on them
/// together; beyond that they are joined, and loops are widened from their second turn on.
/// </summary>
internal sealed class GraphRunner(BodyAnalysis body, Frame frame)
{
    private const int MaxPaths = 8;
    private const int MinPaths = 2;
    private const int MaxTurns = 1;
    private const int WidenAfter = 20;
    private const int MaxVisits = 80;

    private static readonly object _returned = new();

    private readonly Interpreter _interpreter = new(body, frame);
    private readonly BlockInfo?[] _blocks = new BlockInfo?[frame.Graph.Blocks.Length];
    private readonly SortedSet<int> _ready = [];

    // Paths multiply from call to call.
    private readonly int _maxPaths = Math.Max(MinPaths, MaxPaths >> frame.InlineDepth);

    public List<Exit> Exits { get; } = [];

    public void Run(FlowState entry)
    {
        Enqueue(frame.Graph.Blocks[0], entry, isBackEdge: false);
        while (_ready.Count > 0 && !body.Budget.IsExhausted)
        {
            body.CancellationToken.ThrowIfCancellationRequested();
            int ordinal = _ready.Min;
            BlockInfo info = _blocks[ordinal]!;
            FlowState state = info.Pending.Dequeue();
            if (info.Pending.Count == 0)
                _ready.Remove(ordinal);
            Process(frame.Graph.Blocks[ordinal], state);
        }
    }

    private void Process(BasicBlock block, FlowState entry)
    {
        EnterHandlers(block, entry);
        if (block.Kind == BasicBlockKind.Exit)
        {
            AddExit(entry);
            return;
        }

        List<FlowState> states = [entry];
        foreach (IOperation operation in block.Operations)
        {
            var next = new List<FlowState>(states.Count);
            foreach (FlowState state in states)
            {
                foreach (Exit result in _interpreter.Execute(operation, state))
                    next.Add(result.State);
            }

            states = Cap(next, operation);
            foreach (FlowState state in states)
                EnterHandlers(block, state);
        }

        foreach (FlowState state in states)
        {
            if (block.BranchValue is null)
                Leave(block, state, UnknownValue.Instance);
            else
                foreach (Exit result in _interpreter.Execute(block.BranchValue, state))
                    Leave(block, result.State, result.Value);
        }
    }

    private void Leave(BasicBlock block, FlowState state, Value value)
    {
        if (block.ConditionKind == ControlFlowConditionKind.None)
        {
            if (block.FallThroughSuccessor is { } next)
            {
                if (next.Semantics == ControlFlowBranchSemantics.Return && block.BranchValue is { } returned)
                    _interpreter.OnReturn(returned, value, ref state);
                Follow(next, next.Semantics == ControlFlowBranchSemantics.Return ? state.Set(new Place(null, _returned), value) : state);
            }

            return;
        }

        Condition condition = Interpreter.ToCondition(value);
        bool jumpWhen = block.ConditionKind == ControlFlowConditionKind.WhenTrue;
        foreach (FlowState taken in Assumptions.Assume(state, condition, jumpWhen))
            Follow(block.ConditionalSuccessor!, taken);
        foreach (FlowState passed in Assumptions.Assume(state, condition, !jumpWhen))
            Follow(block.FallThroughSuccessor!, passed);
    }

    private void Follow(ControlFlowBranch branch, FlowState state)
    {
        switch (branch.Semantics)
        {
            case ControlFlowBranchSemantics.Regular:
            case ControlFlowBranchSemantics.Return:
                if (branch.Destination is { } destination)
                    Continue(branch, 0, destination, state);
                break;
            case ControlFlowBranchSemantics.StructuredExceptionHandling when branch.Destination is { } next:
                Continue(branch, 0, next, state);
                break;
            case ControlFlowBranchSemantics.StructuredExceptionHandling when !state.Pending.IsEmpty:
                FlowState popped = state.Pop(out Continuation continuation);
                Continue(continuation.Branch, continuation.Next, continuation.Target, popped);
                break;
        }
    }

    // What is not in scope any more does not tell paths apart.
    private FlowState LeaveScopes(ControlFlowBranch branch, FlowState state)
    {
        foreach (ControlFlowRegion region in branch.LeavingRegions)
        {
            foreach (ILocalSymbol local in region.Locals)
                state = state.Remove(new Place(null, local));
            foreach (CaptureId capture in region.CaptureIds)
                state = state.Remove(new Place(null, capture, frame.Graph));
        }

        return state;
    }

    // A branch that leaves try regions runs their finally blocks first.
    private void Continue(ControlFlowBranch branch, int index, BasicBlock destination, FlowState state)
    {
        if (index < branch.FinallyRegions.Length)
        {
            BasicBlock first = frame.Graph.Blocks[branch.FinallyRegions[index].FirstBlockOrdinal];
            Enqueue(first, state.Push(new Continuation(destination, index + 1, branch)), isBackEdge: false);
            return;
        }

        bool isBackEdge = branch.Source.Ordinal >= destination.Ordinal && branch.Source.EnclosingRegion.Kind != ControlFlowRegionKind.Finally;
        Enqueue(destination, LeaveScopes(branch, state), isBackEdge);
    }

    // An exception may leave the block at any operation.
    private void EnterHandlers(BasicBlock block, FlowState state)
    {
        for (ControlFlowRegion? region = block.EnclosingRegion; region is not null; region = region.EnclosingRegion)
        {
            if (region.Kind != ControlFlowRegionKind.Try || region.EnclosingRegion is not { Kind: ControlFlowRegionKind.TryAndCatch } whole)
                continue;
            foreach (ControlFlowRegion handler in whole.NestedRegions)
            {
                if (handler.Kind is ControlFlowRegionKind.Catch or ControlFlowRegionKind.FilterAndHandler)
                    Enqueue(frame.Graph.Blocks[handler.FirstBlockOrdinal], state, isBackEdge: false);
            }
        }
    }

    private void Enqueue(BasicBlock block, FlowState state, bool isBackEdge)
    {
        BlockInfo info = _blocks[block.Ordinal] ??= new BlockInfo();
        if (info.Seen.Contains(state))
            return;
        // Paths that only compared numbers in different ways are one path.
        if (!isBackEdge && info.Seen.Find(s => s.DiffersInSums(state)) is { } alike && info.Seen.Contains(state = alike.Join(state, block, widen: false)))
            return;
        if (info.Visits++ > MaxVisits)
        {
            body.Budget.Exhaust();
            return;
        }

        if (isBackEdge && info.Turns++ >= MaxTurns)
        {
            state = info.Widened is null || !info.Widened.SamePending(state) ? state : info.Widened.Join(state, block, widen: true);
            info.Widened = state;
        }
        else if (info.Seen.Count >= _maxPaths)
        {
            bool widen = info.Visits > WidenAfter;
            FlowState? partner = info.Seen.FindLast(s => s.SamePending(state) && s.HasSameNulls(state)) ?? info.Seen.FindLast(s => s.SamePending(state));
            state = partner?.Join(state, block, widen) ?? state;
        }

        if (info.Seen.Contains(state))
            return;
        info.Seen.Add(state);
        info.Pending.Enqueue(state);
        _ready.Add(block.Ordinal);
    }

    private void AddExit(FlowState state)
    {
        var location = new Place(null, _returned);
        Value value = state.Get(location) ?? UnknownValue.Instance;
        state = state.Remove(location);
        int same = Exits.FindIndex(e => e.Value.Equals(value) && (e.State.Equals(state) || (frame.IsInlined && e.State.SamePending(state) && e.State.HasSameNulls(state))));
        if (same >= 0)
        {
            // A caller goes on once for ways out that hardly differ.
            Exits[same] = new Exit(Exits[same].State.Join(state, this, widen: false), value);
            return;
        }

        if (Exits.Count < _maxPaths)
        {
            Exits.Add(new Exit(state, value));
            return;
        }

        Exit last = Exits[_maxPaths - 1];
        Exits[_maxPaths - 1] = new Exit(last.State.Join(state, this, widen: true), last.Value.Equals(value) ? value : UnknownValue.Instance);
    }

    private List<FlowState> Cap(List<FlowState> states, object point)
    {
        while (states.Count > _maxPaths)
        {
            FlowState last = states[states.Count - 1];
            states.RemoveAt(states.Count - 1);
            states[states.Count - 1] = states[states.Count - 1].Join(last, point, widen: false);
        }

        return states;
    }

    private sealed class BlockInfo
    {
        public List<FlowState> Seen { get; } = [];

        public Queue<FlowState> Pending { get; } = new();

        public int Visits { get; set; }

        public int Turns { get; set; }

        public FlowState? Widened { get; set; }
    }
}
