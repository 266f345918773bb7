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
    private const int MaxBlocks = 1 << 16;

    // Holds the result on the way through finally blocks.
    private static readonly Place _result = new(null, new object());

    private readonly Interpreter _interpreter = new(body, frame);
    private readonly BlockInfo?[] _blocks = new BlockInfo?[frame.Graph.Blocks.Length];
    private readonly List<FlowState> _states = [], _next = [];
    private int _ready;
    private int _first;

    // Paths multiply from call to call.
    private readonly int _maxPaths = Math.Max(MinPaths, MaxPaths >> frame.InlineDepth);

    public List<Exit> Exits { get; } = [];

    public void Run(FlowState entry)
    {
        Enqueue(frame.Graph.Blocks[0], entry, isBackEdge: false);
        while (_ready > 0 && !body.Budget.IsExhausted)
        {
            body.CancellationToken.ThrowIfCancellationRequested();
            while (_blocks[_first] is not { IsReady: true })
                _first++;
            _ready--;
            Process(frame.Graph.Blocks[_first], _blocks[_first]!.Take());
        }
    }

    private void Process(BasicBlock block, FlowState entry)
    {
        bool isGuarded = IsGuarded(block.EnclosingRegion);
        if (isGuarded)
            EnterHandlers(block, entry);
        if (block.Kind == BasicBlockKind.Exit)
        {
            AddExit(entry.Remove(_result), entry.Get(_result) ?? UnknownValue.Instance);
            return;
        }

        _states.Clear();
        _states.Add(entry);
        foreach (IOperation operation in block.Operations)
        {
            _next.Clear();
            foreach (FlowState state in _states)
            {
                List<Exit> results = _interpreter.Execute(operation, state);
                for (int i = 0; i < results.Count; i++)
                    _next.Add(results.Count == 1 ? results[i].State : results[i].State.Fork(i));
            }

            Cap(_next, operation);
            _states.Clear();
            _states.AddRange(_next);
            for (int i = 0; isGuarded && i < _states.Count; i++)
                EnterHandlers(block, _states[i].Fork(operation.Syntax.SpanStart + i));
        }

        foreach (FlowState state in _states)
        {
            if (block.BranchValue is null)
                Leave(block, state, UnknownValue.Instance);
            else
                LeaveWithResults(block, _interpreter.Execute(block.BranchValue, state));
        }
    }

    private void LeaveWithResults(BasicBlock block, List<Exit> results)
    {
        for (int i = 0; i < results.Count; i++)
            Leave(block, results.Count == 1 ? results[i].State : results[i].State.Fork(i), results[i].Value);
    }

    private void Leave(BasicBlock block, FlowState state, Value value)
    {
        if (block.ConditionKind == ControlFlowConditionKind.None)
        {
            if (block.FallThroughSuccessor is { } next)
            {
                if (next.Semantics == ControlFlowBranchSemantics.Return && block.BranchValue is { } returned)
                    _interpreter.OnReturn(returned, value, ref state);
                if (next.Destination is { Kind: BasicBlockKind.Exit } exit && next.FinallyRegions.IsEmpty)
                    AddExit(LeaveScopes(block.EnclosingRegion, exit, state), value);
                else
                    Follow(next, next.Semantics == ControlFlowBranchSemantics.Return ? state.Set(_result, value) : state);
            }

            return;
        }

        Condition condition = Interpreter.ToCondition(value);
        bool jumpWhen = block.ConditionKind == ControlFlowConditionKind.WhenTrue;
        int way = block.Ordinal;
        foreach (FlowState taken in Assumptions.Assume(state, condition, jumpWhen))
            Follow(block.ConditionalSuccessor!, taken.Fork(way += MaxBlocks));
        way = -block.Ordinal;
        foreach (FlowState passed in Assumptions.Assume(state, condition, !jumpWhen))
            Follow(block.FallThroughSuccessor!, passed.Fork(way -= MaxBlocks));
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
    private FlowState LeaveScopes(ControlFlowRegion source, BasicBlock destination, FlowState state)
    {
        StateMap<Place, Value> values = state.Values;
        for (ControlFlowRegion region = source; IsLeft(region, destination); region = region.EnclosingRegion!)
        {
            foreach (ILocalSymbol local in region.Locals)
                values = values.Remove(new Place(null, local));
            foreach (CaptureId capture in region.CaptureIds)
                values = values.Remove(new Place(null, capture, frame.Graph));
        }

        return state.WithValues(values);
    }

    private static bool HasFinally(ControlFlowRegion source, BasicBlock destination)
    {
        for (ControlFlowRegion region = source; IsLeft(region, destination); region = region.EnclosingRegion!)
        {
            if (region.Kind == ControlFlowRegionKind.TryAndFinally)
                return true;
        }

        return false;
    }

    // No branch leaves the outermost region, which has no other one around it.
    private static bool IsLeft(ControlFlowRegion region, BasicBlock destination) =>
        destination.Ordinal < region.FirstBlockOrdinal || destination.Ordinal > region.LastBlockOrdinal;

    // A branch that leaves try regions runs their finally blocks first.
    private void Continue(ControlFlowBranch branch, int index, BasicBlock destination, FlowState state)
    {
        ControlFlowRegion source = branch.Source.EnclosingRegion;
        if (HasFinally(source, destination) && index < branch.FinallyRegions.Length)
        {
            BasicBlock first = frame.Graph.Blocks[branch.FinallyRegions[index].FirstBlockOrdinal];
            Enqueue(first, state.Push(new Continuation(destination, index + 1, branch)), isBackEdge: false);
            return;
        }

        bool isBackEdge = branch.Source.Ordinal >= destination.Ordinal && source.Kind != ControlFlowRegionKind.Finally;
        Enqueue(destination, LeaveScopes(source, destination, state), isBackEdge);
    }

    private static bool IsGuarded(ControlFlowRegion region)
    {
        ControlFlowRegion? around = region;
        while (around is { Kind: not (ControlFlowRegionKind.Root or ControlFlowRegionKind.Try) })
            around = around.EnclosingRegion;
        return around is { Kind: ControlFlowRegionKind.Try };
    }

    // An exception may leave the block at any operation.
    private void EnterHandlers(BasicBlock block, FlowState state)
    {
        for (ControlFlowRegion? region = block.EnclosingRegion; region is { Kind: not ControlFlowRegionKind.Root }; region = region.EnclosingRegion)
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
        if (!isBackEdge && info.FindAlike(state) is { } alike && info.Seen.Contains(state = alike.Join(state, block, widen: false)))
            return;
        if (info.Visits++ > MaxVisits)
        {
            body.Budget.Exhaust();
            return;
        }

        if (isBackEdge && info.Turns++ >= MaxTurns)
        {
            info.Widened ??= info.Seen.Count == 0 ? null : info.Seen[info.Seen.Count - 1];
            state = info.Widened is null || !info.Widened.SamePending(state) ? state : info.Widened.Join(state, block, widen: true);
            // In a finally block the ways on are not told apart by branches.
            info.Widened = state = state.ForgetLost(info.Seen.Count == 0 ? state : info.Seen[0]).WithPath(state.Pending.IsEmpty ? (block.Ordinal << 1) | 1 : 0);
        }
        else if (info.FindEarlierTurn(state) is { } earlier)
        {
            // One more turn of a widened loop by the same branches: what is known now covers what was known before.
            if (info.TryReplace(earlier, state))
                return;
        }
        else if (info.Seen.Count >= _maxPaths)
        {
            state = info.FindPartner(state)?.Join(state, block, widen: info.Visits > WidenAfter) ?? state;
        }

        if (info.Seen.Contains(state))
            return;
        _ready++;
        _first = Math.Min(_first, block.Ordinal);
        info.Seen.Add(state);
    }

    private void AddExit(FlowState state, Value value)
    {
        // A caller goes on once for ways out that hardly differ.
        for (int i = 0; i < Exits.Count; i++)
        {
            if (!Exits[i].Value.Equals(value))
                continue;
            if (Exits[i].State.Equals(state))
                return;
            if (!frame.IsInlined || !Exits[i].State.SamePending(state) || !Exits[i].State.HasSameNulls(state))
                continue;
            Exits[i] = new Exit(Exits[i].State.Join(state, this, widen: false), value);
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

    private void Cap(List<FlowState> states, object point)
    {
        while (states.Count > _maxPaths)
        {
            FlowState last = states[states.Count - 1];
            states.RemoveAt(states.Count - 1);
            states[states.Count - 1] = states[states.Count - 1].Join(last, point, widen: false);
        }
    }

    private sealed class BlockInfo
    {
        private int _taken;

        /// <summary>The states in which the block is entered; those that come last have yet to be carried through it.</summary>
        public List<FlowState> Seen { get; } = new(capacity: 2);

        public bool IsReady => _taken < Seen.Count;

        public int Visits { get; set; }

        public int Turns { get; set; }

        public FlowState? Widened { get; set; }

        /// <summary>Puts a state in the place of one that has yet to be carried through the block.</summary>
        public bool TryReplace(FlowState old, FlowState state)
        {
            int index = Seen.LastIndexOf(old);
            if (index < _taken)
                return false;
            Seen[index] = state;
            return true;
        }

        public FlowState Take() => Seen[_taken++];

        public FlowState? FindAlike(FlowState state)
        {
            foreach (FlowState seen in Seen)
            {
                if (seen.DiffersInSums(state))
                    return seen;
            }

            return null;
        }

        public FlowState? FindEarlierTurn(FlowState state)
        {
            for (int i = Seen.Count - 1; i >= 0 && state.Path != 0; i--)
            {
                if (Seen[i].Path == state.Path && Seen[i].SamePending(state) && Seen[i].HasSameNulls(state))
                    return Seen[i];
            }

            return null;
        }

        /// <summary>The last state that can be joined with another one, rather one that agrees with it about all references.</summary>
        public FlowState? FindPartner(FlowState state)
        {
            FlowState? partner = null;
            for (int i = Seen.Count - 1; i >= 0; i--)
            {
                if (!Seen[i].SamePending(state))
                    continue;
                if (Seen[i].HasSameNulls(state))
                    return Seen[i];
                partner ??= Seen[i];
            }

            return partner;
        }
    }
}
