using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Delegates and function pointers: what they point to, and calls through them.</summary>
internal sealed partial class Interpreter
{
    private Value EvalDelegate(IDelegateCreationOperation creation) => creation.Target switch
    {
        IFlowAnonymousFunctionOperation lambda => EvalLambda(lambda, NameOfTarget(creation.Parent)),
        IMethodReferenceOperation reference => EvalMethodReference(reference),
        _ => Eval(creation.Target),
    };

    private DelegateValue EvalMethodReference(IMethodReferenceOperation reference)
    {
        Value? receiver = reference.Instance is null ? null : Eval(reference.Instance);
        if (reference.Method.MethodKind == MethodKind.LocalFunction)
            body.EnterLocalFunction(reference.Method, _state);
        return new DelegateValue(reference.Method, (receiver as ObjectValue)?.Id, lambda: null, frame);
    }

    private Value EvalLambda(IFlowAnonymousFunctionOperation lambda, string? name)
    {
        // An expression tree is data, not code that runs here.
        if (lambda.Parent?.Type is { Name: "Expression" })
            return UnknownValue.Instance;
        if (frame.CallSite is null && !IsHandedToMethod(lambda))
            body.RunLambda(lambda, _state, frame, name);
        return new DelegateValue(lambda.Symbol, receiver: null, lambda, frame);
    }

    // The method may call the lambda, and then knows more than the place where it is written.
    private static bool IsHandedToMethod(IFlowAnonymousFunctionOperation lambda) =>
        lambda.Parent is IDelegateCreationOperation { Parent: IArgumentOperation { Parent: IInvocationOperation { TargetMethod.MethodKind: not MethodKind.DelegateInvoke } } };

    // A lambda that was not seen to be called is followed with what is known where it is handed over.
    private void RunUncalled(CallEvent call)
    {
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Value is DelegateValue { Lambda: { } lambda } && frame.CallSite is null && IsHandedToMethod(lambda) && !body.HasRun(lambda))
                body.RunLambda(lambda, call.State, frame, NameOfTarget(lambda.Parent));
        }
    }

    // A call through a delegate is a call of the method behind it.
    private Value EvalDelegateCall(IOperation invocation, DelegateValue target, ImmutableArray<IArgumentOperation> operations)
    {
        IMethodSymbol method = target.Method;
        MethodContract contract = Contracts.Method(method);
        // The first parameter of an extension method may be the object it was taken from.
        int skipped = method.Parameters.Length - operations.Length;
        if (skipped < 0 || contract.IsConditional)
            return UnknownValue.Instance;

        ImmutableArray<CallArgument>.Builder arguments = ImmutableArray.CreateBuilder<CallArgument>(operations.Length);
        foreach (IArgumentOperation operation in operations)
        {
            int ordinal = operation.Parameter is { } named ? named.Ordinal + skipped : -1;
            IParameterSymbol? parameter = ordinal >= 0 && ordinal < method.Parameters.Length ? method.Parameters[ordinal] : null;
            Value value = parameter?.RefKind == RefKind.Out ? UnknownValue.Instance : Eval(operation.Value);
            arguments.Add(new CallArgument(parameter, contract.Parameter(ordinal), value, operation.Value));
        }

        return _dead ? UnknownValue.Instance : Enter(invocation, target, contract, arguments.MoveToImmutable());
    }

    private Value Enter(IOperation invocation, DelegateValue target, MethodContract contract, ImmutableArray<CallArgument> arguments)
    {
        var call = new CallEvent(target.Method, invocation.Syntax, arguments, _state, frame) { IsIndirect = true };
        body.OnCall(call);
        PassArguments(call);
        Value result = target.Lambda is { } lambda
            ? FollowLambda(lambda, target, call)
            : ResultOf(invocation, target.Method, contract, call, target.Receiver is { } id ? new ObjectValue(id) : null);
        Conclude(call, contract, result);
        return result;
    }

    // Work for another thread: its value is known, and what it has changed if the caller waits for it right here.
    private Value? RunTask(DelegateValue work, CallEvent call)
    {
        ImmutableArray<CallArgument> arguments = [];
        if (work.Method.Parameters.Length == 1 && call["state"] is { } state)
            arguments = [new CallArgument(work.Method.Parameters[0], Contracts.Method(work.Method).Parameter(0), state.Value, state.Operation)];
        if (work.Method.Parameters.Length != arguments.Length)
            return null;
        FlowState before = _state;
        var entered = new CallEvent(work.Method, call.Node, arguments, _state, frame) { IsIndirect = true };
        Value? result = work.Lambda is { } lambda ? FollowLambda(lambda, work, entered)
            : TryInline(work.Method, work.Receiver is { } id ? new ObjectValue(id) : null, arguments, call.Node, out Value inlined) ? inlined
            : null;
        if (!IsAwaited(call.Node))
            (_state, _dead) = (Unsettled(before, _state), false);
        return result;
    }

    // Nobody knows when the other thread writes what it writes.
    private static FlowState Unsettled(FlowState before, FlowState after)
    {
        FlowState state = before;
        foreach (KeyValuePair<Place, Value> pair in before.Values.Except(after.Values))
        {
            if (after.Get(pair.Key) is not null)
                state = state.Remove(pair.Key);
        }

        return state;
    }

    private static bool IsTask(ITypeSymbol? type) =>
        type is { ContainingNamespace: { Name: "Tasks" or "CompilerServices", ContainingNamespace.Name: "Threading" or "Runtime" } }
            and { Name: "Task" or "ValueTask" or "TaskAwaiter" or "ValueTaskAwaiter" or "ConfiguredTaskAwaitable" or "ConfiguredValueTaskAwaitable" or "ConfiguredTaskAwaiter" or "ConfiguredValueTaskAwaiter" };

    private Value FollowLambda(IFlowAnonymousFunctionOperation lambda, DelegateValue target, CallEvent call)
    {
        IMethodSymbol method = lambda.Symbol;
        if (frame.IsFollowing(method) || method.Parameters.Length != call.Arguments.Length)
            return Result(method.ReturnType, call.Node, [.. call.Arguments.Select(static a => a.Value)]);

        FlowState entry = Bind(_state, [.. call.Arguments.Select((a, i) => (method.Parameters[i], a.Value))]);
        // What happens inside is told where it is written, the result where it is used.
        if (!target.Frame.IsInlined)
            body.RunLambda(lambda, entry, target.Frame, IsHandedToMethod(lambda) ? NameOfTarget(lambda.Parent) : null);
        if (frame.InlineDepth >= MaxInlineDepth || (method.IsAsync && !IsAwaited(call.Node)))
            return Result(method.ReturnType, call.Node, [.. call.Arguments.Select(static a => a.Value)]);
        ControlFlowGraph graph = target.Frame.Graph.GetAnonymousFunctionControlFlowGraph(lambda, body.CancellationToken);
        body.Mute();
        IReadOnlyList<Exit> exits = body.RunCallee(graph, method, entry, frame, call.Node, target.Frame.This);
        body.Unmute();
        return Take(exits, method, call.Arguments);
    }

    private Value EvalPointerInvocation(IFunctionPointerInvocationOperation invocation)
    {
        if (Eval(invocation.Target) is DelegateValue target)
            return EvalDelegateCall(invocation, target, invocation.Arguments);
        ImmutableArray<CallArgument> arguments = EvalArguments(invocation.Arguments, new MethodContract());
        return Result(invocation.Type, invocation.Syntax, [.. arguments.Select(static a => a.Value)]);
    }
}
