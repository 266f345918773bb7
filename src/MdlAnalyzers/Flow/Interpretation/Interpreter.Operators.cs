using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Assignments, operators and conversions.</summary>
internal sealed partial class Interpreter
{
    private Value EvalAssignment(ISimpleAssignmentOperation assignment)
    {
        if (assignment.IsRef)
        {
            Value target = Eval(assignment.Value);
            if (assignment.Target is ILocalReferenceOperation alias)
                _state = _state.Set(new Place(null, alias.Local), LocationOf(assignment.Value) is { } location ? new ReferenceValue(location, assignment.Value) : target);
            return target;
        }

        Value value = Eval(assignment.Value);
        if (!_dead)
            Assign(assignment.Target, value, assignment.Value);
        return value;
    }

    private Place? LocationOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => new Place(null, local.Local),
        IParameterReferenceOperation parameter => PlaceOf(parameter.Parameter),
        IFieldReferenceOperation { Instance: null } field => new Place(null, field.Field),
        IFieldReferenceOperation field when Eval(field.Instance) is ObjectValue owner => new Place(owner.Id, field.Field),
        _ => null,
    };

    private Value EvalCompound(ICompoundAssignmentOperation compound)
    {
        Value left = ReadTarget(compound.Target);
        Value right = Eval(compound.Value);
        Value result = Operate(compound.OperatorKind, left, right, compound, compound.Type);
        body.OnUse(new ValueUse(right, compound.Value.Syntax, UseKind.CompoundAssignment, _state, frame)
        {
            Name = NameOf(compound.Target),
            Type = compound.Target.Type,
            Other = left,
            Operation = compound,
        });
        Assign(compound.Target, result, compound);
        return result;
    }

    private Value EvalIncrement(IIncrementOrDecrementOperation increment)
    {
        Value old = ReadTarget(increment.Target);
        Value changed = old is Linear number ? number.AddConstant(increment.Kind == OperationKind.Increment ? 1 : -1).WithLabel(null) : UnknownValue.Instance;
        switch (increment.Target)
        {
            case ILocalReferenceOperation local: Store(new Place(null, local.Local), changed); break;
            case IParameterReferenceOperation parameter: Store(PlaceOf(parameter.Parameter), changed); break;
            case IFieldReferenceOperation or IPropertyReferenceOperation when LocationOf(increment.Target) is { } location: Store(location, changed); break;
        }

        return increment.IsPostfix ? old : changed;
    }

    private Value ReadTarget(IOperation target)
    {
        if (target is IFlowCaptureReferenceOperation capture && _captured.TryGetValue(capture.Id, out IOperation? captured) && captured is not IFlowCaptureReferenceOperation)
            target = captured;
        if (target is IMemberReferenceOperation changed)
            body.Session.Kept.NoteChange(changed.Member);
        return Eval(target);
    }

    private Value EvalDeconstruction(IDeconstructionAssignmentOperation deconstruction)
    {
        Value value = Eval(deconstruction.Value);
        if (!_dead)
            Assign(deconstruction.Target, value, deconstruction.Value);
        return value;
    }

    private Value EvalConversion(IConversionOperation conversion)
    {
        Value value = Eval(conversion.Operand);
        ITypeSymbol? type = conversion.Type;
        if (type is IPointerTypeSymbol && conversion.Operand.Type is not IPointerTypeSymbol)
            body.OnUse(new ValueUse(value, conversion.Operand.Syntax, UseKind.PointerConversion, _state, frame) { Type = type, Operation = conversion });

        if (!conversion.IsChecked)
            Narrowed(value, conversion.Operand.Type, type, conversion.Syntax, conversion);

        if (conversion.OperatorMethod is { } user && !IsFrameworkNumber(user.ContainingType))
            return TryInline(user, null, [value], conversion.Syntax, out Value inlined) ? inlined : Result(type, conversion.Syntax, value);
        if (value is NullValue && IsNumeric(type) && type is IPointerTypeSymbol)
            return Linear.Zero;
        if (value is Linear number)
        {
            bool toInteger = IsNumeric(type) && type!.SpecialType is not (SpecialType.System_Double or SpecialType.System_Single or SpecialType.System_Decimal);
            return toInteger ? Arithmetic.Truncate(number) : number;
        }

        return value;
    }

    // A number of 64 bits becomes one of at most 32, or any one of at most 16.
    private void Narrowed(Value value, ITypeSymbol? from, ITypeSymbol? to, SyntaxNode node, IOperation operation)
    {
        if (value is not Linear { IsConstant: false })
            return;
        (from, to) = (frame.TypeOf(from), frame.TypeOf(to));
        if (IsNumeric(to) && (IsShort(to) || (IsWide(from) && !IsWide(to))))
            body.OnUse(new ValueUse(value, node, UseKind.Narrowing, _state, frame) { Type = to, Operation = operation });
    }

    private static bool IsWide(ITypeSymbol? type) =>
        type is { TypeKind: TypeKind.Pointer } or { SpecialType: SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_IntPtr or SpecialType.System_UIntPtr
            or SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal };

    private static bool IsShort(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16;

    private static bool IsFrameworkNumber(ITypeSymbol? type) =>
        type is { SpecialType: not SpecialType.None } or { ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } }
            or { TypeKind: TypeKind.Interface, ContainingNamespace: { Name: "Numerics", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } };

    // What a call or operator without a model returns: unknown, and possibly about what was handed to it.
    private Value Result(ITypeSymbol? type, SyntaxNode node, params Value[] inputs)
    {
        // Nothing is evaluated while the list is filled.
        ImmutableArray<ObjectId>.Builder involved = _involved ??= ImmutableArray.CreateBuilder<ObjectId>();
        involved.Clear();
        foreach (Value input in inputs)
            Involve(input, involved);
        if (type is null || type.SpecialType == SpecialType.System_Boolean || (IsNumeric(type) && involved.Count > 0))
            return involved.Count == 0 ? UnknownValue.Instance : new UnknownValue(involved.ToImmutable());
        if (IsNumeric(type))
            return Fresh(node, type);
        ObjectId id = ObjectId.ForSite(node, frame.CallSite);
        _state = _state.Forget(id);
        return new ObjectValue(id);
    }

    private Value EvalUnary(IUnaryOperation unary)
    {
        Value value = Eval(unary.Operand);
        switch (unary.OperatorKind)
        {
            case UnaryOperatorKind.Not:
                return new BoolValue(Condition.Not(ToCondition(value)));
            case UnaryOperatorKind.Minus when value is Linear number:
                return number.Scale(-1);
            case UnaryOperatorKind.Plus:
                return value;
            case UnaryOperatorKind.BitwiseNegation when value is Linear { IsConstant: true } number:
                return Linear.Of(~number.Constant, number.Label);
            case UnaryOperatorKind.Hat:
                return UnknownValue.Instance;
            default:
                return Result(unary.Type, unary.Syntax, value);
        }
    }

    private Value EvalBinary(IBinaryOperation binary)
    {
        if (binary.LeftOperand is IBinaryOperation)
            return EvalBinaryChain(binary);
        Value left = Eval(binary.LeftOperand);
        Value right = Eval(binary.RightOperand);
        return Combine(binary, left, right);
    }

    // "a + b + c + ..." nests to the left; it is walked in a loop.
    private Value EvalBinaryChain(IBinaryOperation outermost)
    {
        var chain = new Stack<IBinaryOperation>();
        IOperation first = outermost;
        while (first is IBinaryOperation { ConstantValue.HasValue: false } binary)
        {
            chain.Push(binary);
            first = binary.LeftOperand;
        }

        Value value = Eval(first);
        while (chain.Count > 0)
        {
            IBinaryOperation binary = chain.Pop();
            if (!body.Budget.Spend())
                return UnknownValue.Instance;
            value = Combine(binary, value, Eval(binary.RightOperand));
        }

        return value;
    }

    private Value Combine(IBinaryOperation binary, Value left, Value right)
    {
        if (_dead)
            return UnknownValue.Instance;
        if (binary.OperatorMethod is { } user && !IsFrameworkNumber(user.ContainingType) && left is not NullValue && right is not NullValue)
            return TryInline(user, null, [left, right], binary.Syntax, out Value inlined) ? inlined : Result(binary.Type, binary.Syntax, left, right);
        if (ComparisonOf(binary.OperatorKind) is { } comparison)
            return EvalComparison(binary, comparison, left, right);

        return Operate(binary.OperatorKind, left, right, binary, binary.Type);
    }

    private Value EvalComparison(IBinaryOperation binary, Comparison comparison, Value left, Value right)
    {
        Compared(left, right, binary.LeftOperand, binary);
        Compared(right, left, binary.RightOperand, binary);
        Condition condition = Compare(comparison, left, right, IsUnsigned(binary.LeftOperand.Type));
        return new BoolValue(condition);
    }

    private void Compared(Value value, Value other, IOperation operand, IOperation operation) =>
        body.OnUse(new ValueUse(value, operand.Syntax, UseKind.Comparison, _state, frame) { Other = other, Operation = operation });

    private static Condition Compare(Comparison comparison, Value left, Value right, bool unsigned)
    {
        bool equality = comparison is Comparison.Equal or Comparison.NotEqual;
        Condition? result = (left, right) switch
        {
            (Linear a, Linear b) => Condition.Compare(comparison, a, b, unsigned),
            (NullValue, NullValue) when equality => Condition.True,
            (ObjectValue a, NullValue) when equality => Condition.IsNull(a.Id),
            (NullValue, ObjectValue b) when equality => Condition.IsNull(b.Id),
            (NullValue, Linear or BoolValue or TupleValue or FramesValue) when equality => Condition.False,
            (Linear or BoolValue or TupleValue or FramesValue, NullValue) when equality => Condition.False,
            (ObjectValue a, ObjectValue b) when equality && a.Equals(b) => Condition.True,
            (BoolValue a, BoolValue b) when equality && b.Condition.Kind == ConditionKind.Constant => b.Condition.Truth ? a.Condition : Condition.Not(a.Condition),
            (BoolValue a, BoolValue b) when equality && a.Condition.Kind == ConditionKind.Constant => a.Condition.Truth ? b.Condition : Condition.Not(b.Condition),
            _ => null,
        };

        if (result is not null)
            return comparison == Comparison.NotEqual && result.Kind != ConditionKind.Compare ? Condition.Not(result) : result;

        ImmutableArray<ObjectId>.Builder involved = ImmutableArray.CreateBuilder<ObjectId>();
        if (left is UnknownValue || right is UnknownValue)
        {
            if (left is UnknownValue)
                Involve(left, involved);
            if (right is UnknownValue)
                Involve(right, involved);
        }

        return Condition.About(involved.ToImmutable());
    }

    private Value Operate(BinaryOperatorKind kind, Value left, Value right, IOperation operation, ITypeSymbol? type)
    {
        if (left is BoolValue or UnknownValue && right is BoolValue or UnknownValue && type?.SpecialType == SpecialType.System_Boolean)
        {
            Condition a = ToCondition(left), b = ToCondition(right);
            switch (kind)
            {
                case BinaryOperatorKind.And or BinaryOperatorKind.ConditionalAnd: return new BoolValue(Condition.And(a, b));
                case BinaryOperatorKind.Or or BinaryOperatorKind.ConditionalOr: return new BoolValue(Condition.Or(a, b));
            }
        }

        if (kind == BinaryOperatorKind.Add && type?.SpecialType == SpecialType.System_String)
        {
            string? before = operation is IBinaryOperation { LeftOperand.ConstantValue: { HasValue: true, Value: string literal } } ? literal : null;
            body.OnUse(new ValueUse(right, operation is IBinaryOperation text ? text.RightOperand.Syntax : operation.Syntax, UseKind.Text, _state, frame) { Name = before, Operation = operation });
            body.OnUse(new ValueUse(left, operation.Syntax, UseKind.Text, _state, frame) { Operation = operation });
            return UnknownValue.Instance;
        }

        if (kind == BinaryOperatorKind.Multiply && operation is IBinaryOperation product)
        {
            if (left is Linear && ReciprocalOf(product.RightOperand) is { } divisor)
                (kind, right) = (BinaryOperatorKind.Divide, divisor);
            else if (right is Linear && ReciprocalOf(product.LeftOperand) is { } other)
                (kind, left, right) = (BinaryOperatorKind.Divide, right, other);
        }

        if (left is not Linear x || right is not Linear y)
            return left is FramesValue frames && right is Linear step && kind == BinaryOperatorKind.Add
                ? new FramesValue(frames.Mdl, Arithmetic.Add(frames.Start, step, operation.Syntax), frames.Origin)
                : Result(type, operation.Syntax, left, right);

        SyntaxNode node = operation.Syntax;
        bool real = type?.SpecialType is SpecialType.System_Double or SpecialType.System_Single or SpecialType.System_Decimal;
        Linear result = kind switch
        {
            BinaryOperatorKind.Add => Arithmetic.Add(x, y, node),
            BinaryOperatorKind.Subtract => Arithmetic.Subtract(x, y, node),
            BinaryOperatorKind.Multiply => Arithmetic.Multiply(x, y, node),
            BinaryOperatorKind.Divide => Arithmetic.Divide(x, y, node, real),
            BinaryOperatorKind.Remainder => Arithmetic.Modulo(x, y, node),
            BinaryOperatorKind.LeftShift => Arithmetic.ShiftLeft(x, y, node),
            BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift => Arithmetic.ShiftRight(x, y, node),
            BinaryOperatorKind.And => Arithmetic.And(x, y, node),
            BinaryOperatorKind.Or when AreDisjoint(x, y) => Arithmetic.Add(x, y, node),
            BinaryOperatorKind.Or when y.IsConstantOf(Arithmetic.PageMask) => Arithmetic.PageAlign(x, node).AddConstant(Arithmetic.PageMask),
            _ => Fresh(node, type),
        };
        body.OnCompute(new Computation(result, operation, node, _state, frame) { Operands = [left, right] });
        return result;
    }

    // "length * (1.0 / 4096)" is a division.
    private static Linear? ReciprocalOf(IOperation operand)
    {
        double? factor = operand.ConstantValue switch
        {
            { HasValue: true, Value: double number } => number,
            { HasValue: true, Value: float number } => number,
            _ => null,
        };
        return factor is > 0 and < 1 && Math.Floor(1 / factor.Value) == 1 / factor.Value && 1 / factor.Value < int.MaxValue ? Linear.Of((long)(1 / factor.Value)) : null;
    }

    // "frame << 12 | offset" is a sum because no bit is set in both.
    private static bool AreDisjoint(Linear a, Linear b)
    {
        static bool Pages(Linear value) => !value.IsConstant && value.Constant % Arithmetic.PageSize == 0
            && value.Summands.All(s => s.Term.IsPageMultiple || s.Factor % Arithmetic.PageSize == 0);
        static bool Low(Linear value) => value.IsSingle(out Term term) && term.Kind == TermKind.Offset || value.IsConstant && value.Constant is >= 0 and <= Arithmetic.PageMask;
        return (Pages(a) && Low(b)) || (Low(a) && Pages(b));
    }

    private static Comparison? ComparisonOf(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Equals => Comparison.Equal,
        BinaryOperatorKind.NotEquals => Comparison.NotEqual,
        BinaryOperatorKind.LessThan => Comparison.Less,
        BinaryOperatorKind.LessThanOrEqual => Comparison.LessOrEqual,
        BinaryOperatorKind.GreaterThan => Comparison.Greater,
        BinaryOperatorKind.GreaterThanOrEqual => Comparison.GreaterOrEqual,
        _ => null,
    };
}
