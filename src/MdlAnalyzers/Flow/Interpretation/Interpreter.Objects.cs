using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Creation of objects and arrays.</summary>
internal sealed partial class Interpreter
{
    private const int MaxElements = 8;

    private static readonly object _countOfElements = new();

    private Value EvalCreation(IObjectCreationOperation creation)
    {
        MethodContract contract = creation.Constructor is { } constructor ? Contracts.Method(constructor) : new MethodContract();
        ImmutableArray<CallArgument> arguments = EvalArguments(creation.Arguments, contract);
        if (_dead || creation.Constructor is null)
            return UnknownValue.Instance;

        var call = new CallEvent(creation.Constructor, creation.Syntax, arguments, _state, frame);
        body.OnCall(call);
        PassArguments(call);
        if (IsWrappedNumber(creation.Type) && arguments is [{ Value: Linear number }])
            return number;
        if (creation.Type is { Name: "ValueTask", ContainingNamespace.Name: "Tasks" } && arguments is [{ Value: { } completed }])
            return completed;
        if (IsSpan(creation.Type) && arguments is [{ Value: Linear address }, { Value: Linear length }])
            return new SpanValue(address, length);

        ObjectValue value = creation.Constructor.IsImplicitlyDeclared && arguments.IsEmpty ? Zeroed(Site(creation)) : Site(creation);
        KeepArguments(value.Id, creation.Type, arguments);
        AssignOutputs(call);
        Initialize(value.Id, creation.Initializer);
        return value;
    }

    private ObjectValue Zeroed(ObjectValue created)
    {
        _state = _state.SetSlot(created.Id, SlotKind.Zeroed, 1);
        return created;
    }

    // Somebody else may write what is handed out by reference.
    private void LetOthersWrite(Value value)
    {
        if (value is ObjectValue { Id: var id } && _state.SlotOf(id, SlotKind.Zeroed) == 1)
            _state = _state.SetSlot(id, SlotKind.Zeroed, 0);
    }

    // A member of a new object that nothing was assigned to; initializers are not looked for, so a class may differ.
    private Value? Untouched(ObjectId? owner, ISymbol member, ITypeSymbol? type) =>
        owner is null || _state.SlotOf(owner, SlotKind.Zeroed) != 1 || member is IPropertySymbol property && !KeptMembers.IsAutomatic(property) || member.ContainingType.TypeKind != TypeKind.Struct ? null
        : type is { IsReferenceType: true } ? NullValue.Instance
        : IsNumeric(type) ? Linear.Zero
        : type?.SpecialType == SpecialType.System_Boolean ? new BoolValue(Condition.False)
        : null;

    private static bool IsSpan(ITypeSymbol? type) => type is { Name: "Span" or "ReadOnlySpan", IsRefLikeType: true };

    // A structure around one number is that number.
    private static bool IsWrappedNumber(ITypeSymbol? type) =>
        type is { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } or { Name: "PhysicalAddress", TypeKind: TypeKind.Struct };

    // A record or a plain class keeps its constructor's arguments under the same names.
    private void KeepArguments(ObjectId id, ITypeSymbol? type, ImmutableArray<CallArgument> arguments)
    {
        if (type is null || type.TypeKind is not (TypeKind.Class or TypeKind.Struct))
            return;
        foreach (CallArgument argument in arguments)
        {
            if (argument.Parameter is not { } parameter)
                continue;
            _state = _state.Set(new Place(id, parameter.Ordinal), argument.Value);
            if (KeptMembers.IsKept(parameter))
                _state = _state.Set(new Place(id, parameter.OriginalDefinition), argument.Value);
            foreach (ISymbol member in type.GetMembers())
            {
                if (member is IPropertySymbol { IsIndexer: false } or IFieldSymbol && SameName(member.Name, parameter.Name))
                    _state = _state.Set(new Place(id, member), argument.Value);
            }
        }
    }

    private static bool SameName(string member, string parameter) =>
        string.Equals(member.TrimStart('_'), parameter, StringComparison.OrdinalIgnoreCase);

    private void Initialize(ObjectId id, IObjectOrCollectionInitializerOperation? initializer)
    {
        if (initializer is null)
            return;
        foreach (IOperation part in initializer.Initializers)
        {
            if (part is ISimpleAssignmentOperation { Target: IMemberReferenceOperation member } assignment)
                SetMember(id, member.Member, Eval(assignment.Value), assignment.Value);
            else
                Eval(part);
        }
    }

    private void SetMember(ObjectId id, ISymbol member, Value value, IOperation source)
    {
        ITypeSymbol? type = (member as IPropertySymbol)?.Type ?? (member as IFieldSymbol)?.Type;
        body.OnUse(new ValueUse(value, source.Syntax, UseKind.Member, _state, frame) { Name = member.Name, Type = type, Expected = Contracts.Member(member).Kind, Receiver = id, Operation = source });
        ForgetPosition(id, member);
        _state = _state.Set(new Place(id, member), value);
    }

    // What was kept under the position of a constructor's parameter goes with the member that it became.
    private void ForgetPosition(ObjectId id, ISymbol member)
    {
        if (_state.Get(new Place(id, member)) is not { } old)
            return;
        for (int i = 0; i < MaxElements; i++)
        {
            if (old.Equals(_state.Get(new Place(id, i))))
                _state = _state.Remove(new Place(id, i));
        }
    }

