using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Null tests and patterns.</summary>
internal sealed partial class Interpreter
{
    private static Condition IsNull(Value value) => value switch
    {
        NullValue => Condition.True,
        ObjectValue reference => Condition.IsNull(reference.Id),
        UnknownValue unknown => Condition.About(unknown.Involved),
        _ => Condition.False,
    };

    private BoolValue EvalIsPattern(IIsPatternOperation operation)
    {
        Value value = Eval(operation.Value);
        return new BoolValue(Match(value, operation.Pattern, operation.Value));
    }

    private Value EvalIsType(IIsTypeOperation operation)
    {
        Value value = Eval(operation.ValueOperand);
        Condition result = IsKnownType(operation.ValueOperand.Type, operation.TypeOperand) ? Condition.Not(IsNull(value)) : Condition.Unknown;
        return new BoolValue(operation.IsNegated ? Condition.Not(result) : result);
    }

    private Condition Match(Value value, IPatternOperation pattern, IOperation subject)
    {
        if (!body.Budget.Enter())
            return Condition.Unknown;
        Condition condition = MatchCore(value, pattern, subject);
        body.Budget.Leave();
        return condition;
    }

    private Condition MatchCore(Value value, IPatternOperation pattern, IOperation subject)
    {
        switch (pattern)
        {
            case IConstantPatternOperation constant:
                Value expected = Eval(constant.Value);
                if (expected is NullValue && value is Linear && subject.Type is IPointerTypeSymbol)
                    expected = Linear.Zero;
                if (expected is NullValue)
                    return IsNull(value);
                Compared(value, expected, subject, constant);
                return Compare(Comparison.Equal, value, expected, IsUnsigned(subject.Type));
            case IRelationalPatternOperation relational:
                Value bound = Eval(relational.Value);
                Compared(value, bound, subject, relational);
                return ComparisonOf(relational.OperatorKind) is { } comparison ? Compare(comparison, value, bound, IsUnsigned(subject.Type)) : Condition.Unknown;
            case INegatedPatternOperation negated:
                return Condition.Not(Match(value, negated.Pattern, subject));
            case IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.And } both:
                return Condition.And(Match(value, both.LeftPattern, subject), Match(value, both.RightPattern, subject));
            case IBinaryPatternOperation either:
                return Condition.Or(Match(value, either.LeftPattern, subject), Match(value, either.RightPattern, subject));
            case IDiscardPatternOperation:
                return Condition.True;
            case ITypePatternOperation type:
                return IsKnownType(type.InputType, type.MatchedType) ? Condition.Not(IsNull(value)) : Condition.Unknown;
            case IDeclarationPatternOperation declaration:
                Bind(declaration.DeclaredSymbol, value, subject);
                if (declaration.MatchesNull)
                    return Condition.True;
                return declaration.MatchedType is null || IsKnownType(declaration.InputType, declaration.MatchedType) ? Condition.Not(IsNull(value)) : Condition.Unknown;
            case IRecursivePatternOperation recursive:
                return MatchRecursive(value, recursive, subject);
            case IListPatternOperation list:
                return MatchList(value, list, subject);
            default:
                EvalChildren(pattern);
                return Condition.Unknown;
        }
    }

    private Condition MatchRecursive(Value value, IRecursivePatternOperation pattern, IOperation subject)
    {
        // A request that is there has its stack location; only its MDL may be missing.
        Condition result = IsNeverNull(pattern.InputType) || Contracts.EntityOf(pattern.InputType) is Entity.Irp or Entity.StackLocation && !pattern.PropertySubpatterns.IsEmpty ? Condition.True : Condition.Not(IsNull(value));
        if (pattern.MatchedType is { } matched && !IsKnownType(pattern.InputType, matched))
            result = Condition.Unknown;
        Bind(pattern.DeclaredSymbol, value, subject);

        if (value is TupleValue tuple && tuple.Elements.Length == pattern.DeconstructionSubpatterns.Length)
        {
            for (int i = 0; i < tuple.Elements.Length; i++)
                result = Condition.And(result, Match(tuple.Elements[i], pattern.DeconstructionSubpatterns[i], subject));
            return result;
        }

        for (int i = 0; i < pattern.DeconstructionSubpatterns.Length; i++)
        {
            Value part = value is ObjectValue { Id: var whole } ? _state.Get(new Place(whole, i)) ?? UnknownValue.Instance : UnknownValue.Instance;
            result = Condition.And(result, Match(part, pattern.DeconstructionSubpatterns[i], subject));
        }

        foreach (IPropertySubpatternOperation property in pattern.PropertySubpatterns)
        {
            if (property.Member is not IMemberReferenceOperation member || value is not ObjectValue owner)
            {
                result = Condition.And(result, Match(UnknownValue.Instance, property.Pattern, subject));
                continue;
            }

            Value part = LoadMember(owner.Id, member.Member, member.Type, member.Syntax);
            result = Condition.And(result, Match(part, property.Pattern, member));
        }

        return result;
    }

    // Elements in front of a slice are those of the array; how many there are is not looked at.
    private Condition MatchList(Value value, IListPatternOperation list, IOperation subject)
    {
        Condition result = Condition.Unknown;
        Bind(list.DeclaredSymbol, value, subject);
        bool isCounted = true;
        for (int i = 0; i < list.Patterns.Length; i++)
        {
            isCounted &= list.Patterns[i] is not ISlicePatternOperation;
            if (value is FramesValue frames)
            {
                result = Condition.And(result, MatchFrame(frames, i, isCounted, list.Patterns[i], subject));
                continue;
            }

            Value element = isCounted && value is ObjectValue { Id: var array } ? _state.Get(new Place(array, i)) ?? UnknownValue.Instance : UnknownValue.Instance;
            if (list.Patterns[i] is not ISlicePatternOperation)
                result = Condition.And(result, Match(element, list.Patterns[i], subject));
        }

        return result;
    }

    private Condition MatchFrame(FramesValue frames, int index, bool isCounted, IPatternOperation pattern, IOperation subject) => pattern switch
    {
        ISlicePatternOperation { Pattern: null } => Condition.Unknown,
        ISlicePatternOperation slice => Match(new FramesValue(frames.Mdl, frames.Start.AddConstant(index), frames.Origin), slice.Pattern, subject),
        _ => Match(Frame(frames, isCounted ? Linear.Of(index) : Arithmetic.Opaque(pattern.Syntax, isUnsigned: true), pattern.Syntax), pattern, subject),
    };

    private void Bind(ISymbol? symbol, Value value, IOperation subject)
    {
        if (symbol is not ILocalSymbol local)
            return;
        Use(value, subject, UseKind.Local, local.Name, local.Type, ValueKind.None);
        _state = _state.Set(new Place(null, local), value);
    }

    private static bool IsNeverNull(ITypeSymbol? type) => type is { IsValueType: true, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T };

    // Whether a value of the one type, if not null, is always of the other.
    private static bool IsKnownType(ITypeSymbol? from, ITypeSymbol? to)
    {
        for (ITypeSymbol? type = from; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, to))
                return true;
        }

        return from is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable && SymbolEqualityComparer.Default.Equals(nullable.TypeArguments[0], to);
    }
}
