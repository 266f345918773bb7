using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>Where a value goes.</summary>
internal enum UseKind
{
    Local,
    Member,
    Argument,
    Return,
    ElementStore,
    PointerConversion,
    Indexer,
    ArraySize,
    Comparison,
    CompoundAssignment,
    Text,
    Discard,
    Slice,
    Dereference,
    Narrowing,
}

/// <summary>A value arrives at a place that expects something of it.</summary>
internal readonly struct ValueUse(Value value, SyntaxNode node, UseKind kind, FlowState state, Frame frame)
{
    public Value Value { get; } = value;

    /// <summary>The expression that is used.</summary>
    public SyntaxNode Node { get; } = node;

    public UseKind Kind { get; } = kind;

    public FlowState State { get; } = state;

    /// <summary>The body in which this happens; inlined if it is a callee of the analyzed body.</summary>
    public Frame Frame { get; } = frame;

    /// <summary>Name of the variable, parameter, member or method that receives the value.</summary>
    public string? Name { get; init; }

    /// <summary>Type of the receiving place.</summary>
    public ITypeSymbol? Type { get; init; }

    /// <summary>Declared quantity of the receiving place.</summary>
    public ValueKind Expected { get; init; }

    /// <summary>The MDL that the receiving place is about.</summary>
    public ObjectId? Mdl { get; init; }

    /// <summary>The call whose argument this is, or the object whose member is assigned.</summary>
    public CallEvent? Call { get; init; }

    public ObjectId? Receiver { get; init; }

    /// <summary>The element that is assigned.</summary>
    public SyntaxNode? Target { get; init; }

    /// <summary>Value on the other side of a comparison.</summary>
    public Value? Other { get; init; }

    /// <summary>The method that receives the value or compares it.</summary>
    public IMethodSymbol? Method { get; init; }

    /// <summary>The operation that is performed.</summary>
    public IOperation? Operation { get; init; }

    public bool IsInlined => Frame.IsInlined;
}

/// <summary>An arithmetic result.</summary>
internal readonly struct Computation(Linear result, IOperation operation, SyntaxNode node, FlowState state, Frame frame)
{
    public Linear Result { get; } = result;

    public IOperation Operation { get; } = operation;

    public SyntaxNode Node { get; } = node;

    public FlowState State { get; } = state;

    public Frame Frame { get; } = frame;

    /// <summary>Operands, in the order of the operator or of the parameters.</summary>
    public ImmutableArray<Value> Operands { get; init; }
}

/// <summary>An object is used in a way that needs it to exist.</summary>
internal readonly struct ObjectUse(ObjectId id, SyntaxNode node, Effect effect, FlowState state, Frame frame, SyntaxNode? obtained)
{
    public ObjectId Id { get; } = id;

    /// <summary>The argument or receiver.</summary>
    public SyntaxNode Node { get; } = node;

    public Effect Effect { get; } = effect;

    /// <summary>The state before the use.</summary>
    public FlowState State { get; } = state;

    public Frame Frame { get; } = frame;

    /// <summary>Where the reference was obtained.</summary>
    public SyntaxNode? Obtained { get; } = obtained;
}

/// <summary>A call with its arguments.</summary>
internal sealed class CallEvent(IMethodSymbol method, SyntaxNode node, ImmutableArray<CallArgument> arguments, FlowState state, Frame frame)
{
    public IMethodSymbol Method { get; } = method;

    public SyntaxNode Node { get; } = node;

    public ImmutableArray<CallArgument> Arguments { get; } = arguments;

    public FlowState State { get; } = state;

    public Frame Frame { get; } = frame;

    /// <summary>The object that the method is called on.</summary>
    public Value? Receiver { get; init; }

    /// <summary>Whether the method is called through a delegate that was made elsewhere.</summary>
    public bool IsIndirect { get; init; }

    public CallArgument? this[string? parameterName]
    {
        get
        {
            if (parameterName is null)
                return null;
            foreach (CallArgument argument in Arguments)
            {
                if (argument.Parameter?.Name == parameterName)
                    return argument;
            }

            return null;
        }
    }

    public CallArgument? WithEffect(Effect effect)
    {
        foreach (CallArgument argument in Arguments)
        {
            if (argument.Contract.Effect == effect)
                return argument;
        }

        return null;
    }

    public CallArgument? WithKind(ValueKind kind)
    {
        foreach (CallArgument argument in Arguments)
        {
            if (argument.Contract.Kind == kind)
                return argument;
        }

        return null;
    }
}

/// <summary>One argument of a call.</summary>
internal sealed class CallArgument(IParameterSymbol? parameter, ParameterContract contract, Value value, IOperation operation)
{
    public IParameterSymbol? Parameter { get; } = parameter;

    public ParameterContract Contract { get; } = contract;

    public Value Value { get; } = value;

    public IOperation Operation { get; } = operation;

    public SyntaxNode Node => Operation.Syntax;

    public ObjectId? Object => (Value as ObjectValue)?.Id;

    /// <summary>Whether a parameter of the calling body is handed on, possibly converted.</summary>
    public bool IsParameter
    {
        get
        {
            IOperation operation = Operation;
            while (operation is IConversionOperation conversion)
                operation = conversion.Operand;
            return operation is IParameterReferenceOperation;
        }
    }
}