    private Value EvalWith(IWithOperation with)
    {
        Value operand = Eval(with.Operand);
        ObjectValue copy = Site(with);
        if (operand is ObjectValue original)
        {
            foreach (KeyValuePair<Place, Value> pair in _state.Values.ToArray())
            {
                if (original.Id.Equals(pair.Key.Owner))
                    _state = _state.Set(new Place(copy.Id, pair.Key.Key), pair.Value);
            }

            if (_state.SlotOf(original.Id, SlotKind.Zeroed) == 1)
                Zeroed(copy);
        }

        Initialize(copy.Id, with.Initializer);
        return copy;
    }

    private Value EvalArrayCreation(IArrayCreationOperation array)
    {
        Value length = UnknownValue.Instance;
        foreach (IOperation size in array.DimensionSizes)
        {
            Value value = Eval(size);
            body.OnUse(new ValueUse(value, size.Syntax, UseKind.ArraySize, _state, frame) { Type = array.Type, Operation = size });
            length = value;
        }

        ObjectValue created = Fill(array, array.Initializer?.ElementValues ?? ImmutableArray<IOperation>.Empty);
        if (array.DimensionSizes is [{ ConstantValue.HasValue: true, Syntax: ExpressionSyntax written }] && PageCapacity.Of(written, body.Session, body.CancellationToken) is var pages and > 0)
            _state = _state.SetSlot(created.Id, SlotKind.PagesOfLength, pages);
        if (array.DimensionSizes.Length == 1 && length is Linear)
            _state = _state.Set(new Place(created.Id, UseKind.ArraySize), length);
        return created;
    }

    // A span over the stack is an array for all that counts here.
    private ObjectValue EvalStackAlloc(IOperation allocation)
    {
        ILookup<bool, IOperation> parts = allocation.ChildOperations.ToLookup(static part => part.Syntax.Parent is InitializerExpressionSyntax);
        foreach (IOperation size in parts[false])
            body.OnUse(new ValueUse(Eval(size), size.Syntax, UseKind.ArraySize, _state, frame) { Type = allocation.Type, Operation = size });
        return Fill(allocation, [.. parts[true]]);
    }

    private Value EvalCollection(ICollectionExpressionOperation collection) => Fill(collection, collection.Elements);

    // The elements of a new array or list are known until somebody else may have changed them.
    private ObjectValue Fill(IOperation collection, ImmutableArray<IOperation> elements)
    {
        string? name = NameOfTarget(collection.Parent);
        Value[] values = [.. elements.Select(Eval)];
        ObjectValue result = Site(collection);
        Keep(result.Id, elements, values);
        for (int i = 0; i < values.Length; i++)
            Use(values[i], elements[i], UseKind.ElementStore, name, elements[i].Type, ValueKind.None);
        return result;
    }

    private void Keep(ObjectId collection, ImmutableArray<IOperation> elements, Value[] values)
    {
        var flat = new List<Value>();
        for (int i = 0; i < values.Length; i++)
        {
            if (elements[i] is not ISpreadOperation)
                flat.Add(values[i]);
            else if (values[i] is ObjectValue { Id: var spread } && ElementsOf(spread) is { } inner)
                flat.AddRange(inner);
            else
                return;
        }

        if (flat.Count is 0 or > MaxElements)
            return;
        for (int i = 0; i < flat.Count; i++)
            _state = _state.Set(new Place(collection, i), flat[i]);
        _state = _state.Set(new Place(collection, _countOfElements), Linear.Of(flat.Count));
    }

    // All elements of an array or list, if they are known.
    private Value[]? ElementsOf(ObjectId collection)
    {
        if (_state.Get(new Place(collection, _countOfElements)) is not Linear { IsConstant: true, Constant: var count })
            return null;
        var elements = new Value[count];
        for (int i = 0; i < count; i++)
            elements[i] = _state.Get(new Place(collection, i)) ?? UnknownValue.Instance;
        return elements;
    }

    private TupleValue EvalTuple(ITupleOperation tuple)
    {
        ImmutableArray<Value> values = [.. tuple.Elements.Select(Eval)];
        ITypeSymbol? type = tuple.Parent is IConversionOperation { Type.IsTupleType: true } conversion ? conversion.Type : tuple.Type;
        if (type is INamedTypeSymbol { IsTupleType: true, TupleElements: { } fields } && fields.Length == values.Length)
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (fields[i].IsExplicitlyNamedTupleElement)
                    Use(values[i], tuple.Elements[i], UseKind.Member, fields[i].Name, fields[i].Type, ValueKind.None);
            }
        }

        return new TupleValue(values);
    }

    private Value EvalAnonymous(IAnonymousObjectCreationOperation anonymous)
    {
        ObjectValue value = Site(anonymous);
        foreach (IOperation part in anonymous.Initializers)
        {
            if (part is ISimpleAssignmentOperation { Target: IMemberReferenceOperation member } assignment)
                SetMember(value.Id, member.Member, Eval(assignment.Value), assignment.Value);
        }

        return value;
    }
}
