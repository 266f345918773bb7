using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Framework methods that call a delegate for each element of a collection, and those that hand on its elements.</summary>
internal sealed partial class Interpreter
{
    private Value? EvalSequence(IInvocationOperation invocation, CallEvent call, Value? receiver)
    {
        IMethodSymbol method = invocation.TargetMethod;
        if (method.ContainingType.Name is not ("Enumerable" or "List" or "Array" or "Parallel"))
            return null;
        Value? source = receiver ?? (call.Arguments.Length > 0 ? call.Arguments[0].Value : null);
        CallArgument? last = call.Arguments.Length > 0 ? call.Arguments[call.Arguments.Length - 1] : null;
        if (source is not ObjectValue { Id: var collection })
            return null;
        if (last is { Value: DelegateValue { Method.Parameters.Length: 1 } work })
            return call.Arguments.Length == (receiver is null ? 2 : 1) ? ForEach(invocation, work, last, ElementsOf(collection), call) : null;
        if (call.Arguments.Length != (receiver is null ? 1 : 0) || ElementsOf(collection) is not { Length: > 0 } elements)
            return null;
        return method.Name switch
        {
            "First" => elements[0],
            "Last" => elements[elements.Length - 1],
            "Single" when elements.Length == 1 => elements[0],
            "ToArray" or "ToList" => Collect(invocation, elements),
            _ => null,
        };
    }

    private Value? ForEach(IInvocationOperation invocation, DelegateValue work, CallArgument argument, Value[]? elements, CallEvent call)
    {
        string name = invocation.TargetMethod.Name;
        bool isFilter = name is "Where" or "FindAll" or "First" or "Single" or "Last";
        bool isOrder = name is "OrderBy" or "OrderByDescending" or "ThenBy" or "ThenByDescending";
        if (elements is null && !isFilter && !isOrder && name is not ("Select" or "ForEach"))
            return null;
        // Of a collection that is not known, any element will do.
        IParameterSymbol parameter = work.Method.Parameters[0];
        elements ??= [Symbolic(parameter, parameter.Type, ValueKind.None)];
        FlowState first = _state;
        var results = new List<Value>();
        foreach (Value element in elements)
        {
            FlowState before = _state;
            Value result = CallFor(element, work, argument, call.Node);
            if (isFilter && !_dead)
                AssumeHere(ToCondition(result), truth: true);
            if (!_dead)
                results.Add(isFilter || isOrder ? element : result);
            else
                (_state, _dead) = (before, false);
        }

        switch (name)
        {
            case "ForEach":
                return UnknownValue.Instance;
            case "All" or "TrueForAll" when results.Count == elements.Length:
                return new BoolValue(results.Select(ToCondition).Aggregate(Condition.True, Condition.And));
            case "Any" or "Exists" when results.Count == elements.Length:
                return new BoolValue(results.Select(ToCondition).Aggregate(Condition.False, Condition.Or));
            case "First" or "Single" when results.Count > 0:
                return results[0];
            case "Last" when results.Count > 0:
                return results[results.Count - 1];
            case "Sum" or "Max" or "Min" when results.Count == 1:
                return results[0];
            case "Select" when results.Count > 0:
            case var _ when (isFilter || isOrder) && results.Count > 0:
                return Collect(invocation, [.. results]);
            default:
                _state = first;
                return null;
        }
    }

    private Value CallFor(Value element, DelegateValue work, CallArgument argument, SyntaxNode node)
    {
        MethodContract contract = Contracts.Method(work.Method);
        var call = new CallEvent(work.Method, node, [new CallArgument(work.Method.Parameters[0], contract.Parameter(0), element, argument.Operation)], _state, frame) { IsIndirect = true };
        return work.Lambda is { } lambda ? FollowLambda(lambda, work, call)
            : ResultOf(argument.Operation, work.Method, contract, call, work.Receiver is { } id ? new ObjectValue(id) : null);
    }

    private ObjectValue Collect(IInvocationOperation invocation, Value[] elements)
    {
        ObjectValue collection = Site(invocation);
        for (int i = 0; i < elements.Length; i++)
            _state = _state.Set(new Place(collection.Id, i), elements[i]);
        _state = _state.Set(new Place(collection.Id, _countOfElements), Linear.Of(elements.Length));
        return collection;
    }
}
