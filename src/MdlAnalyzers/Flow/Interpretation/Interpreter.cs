using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Evaluates the operations of one frame on one state at a time.</summary>
internal sealed partial class Interpreter(BodyAnalysis body, Frame frame)
{
    private const int MaxForks = 8;

    private readonly Dictionary<CaptureId, IOperation> _captured = [];

    private readonly List<Exit> _results = [];
    private ImmutableArray<ObjectId>.Builder? _involved;

    private FlowState _state = FlowState.Empty;
    private bool _dead;

    // A call with several outcomes is evaluated once per outcome: the whole statement is replayed with the next choice.
    private readonly List<(int Taken, int Count)> _choices = [];
    private int _nextChoice;

    private ContractReader Contracts => body.Session.Contracts;

    /// <summary>Evaluates one operation; one result per way a call in it can end. They are good until the next call.</summary>
    public List<Exit> Execute(IOperation operation, FlowState state)
    {
        List<Exit> results = _results;
        results.Clear();
        _choices.Clear();
        do
        {
            _nextChoice = 0;
            _state = state;
            _dead = false;
            Value value = Eval(operation);
            if (!_dead && !body.Budget.IsExhausted)
                results.Add(new Exit(_state, value));
        }
        while (Advance() && results.Count < MaxForks);
        return results;
    }

    /// <summary>The value is returned from the body.</summary>
    public void OnReturn(IOperation operation, Value value, ref FlowState state)
    {
        _state = state;
        UseReturned(operation, value);
    }

    private Value EvalYield(IReturnOperation yielded)
    {
        if (yielded.ReturnedValue is { } operation)
            UseReturned(operation, Eval(operation));
        return UnknownValue.Instance;
    }

