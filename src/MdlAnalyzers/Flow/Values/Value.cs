using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MdlAnalyzers.Flow.Values;

/// <summary>What an expression is known to be.</summary>
internal abstract class Value : IEquatable<Value>
{
    public abstract bool Equals(Value? other);

    public sealed override bool Equals(object? obj) => Equals(obj as Value);

    public abstract override int GetHashCode();
}

/// <summary>Nothing is known, except which objects had a part in it.</summary>
internal sealed class UnknownValue(ImmutableArray<ObjectId> involved) : Value
{
    public static readonly UnknownValue Instance = new(ImmutableArray<ObjectId>.Empty);

    /// <summary>Objects that were handed to the call that computed the value: its answer may be about them.</summary>
    public ImmutableArray<ObjectId> Involved { get; } = involved;

    public override bool Equals(Value? other) => other is UnknownValue unknown && Involved.SequenceEqual(unknown.Involved);

    public override int GetHashCode() => 17 + Involved.Length;
}

/// <summary>The null reference.</summary>
internal sealed class NullValue : Value
{
    public static readonly NullValue Instance = new();

    public override bool Equals(Value? other) => other is NullValue;

    public override int GetHashCode() => 3;
}

/// <summary>A reference to an object, or a value type known by where it is stored.</summary>
internal sealed class ObjectValue(ObjectId id) : Value
{
    public ObjectId Id { get; } = id;

    public override bool Equals(Value? other) => other is ObjectValue value && Id.Equals(value.Id);

    public override int GetHashCode() => Id.GetHashCode();
}

/// <summary>A truth value whose meaning is known.</summary>
internal sealed class BoolValue(Condition condition) : Value
{
    public Condition Condition { get; } = condition;

    public override bool Equals(Value? other) => other is BoolValue value && Condition.Equals(value.Condition);

    public override int GetHashCode() => Condition.GetHashCode();
}

/// <summary>A tuple, element by element.</summary>
internal sealed class TupleValue(ImmutableArray<Value> elements) : Value
{
    public ImmutableArray<Value> Elements { get; } = elements;

    public override bool Equals(Value? other) => other is TupleValue value && Elements.SequenceEqual(value.Elements);

    public override int GetHashCode() => 31 + Elements.Length;
}

/// <summary>The page frame numbers of an MDL from an index on.</summary>
internal sealed class FramesValue(ObjectId mdl, Linear start, SyntaxNode? origin) : Value
{
    /// <summary>The accessor; no part of the identity.</summary>
    public SyntaxNode? Origin { get; } = origin;

    public ObjectId Mdl { get; } = mdl;

    public Linear Start { get; } = start;

    public override bool Equals(Value? other) => other is FramesValue value && Mdl.Equals(value.Mdl) && Start.Equals(value.Start);

    public override int GetHashCode() => unchecked(Mdl.GetHashCode() * 397 + Start.GetHashCode());
}

/// <summary>A span over memory at an address.</summary>
internal sealed class SpanValue(Linear address, Linear length) : Value
{
    public Linear Address { get; } = address;

    public Linear Length { get; } = length;

    public override bool Equals(Value? other) => other is SpanValue value && Address.Equals(value.Address) && Length.Equals(value.Length);

    public override int GetHashCode() => unchecked(Address.GetHashCode() * 397 + Length.GetHashCode());
}

/// <summary>A delegate or function pointer whose target is known.</summary>
internal sealed class DelegateValue(IMethodSymbol method, ObjectId? receiver, IFlowAnonymousFunctionOperation? lambda, Frame frame) : Value
{
    public IMethodSymbol Method { get; } = method;

    public ObjectId? Receiver { get; } = receiver;

    /// <summary>The lambda, if the target is one; it belongs to the graph of <see cref="Frame"/>.</summary>
    public IFlowAnonymousFunctionOperation? Lambda { get; } = lambda;

    /// <summary>The body that created the delegate.</summary>
    public Frame Frame { get; } = frame;

    public override bool Equals(Value? other) =>
        other is DelegateValue value && SymbolEqualityComparer.Default.Equals(Method, value.Method) && Equals(Receiver, value.Receiver)
        && (Lambda is null || ReferenceEquals(Frame, value.Frame));

    public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(Method);
}

/// <summary>A reference (ref local, ref parameter) to a storage location.</summary>
internal sealed class ReferenceValue(Place target, IOperation operation) : Value
{
    public Place Target { get; } = target;

    public IOperation Operation { get; } = operation;

    public override bool Equals(Value? other) => other is ReferenceValue value && Target.Equals(value.Target);

    public override int GetHashCode() => Target.GetHashCode();
}