    private void UseReturned(IOperation operation, Value value)
    {
        ISymbol owner = frame.Owner is IMethodSymbol { AssociatedSymbol: { } associated } ? associated : frame.Owner;
        ITypeSymbol? type = frame.Owner switch
        {
            IMethodSymbol method => method.ReturnType,
            IPropertySymbol property => property.Type,
            IFieldSymbol field => field.Type,
            _ => null,
        };
        string? name = owner is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } ? frame.LambdaName : owner.Name;
        ValueKind expected = frame.Owner is IMethodSymbol m ? Contracts.Method(m).Return.Kind : ValueKind.None;
        if (expected == ValueKind.None && owner is IPropertySymbol or IFieldSymbol)
            expected = Contracts.Member(owner).Kind;
        body.OnUse(new ValueUse(value, operation.Syntax, UseKind.Return, _state, frame) { Name = WithoutAsync(name), Type = type, Expected = expected, Operation = operation });
    }

    private static string? WithoutAsync(string? name) =>
        name is not null && name.EndsWith("Async", StringComparison.Ordinal) ? name.Substring(0, name.Length - "Async".Length) : name;

    public static Condition ToCondition(Value value) => value switch
    {
        BoolValue boolean => boolean.Condition,
        UnknownValue unknown => Condition.About(unknown.Involved),
        Linear { IsConstant: true } number => Condition.Of(number.Constant != 0),
        Linear number => Condition.Compare(Comparison.NotEqual, number, Linear.Zero, unsigned: true),
        _ => Condition.Unknown,
    };

    private Value Eval(IOperation? operation)
    {
        if (operation is null || _dead || !body.Budget.Spend() || !body.Budget.Enter())
            return UnknownValue.Instance;
        Value value = EvalCore(operation);
        body.Budget.Leave();
        return value;
    }

    private Value EvalCore(IOperation operation)
    {
        if (operation.ConstantValue.HasValue)
            return EvalConstant(operation);

        switch (operation)
        {
            // Those that are met most come first.
            case ILocalReferenceOperation local: return Read(local);
            case IConversionOperation conversion: return EvalConversion(conversion);
            case IParameterReferenceOperation parameter: return Read(parameter);
            case IInvocationOperation invocation: return EvalInvocation(invocation);
            case IFlowCaptureReferenceOperation reference: return _state.Get(CaptureLocation(reference.Id)) ?? UnknownValue.Instance;
            case ISimpleAssignmentOperation assignment: return EvalAssignment(assignment);
            case IPropertyReferenceOperation property: return EvalProperty(property);
            case IFieldReferenceOperation field: return EvalMember(field, field.Field, field.Type);
            case IBinaryOperation binary: return EvalBinary(binary);
            case IExpressionStatementOperation statement: return Eval(statement.Operation);
            case IFlowCaptureOperation capture: return EvalCapture(capture);
            case IParenthesizedOperation parenthesized: return Eval(parenthesized.Operand);
            case IArrayElementReferenceOperation element: return EvalElement(element);
            case IImplicitIndexerReferenceOperation indexer: return EvalIndexer(indexer, indexer.Instance, [indexer.Argument]);
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }: return new ObjectValue(frame.This);
            case IIsNullOperation isNull: return new BoolValue(IsNull(Eval(isNull.Operand)));
            case ICompoundAssignmentOperation compound: return EvalCompound(compound);
            case IIncrementOrDecrementOperation increment: return EvalIncrement(increment);
            case IDeconstructionAssignmentOperation deconstruction: return EvalDeconstruction(deconstruction);
            case IDeclarationExpressionOperation declaration: return Eval(declaration.Expression);
            case IUnaryOperation unary: return EvalUnary(unary);
            case IIsPatternOperation pattern: return EvalIsPattern(pattern);
            case IIsTypeOperation isType: return EvalIsType(isType);
            case IObjectCreationOperation creation: return EvalCreation(creation);
            case IWithOperation with: return EvalWith(with);
            case ITupleOperation tuple: return EvalTuple(tuple);
            case IArrayCreationOperation array: return EvalArrayCreation(array);
            case { Kind: OperationKind.None, Type: INamedTypeSymbol, Syntax: StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax }: return EvalStackAlloc(operation);
            case ICollectionExpressionOperation collection: return EvalCollection(collection);
            case IAnonymousObjectCreationOperation anonymous: return EvalAnonymous(anonymous);
            case IDelegateCreationOperation creation: return EvalDelegate(creation);
            case IFlowAnonymousFunctionOperation lambda: return EvalLambda(lambda, NameOfTarget(lambda.Parent));
            case IAwaitOperation await: return EvalAwait(await);
            case IInterpolatedStringOperation text: return EvalText(text);
            case ISizeOfOperation sizeOf: return Positive(sizeOf.Syntax);
            case IDefaultValueOperation @default: return EvalDefault(@default);
            case IArgumentOperation argument: return Eval(argument.Value);
            case ISpreadOperation spread: return Eval(spread.Operand);
            case IReturnOperation { Kind: OperationKind.YieldReturn } yielded: return EvalYield(yielded);
            case IAddressOfOperation { Reference: { Kind: OperationKind.None, Syntax: ElementAccessExpressionSyntax, ChildOperations.Count: 2 } element }: return ElementAddress(element, out _);
            case IAddressOfOperation { Reference: IMethodReferenceOperation method }: return EvalMethodReference(method);
            case IAddressOfOperation addressOf: return EvalAddressOf(addressOf);
            case IFunctionPointerInvocationOperation invocation: return EvalPointerInvocation(invocation);
            case INameOfOperation or ITypeOfOperation or IDiscardOperation: return UnknownValue.Instance;
            case ICaughtExceptionOperation: return new ObjectValue(ObjectId.ForSite(operation.Syntax, frame.CallSite));
            case IReDimOperation or IInvalidOperation: return EvalChildren(operation);
            case { Kind: OperationKind.None, Syntax: ElementAccessExpressionSyntax, ChildOperations.Count: 2 }: return EvalPointerElement(operation);
            case { Kind: OperationKind.None, ChildOperations.Count: 1, Syntax.Parent: EqualsValueClauseSyntax { Parent.Parent.Parent: FixedStatementSyntax } }: return Eval(operation.ChildOperations.First());
            case { Kind: OperationKind.None, ChildOperations.Count: 1, Syntax.RawKind: (int)SyntaxKind.PointerIndirectionExpression } when Eval(operation.ChildOperations.First()) is FramesValue frames: return Frame(frames, Linear.Zero, operation.Syntax);
            default: return EvalChildren(operation);
        }
    }

    // An operation without a model: its parts are followed, its result is unknown and may be about any of them.
    private Value EvalChildren(IOperation operation)
    {
        ImmutableArray<ObjectId>.Builder involved = ImmutableArray.CreateBuilder<ObjectId>();
        bool isAccess = IsPointerAccess(operation);
        Value? read = null;
        foreach (IOperation child in operation.ChildOperations)
        {
            Value value = Eval(child);
            if (isAccess)
            {
                Dereferenced(value, child.Syntax);
                read = value is Linear address ? Loaded(address, operation.Type, operation.Syntax) : null;
            }

            isAccess = false;
            Involve(value, involved);
        }

        if (read is not null)
            return read;

        return involved.Count == 0 ? UnknownValue.Instance : new UnknownValue(involved.ToImmutable());
    }

    private UnknownValue EvalAddressOf(IAddressOfOperation addressOf)
    {
        Value target = Eval(addressOf.Reference);
        LetOthersWrite(target);
        ImmutableArray<ObjectId>.Builder involved = ImmutableArray.CreateBuilder<ObjectId>();
        Involve(target, involved);
        return involved.Count == 0 ? UnknownValue.Instance : new UnknownValue(involved.ToImmutable());
    }

    // "pointer[index]" reads at their sum.
    private Value ElementAddress(IOperation element, out ImmutableArray<Value> operands)
    {
        operands = [.. element.ChildOperations.Select(Eval)];
        if (operands is not [Linear pointer, Linear index])
            return UnknownValue.Instance;
        Linear address = Arithmetic.Add(pointer, index, element.Syntax);
        body.OnCompute(new Computation(address, element, element.Syntax, _state, frame) { Operands = operands });
        return address;
    }

    private Value EvalPointerElement(IOperation element)
    {
        Value address = ElementAddress(element, out ImmutableArray<Value> operands);
        if (operands is [FramesValue frames, Linear number])
            return Frame(frames, number, element.Syntax);
        Dereferenced(operands[0], element.ChildOperations.First().Syntax);
        if (address is Linear place && Loaded(place, element.Type, element.Syntax) is { } read)
            return read;
        ImmutableArray<ObjectId>.Builder involved = ImmutableArray.CreateBuilder<ObjectId>();
        foreach (Value operand in operands)
            Involve(operand, involved);
        return involved.Count == 0 ? UnknownValue.Instance : new UnknownValue(involved.ToImmutable());
    }

    private Value EvalConstant(IOperation operation)
    {
        switch (operation.ConstantValue.Value)
        {
            case null: return NullValue.Instance;
            case bool truth: return new BoolValue(Condition.Of(truth));
            case string: return UnknownValue.Instance;
            case ulong number: return Linear.Of(unchecked((long)number), LabelOf(operation));
            case char letter: return Linear.Of(letter);
            case float real when real == Math.Floor(real) && Math.Abs(real) < 1e15: return Linear.Of((long)real, LabelOf(operation));
            case double real when real == Math.Floor(real) && Math.Abs(real) < 1e15: return Linear.Of((long)real, LabelOf(operation));
            case decimal real when real == decimal.Floor(real) && Math.Abs(real) < 1e15m: return Linear.Of((long)real, LabelOf(operation));
            case sbyte or byte or short or ushort or int or uint or long: return Linear.Of(Convert.ToInt64(operation.ConstantValue.Value, System.Globalization.CultureInfo.InvariantCulture), LabelOf(operation));
            case IntPtr native: return Linear.Of(native.ToInt64(), LabelOf(operation));
            case UIntPtr native: return Linear.Of(unchecked((long)native.ToUInt64()), LabelOf(operation));
            default: return UnknownValue.Instance;
        }
    }

    // The first named constant in a constant expression tells which unit it is.
    private string? LabelOf(IOperation operation)
    {
        for (int depth = 0; depth < 8; depth++)
        {
            switch (operation)
            {
                case IFieldReferenceOperation field: return body.Options.IsPageSize(field.Field) ? PageSizeLabel : field.Field.Name;
                case ILocalReferenceOperation local: return local.Local.Name;
                case IConversionOperation conversion: operation = conversion.Operand; continue;
                case IUnaryOperation unary: operation = unary.Operand; continue;
                case IParenthesizedOperation parenthesized: operation = parenthesized.Operand; continue;
                case IBinaryOperation binary: return LabelOf(binary.LeftOperand) ?? LabelOf(binary.RightOperand);
                default: return null;
            }
        }

        return null;
    }

    private Value EvalDefault(IDefaultValueOperation operation) =>
        operation.Type is { IsReferenceType: true } ? NullValue.Instance
        : IsNumeric(operation.Type) ? Linear.Zero
        : operation.Type?.SpecialType == SpecialType.System_Boolean ? new BoolValue(Condition.False)
        : operation.Type is INamedTypeSymbol { TypeKind: TypeKind.Struct, IsTupleType: false, OriginalDefinition.SpecialType: SpecialType.None } ? Zeroed(Site(operation))
        : UnknownValue.Instance;

    private Value EvalCapture(IFlowCaptureOperation capture)
    {
        _captured[capture.Id] = capture.Value;
        Value value = Eval(capture.Value);
        _state = _state.Set(CaptureLocation(capture.Id), value);
        return value;
    }

    private Value EvalAwait(IAwaitOperation await)
    {
        StateMap<ObjectId, Nullness> known = _state.Nulls;
        Value value = Eval(await.Operation);
        // The request may have been completed meanwhile: what is read from it afterwards is another reference.
        foreach (KeyValuePair<ObjectId, Nullness> pair in known)
        {
            if (pair.Key is { IsRequestMdl: true, IsKept: false, Owner: { } owner, Symbol: { } member })
                _state = _state.Set(new Place(owner, member), new ObjectValue(ObjectId.ForMember(owner, member, null, await.Syntax, isRequestMdl: true)));
        }

        return value switch
        {
            Linear or BoolValue or TupleValue or DelegateValue or SpanValue or FramesValue or NullValue => value,
            _ when IsNumeric(await.Type) => Fresh(await.Syntax, await.Type),
            ObjectValue when await.Type?.SpecialType == SpecialType.System_Boolean => UnknownValue.Instance,
            _ => value,
        };
    }

    private static string? NameOfTarget(IOperation? operation)
    {
        while (operation is IConversionOperation or IDelegateCreationOperation or IFlowCaptureOperation)
            operation = operation.Parent;
        return operation switch
        {
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation local } => local.Local.Name,
            ISimpleAssignmentOperation { Target: IMemberReferenceOperation member } => member.Member.Name,
            IArgumentOperation argument => argument.Parameter?.Name,
            _ => null,
        };
    }

    private int Choose(int count)
    {
        if (count <= 1)
            return 0;
        if (_nextChoice == _choices.Count)
            _choices.Add((0, count));
        return _choices[_nextChoice++].Taken;
    }

    private bool Advance()
    {
        while (_choices.Count > 0)
        {
            (int taken, int count) = _choices[_choices.Count - 1];
            if (taken + 1 < count)
            {
                _choices[_choices.Count - 1] = (taken + 1, count);
                return true;
            }

            _choices.RemoveAt(_choices.Count - 1);
        }

        return false;
    }

    private Place CaptureLocation(CaptureId id) => new(null, id, frame.Graph);

    private ObjectValue Site(IOperation operation)
    {
        ObjectId id = ObjectId.ForSite(operation.Syntax, frame.CallSite);
        _state = _state.Forget(id);
        return new ObjectValue(id);
    }

    /// <summary>A number nobody knows anything about.</summary>
    private Linear Fresh(SyntaxNode node, ITypeSymbol? type)
    {
        var term = new Term(TermKind.Symbol, key: (node, frame.CallSite), node: node, isUnsigned: IsUnsigned(type));
        _state = _state.Forget(term);
        return Linear.Of(term);
    }

    private Linear Positive(SyntaxNode node)
    {
        var term = new Term(TermKind.Symbol, key: node, node: node, isUnsigned: true);
        _state = _state.Narrow(term, new Interval(1, int.MaxValue)) ?? _state;
        return Linear.Of(term);
    }

    private static void Involve(Value value, ImmutableArray<ObjectId>.Builder involved)
    {
        switch (value)
        {
            case ObjectValue reference:
                Add(reference.Id);
                break;
            case FramesValue frames:
                Add(frames.Mdl);
                break;
            case UnknownValue unknown:
                foreach (ObjectId id in unknown.Involved)
                    Add(id);
                break;
            case Linear number:
                foreach (Summand summand in number.Summands)
                {
                    if (summand.Term is { Owner: { } owner } term && (term.Kind != TermKind.Symbol || term.Quantity != ValueKind.None))
                        Add(owner);
                }

                break;
            case TupleValue tuple:
                foreach (Value element in tuple.Elements)
                    Involve(element, involved);
                break;
        }

        void Add(ObjectId id)
        {
            if (!involved.Contains(id) && involved.Count < 6)
                involved.Add(id);
        }
    }

    private static bool IsNumeric(ITypeSymbol? type)
    {
        type = type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;
        return type is not null && (type.TypeKind is TypeKind.Enum or TypeKind.Pointer
            || type.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_Double or SpecialType.System_IntPtr or SpecialType.System_UIntPtr);
    }

    private static bool IsUnsigned(ITypeSymbol? type)
    {
        type = type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;
        if (type is INamedTypeSymbol { EnumUnderlyingType: { } underlying })
            type = underlying;
        return type is { TypeKind: TypeKind.Pointer }
            or { SpecialType: SpecialType.System_Byte or SpecialType.System_UInt16 or SpecialType.System_UInt32 or SpecialType.System_UInt64 or SpecialType.System_UIntPtr };
    }
}
