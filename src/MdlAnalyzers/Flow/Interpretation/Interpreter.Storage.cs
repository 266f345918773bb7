using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Reading and writing variables, members and elements.</summary>
internal sealed partial class Interpreter
{
    private const int MaxPathDepth = 8;

    // Tells the first turn of a loop over frames from the others.
    private static readonly object _enumerated = new();

    private Value Read(ILocalReferenceOperation local)
    {
        Value? value = _state.Get(new Place(null, local.Local));
        return value is null ? Initial(local.Local, local.Type, ParameterContract.None) : Dereference(value);
    }

    private Value Read(IParameterReferenceOperation parameter)
    {
        Value? value = _state.Get(PlaceOf(parameter.Parameter));
        return value is null ? Initial(parameter.Parameter, parameter.Syntax) : Dereference(value);
    }

    private Value Initial(IParameterSymbol parameter, SyntaxNode node) =>
        KeptMembers.IsKept(parameter) && LoadKept(frame.This, parameter, parameter.Type, node) is { } kept ? kept : Initial(parameter, parameter.Type, Contracts.Parameter(parameter));

    // The parameters of a primary constructor are kept like fields.
    private Place PlaceOf(IParameterSymbol parameter) => new(KeptMembers.IsKept(parameter) ? frame.This : null, parameter);

    private Value Dereference(Value value) =>
        value is ReferenceValue reference ? _state.Get(reference.Target) ?? Eval(reference.Operation) : value;

    // What a variable holds before anything is known to have been assigned to it.
    private Value Initial(ISymbol symbol, ITypeSymbol? type, ParameterContract contract)
    {
        if (contract.Kind != ValueKind.None && symbol is IParameterSymbol parameter && MdlParameterOf(parameter, contract) is { } mdl)
            return Quantity(contract.Kind, mdl, symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(body.CancellationToken), type) ?? Symbolic(symbol, type, contract.Kind);
        return Symbolic(symbol, type, contract.Kind);
    }

    private static Value Symbolic(ISymbol symbol, ITypeSymbol? type, ValueKind quantity)
    {
        if (type?.SpecialType == SpecialType.System_Boolean)
            return Truth(new Term(TermKind.Symbol, key: symbol, isUnsigned: true));
        return IsNumeric(type) || (quantity != ValueKind.None && IsWrappedNumber(type))
            ? Linear.Of(new Term(TermKind.Symbol, key: symbol, quantity: quantity, isUnsigned: IsUnsigned(type)))
            : new ObjectValue(ObjectId.ForSymbol(symbol));
    }

    // The MDL that a parameter's quantity is about: the declared one, or the only one there is.
    private ObjectId? MdlParameterOf(IParameterSymbol parameter, ParameterContract contract)
    {
        if (parameter.ContainingSymbol is not IMethodSymbol method)
            return null;
        IParameterSymbol? found = contract.BelongsTo is { } name
            ? method.Parameters.FirstOrDefault(p => p.Name == name)
            : method.Parameters.Count(p => Contracts.EntityOf(p.Type) == Entity.Mdl) == 1 ? method.Parameters.First(p => Contracts.EntityOf(p.Type) == Entity.Mdl) : null;
        return found is not null && (_state.Get(new Place(null, found)) ?? new ObjectValue(ObjectId.ForSymbol(found))) is ObjectValue value ? value.Id : null;
    }

    private static BoolValue Truth(Term term) => new(Condition.Compare(Comparison.NotEqual, Linear.Of(term), Linear.Zero, unsigned: true));

    private Value EvalProperty(IPropertyReferenceOperation property)
    {
        if (!property.Arguments.IsEmpty)
            return EvalIndexer(property, property.Instance, [.. property.Arguments.Select(static a => a.Value)]);

        if (property.Property is { Name: "Current", Type: { } element } && IsNumeric(element) && property.Instance is { } enumerator && Eval(enumerator) is FramesValue each)
            return Frame(each, NextIndex(property.Syntax), property.Syntax);
        if (property.Property is { Name: "Current", IsStatic: false } && property.Instance is { } loop && Eval(loop) is ObjectValue { Id: var list } && ElementsOf(list) is { } elements)
            return elements[Choose(Math.Min(elements.Length, MaxForks))];

        return EvalMember(property, property.Property, property.Type);
    }

    private Value EvalMember(IMemberReferenceOperation reference, ISymbol member, ITypeSymbol? type)
    {
        Value instance = reference.Instance is null ? UnknownValue.Instance : Eval(reference.Instance);
        if (_dead)
            return UnknownValue.Instance;
        if (member.Name == "Result" && instance is not UnknownValue && IsTask(member.ContainingType) && (instance is not ObjectValue || !IsNumeric(type) && type?.SpecialType != SpecialType.System_Boolean))
            return instance;
        if (instance is ObjectValue target && reference.Instance is { } receiver)
            Require(target.Id, receiver.Syntax, Effect.Reads);

        switch (instance)
        {
            case TupleValue tuple when member is IFieldSymbol field && TupleIndex(field) is var index && index >= 0 && index < tuple.Elements.Length:
                return tuple.Elements[index];
            case FramesValue when member.Name is "Length" or "Count":
                return Fresh(reference.Syntax, type);
            case SpanValue span when member.Name == "Length":
                return span.Length;
            case ObjectValue array when member is { Name: "Length", ContainingType.SpecialType: SpecialType.System_Array } && _state.Get(new Place(array.Id, UseKind.ArraySize)) is { } length:
                return length;
            case ObjectValue optional when member is { Name: "Value", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }:
                return optional;
            case Linear or BoolValue when member is { Name: "Value", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }:
                return instance;
            case Linear or BoolValue when member is { Name: "HasValue", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }:
                return new BoolValue(Condition.True);
            case NullValue when member is { Name: "HasValue", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }:
                return new BoolValue(Condition.False);
            case Linear address when IsNumeric(type) && Contracts.Member(member).Kind == ValueKind.None && reference.Instance?.Type is { TypeKind: TypeKind.Struct, IsReadOnly: true } && member.Name == "QuadPart":
                return address;
            case Linear address when member.Name is "LowPart" or "HighPart" && IsNumeric(type) && IsWrappedNumber(reference.Instance?.Type):
                return Half(address, member.Name == "LowPart", reference);
        }

        if (member is IPropertySymbol { IsStatic: true, Name: "One" or "Zero", ContainingType: { TypeKind: TypeKind.Interface, ContainingNamespace.Name: "Numerics" } })
            return Linear.Of(member.Name == "One" ? 1 : 0);

        if (member is IPropertySymbol { Name: "SystemPageSize", ContainingType.Name: "Environment" })
            return Linear.Of(Arithmetic.PageSize, "SystemPageSize");

        if (member is IFieldSymbol { Name: "Zero", ContainingType.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr })
            return Linear.Zero;

        ObjectId? owner = instance is ObjectValue value ? value.Id : reference.Instance is null ? null : ObjectId.ForSite(reference.Instance.Syntax, frame.CallSite);
        return LoadMember(owner, member, type, reference.Syntax);
    }

    private Linear Half(Linear address, bool isLow, IMemberReferenceOperation reference)
    {
        if (isLow)
        {
            body.OnUse(new ValueUse(address, reference.Syntax, UseKind.Narrowing, _state, frame) { Type = reference.Type, Operation = reference });
            return address;
        }

        Linear width = Linear.Of(32);
        Linear high = Arithmetic.ShiftRight(address, width, reference.Syntax);
        body.OnCompute(new Computation(high, reference, reference.Syntax, _state, frame) { Operands = [address, width] });
        return high;
    }

    private Value LoadMember(ObjectId? owner, ISymbol member, ITypeSymbol? type, SyntaxNode node)
    {
        if (IsNumeric(type) && body.Options.IsPageSize(member))
            return Linear.Of(Arithmetic.PageSize, PageSizeLabel);
        if (_state.Get(new Place(owner, member)) is { } stored)
            return Dereference(stored);
        if (Untouched(owner, member, type) is { } untouched)
            return untouched;

        MemberContract contract = Contracts.Member(member);
        if (contract.Governs != Transfer.None)
            return Linear.Of(new Term(TermKind.RequestLength, owner: RequestOf(owner, out bool linked), key: new GoverningLength(TransferOf(owner, contract.Governs), linked), node: node, quantity: contract.Kind));
        if (contract.Kind != ValueKind.None && owner is not null && Contracts.EntityOf(member.ContainingType) == Entity.Mdl)
            return Quantity(contract.Kind, owner, node, type) ?? MemberSymbol(owner, member, type, node, contract.Kind);

        if (!contract.IsAnnotated && member is IPropertySymbol { GetMethod: { } getter } && TryInline(getter, owner is null ? null : new ObjectValue(owner), ImmutableArray<CallArgument>.Empty, node, out Value result))
            return result;
        if (member is IPropertySymbol { GetMethod: { } tester, Type.SpecialType: SpecialType.System_Boolean } && MemberTestOf(tester, Contracts.Method(tester), owner, node) is { } test)
            return test;
        return !contract.IsAnnotated && LoadKept(owner, member, type, node) is { } kept ? kept : MemberSymbol(owner, member, type, node, contract.Kind, contract.PresentWhenLengthNonZero);
    }

    // What other methods left in a member.
    private Value? LoadKept(ObjectId? owner, ISymbol member, ITypeSymbol? type, SyntaxNode node)
    {
        if (body.IsProbe || owner is { Depth: >= MaxPathDepth })
            return null;
        KeptMember kept = body.Session.Kept.Of(member, body.CancellationToken);
        if (kept.Target is { } target)
            return new DelegateValue(target, owner, lambda: null, frame);
        if (kept.RequestLength is { } length)
            return Linear.Of(new Term(TermKind.RequestLength, key: length, node: node));
        if (kept.MayLackMdl)
            return new ObjectValue(ObjectId.ForKept(owner, member, node));
        ObjectId id = member is IParameterSymbol ? ObjectId.ForSymbol(member) : ObjectId.ForMember(owner, member, node, version: null, isRequestMdl: false);
        if (kept.HoldsGuardedRequests)
            _state = _state.SetSlot(id, SlotKind.KnownLength, 1);
        if (kept.PagesOfLength > 0)
            _state = _state.SetSlot(id, SlotKind.PagesOfLength, kept.PagesOfLength);
        if (kept.Quantity == ValueKind.None)
            return null;
        ObjectId mdl = kept.Mdl is { } sibling && LoadSibling(owner, sibling, node) is ObjectValue known ? known.Id : id;
        if (kept.IsAligned)
            _state = _state.Narrow(new Term(TermKind.Offset, owner: mdl), new Interval(0, 0)) ?? _state;
        return Quantity(kept.Quantity, mdl, node, type);
    }

    private Value LoadSibling(ObjectId? owner, ISymbol sibling, SyntaxNode node) => sibling is IParameterSymbol parameter
        ? _state.Get(new Place(owner, parameter)) ?? Initial(parameter, node)
        : LoadMember(owner, sibling, KeptMembers.TypeOf(sibling), node);

    private Value MemberSymbol(ObjectId? owner, ISymbol member, ITypeSymbol? type, SyntaxNode node, ValueKind quantity, bool isRequestMdl = false)
    {
        if (owner is { Depth: >= MaxPathDepth })
            return UnknownValue.Instance;
        ObjectId id = ObjectId.ForMember(owner, member, node, version: null, isRequestMdl);
        if (type?.SpecialType == SpecialType.System_Boolean)
            return Truth(new Term(TermKind.Symbol, owner: owner, key: member, node: node, isUnsigned: true));
        if (IsNumeric(type) && owner is not null && _state.Get(new Place(owner, TermKind.Loaded)) is Linear address)
            return Linear.Of(new Term(TermKind.Loaded, owner: address.Find(TermKind.SystemBase)?.Owner, key: (owner, member), node: node, isUnsigned: IsUnsigned(type)));
        if (IsNumeric(type) || (quantity != ValueKind.None && IsWrappedNumber(type)))
            return Linear.Of(new Term(TermKind.Symbol, owner: owner, key: member, node: node, quantity: quantity, isUnsigned: IsUnsigned(type)));
        if (Contracts.EntityOf(type) == Entity.Mdl && member is IFieldSymbol field)
            KnowFromAssignments(id, field);
        return new ObjectValue(id);
    }

    // What all assignments to a field say about the MDL in it.
    private void KnowFromAssignments(ObjectId mdl, IFieldSymbol field)
    {
        if (body.Session.IsPageAllocated(field, body.CancellationToken))
            _state = _state.Narrow(new Term(TermKind.Offset, owner: mdl), new Interval(0, 0)) ?? _state;
        else if (body.Session.RoomOf(field, body.CancellationToken) is { } room && _state.Get(new Place(mdl, Effect.PartialTarget)) is null)
            _state = _state.Set(new Place(mdl, Effect.PartialTarget), new TupleValue([Linear.Of(room.Address), Linear.Of(room.Length)]));
    }

    // The quantity of an MDL as a sum of its atoms; null if the kind is no quantity of an MDL.
    private Value? Quantity(ValueKind kind, ObjectId mdl, SyntaxNode? node, ITypeSymbol? type)
    {
        if (_state.SlotOf(mdl, SlotKind.Advanced) != 0 && kind is not ValueKind.PageFrameNumber)
            return null;

        Linear Atom(TermKind atom) => Linear.Of(new Term(atom, owner: mdl, node: node, quantity: kind));
        bool aligned = _state.RangeOf(new Term(TermKind.Offset, owner: mdl)).IsExactly(0);
        Linear offset = aligned ? Linear.Zero : Atom(TermKind.Offset);
        switch (kind)
        {
            case ValueKind.ByteOffset: return offset;
            case ValueKind.ByteCount: return Atom(TermKind.Length);
            case ValueKind.BaseVa: return Atom(TermKind.Base);
            case ValueKind.MdlVirtualAddress: return Atom(TermKind.Base).Add(offset)!;
            case ValueKind.SystemAddress: return Atom(TermKind.SystemBase).Add(offset)!;
            case ValueKind.MappedPageBase: return Atom(TermKind.MappedField);
            case ValueKind.PageFrameNumber when !IsNumeric(type): return new FramesValue(mdl, Linear.Zero, node);
            default: return null;
        }
    }

    // The request that a stack location was taken from, or the stack location itself if that is not known.
    private static ObjectId? RequestOf(ObjectId? owner, out bool linked)
    {
        linked = true;
        ObjectId? root = owner;
        for (ObjectId? id = owner; id is not null; id = id.Owner)
        {
            root = id;
            if (id is { Kind: ObjectOrigin.Member, Key: IMethodSymbol, Owner: { } request })
                return request;
        }

        linked = false;
        return root;
    }

    private Transfer TransferOf(ObjectId? owner, Transfer declared)
    {
        for (ObjectId? id = owner; id is not null; id = id.Owner)
        {
            if (id.Symbol is { } member and (IFieldSymbol or IPropertySymbol) && Contracts.Member(member).Block is var block and not Transfer.None)
                return block;
        }

        return declared;
    }

    private static int TupleIndex(IFieldSymbol field)
    {
        string name = (field.CorrespondingTupleField ?? field).Name;
        return name.StartsWith("Item", StringComparison.Ordinal) && int.TryParse(name.Substring(4), out int number) ? number - 1 : -1;
    }

    private Value EvalElement(IArrayElementReferenceOperation element)
    {
        Value array = Eval(element.ArrayReference);
        Value index = element.Indices.Length == 1 ? Eval(element.Indices[0]) : UnknownValue.Instance;
        foreach (IOperation extra in element.Indices.Skip(1))
            Eval(extra);
        UseIndex(element, array, index);
        if (array is FramesValue frames && element.Indices.Length == 1)
            return ElementOrSlice(frames, index, element.Indices[0], element);
        return array is ObjectValue known && element.Indices.Length == 1 && ElementAt(known.Id, index, element.Indices[0]) is { } stored ? stored : Element(element);
    }

    // "array[start..]" is used at its start.
    private void UseIndex(IArrayElementReferenceOperation element, Value array, Value index)
    {
        if (element.Indices is not [var written])
            return;
        if (written is IRangeOperation { LeftOperand: { } start })
            (written, index) = (start, Number(start) ?? index);
        body.OnUse(new ValueUse(index, written.Syntax, UseKind.Indexer, _state, frame) { Name = NameOf(element.ArrayReference), Type = element.ArrayReference.Type, Other = array, Operation = element });
    }

    private Value EvalIndexer(IOperation operation, IOperation? instance, ImmutableArray<IOperation> arguments)
    {
        Value receiver = Eval(instance);
        ImmutableArray<Value> values = [.. arguments.Select(Eval)];
        for (int i = 0; i < arguments.Length; i++)
        {
            body.OnUse(new ValueUse(values[i], arguments[i].Syntax, UseKind.Indexer, _state, frame) { Name = NameOf(instance), Type = instance?.Type, Other = receiver, Operation = operation });
        }

        if (receiver is FramesValue frames && values is [var index])
            return ElementOrSlice(frames, index, arguments[0], operation);
        if (receiver is ObjectValue { Id: var collection } && values.Length == 1 && ElementAt(collection, values[0], arguments[0]) is { } kept)
            return kept;
        if (operation is IPropertyReferenceOperation { Property.GetMethod: { DeclaringSyntaxReferences.IsEmpty: false } getter } && TryInline(getter, receiver, [.. values], operation.Syntax, out Value inlined))
            return inlined;
        if (receiver is SpanValue span && arguments is [IRangeOperation range])
            return Slice(span, range.LeftOperand is null ? Linear.Zero : Number(range.LeftOperand), range.RightOperand is null ? null : Number(range.RightOperand), operation.Syntax, exclusiveEnd: true);
        return Element(operation);
    }

    // Which element "^1" is, and where a range begins that a variable holds, is not known.
    private Value ElementOrSlice(FramesValue frames, Value index, IOperation written, IOperation operation)
    {
        if (written is IRangeOperation { LeftOperand: null })
            return frames;
        Linear start = (written is IRangeOperation { LeftOperand: { } left } ? Number(left) : index as Linear) ?? Arithmetic.Opaque(operation.Syntax, isUnsigned: true);
        return IsNumeric(operation.Type) && operation.Type is not IPointerTypeSymbol
            ? Frame(frames, start, operation.Syntax)
            : new FramesValue(frames.Mdl, Arithmetic.Add(frames.Start, start, operation.Syntax), frames.Origin);
    }

    // A known element; "^1" counts from the end.
    private Value? ElementAt(ObjectId collection, Value index, IOperation written)
    {
        while (written is IConversionOperation conversion)
            written = conversion.Operand;
        if (written is IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat, Operand.ConstantValue: { HasValue: true, Value: int fromEnd } })
            return ElementsOf(collection) is { } elements && fromEnd > 0 && fromEnd <= elements.Length ? elements[elements.Length - fromEnd] : null;
        return index is Linear { IsConstant: true } at ? _state.Get(new Place(collection, unchecked((int)at.Constant))) : null;
    }

    private Linear? Number(IOperation operation) => (operation is IConversionOperation { Type.Name: "Index" } conversion ? Eval(conversion.Operand) : Eval(operation)) as Linear;

    private Value Element(IOperation operation) =>
        IsNumeric(operation.Type) ? Fresh(operation.Syntax, operation.Type)
        : operation.Type?.SpecialType == SpecialType.System_Boolean ? UnknownValue.Instance
        : Site(operation);

    private static Linear Frame(FramesValue frames, Linear index, SyntaxNode node) =>
        Linear.Of(new Term(TermKind.PageFrame, owner: frames.Mdl, left: Arithmetic.Add(frames.Start, index, node), node: node, origin: frames.Origin));

    // The first element an enumerator comes to, or one of the later ones.
    private Linear NextIndex(SyntaxNode node)
    {
        if (_state.Get(new Place(null, _enumerated)) is null)
        {
            _state = _state.Set(new Place(null, _enumerated), Linear.Zero);
            return Linear.Zero;
        }

        var term = new Term(TermKind.Symbol, key: (node, frame.CallSite), node: node, isUnsigned: true);
        _state = _state.Forget(term);
        _state = _state.Narrow(term, new Interval(1, long.MaxValue)) ?? _state;
        return Linear.Of(term);
    }

    private SpanValue? SliceOrNull(SpanValue span, Linear? start, Linear? end, SyntaxNode node, bool exclusiveEnd)
    {
        if (start is null)
            return null;
        Linear length = end is null ? Arithmetic.Subtract(span.Length, start, node) : exclusiveEnd ? Arithmetic.Subtract(end, start, node) : end;
        return new SpanValue(Arithmetic.Add(span.Address, start, node), length);
    }

    private Value Slice(SpanValue span, Linear? start, Linear? end, SyntaxNode node, bool exclusiveEnd)
    {
        SpanValue? slice = SliceOrNull(span, start, end, node, exclusiveEnd);
        if (slice is null)
            return UnknownValue.Instance;
        body.OnUse(new ValueUse(slice, node, UseKind.Slice, _state, frame) { Other = span });
        return slice;
    }

    private void Assign(IOperation target, Value value, IOperation source)
    {
        switch (target)
        {
            case ILocalReferenceOperation local:
                Use(value, source, UseKind.Local, local.Local.Name, local.Local.Type, ValueKind.None);
                Store(new Place(null, local.Local), value);
                break;
            case IParameterReferenceOperation parameter:
                ParameterContract declared = Contracts.Parameter(parameter.Parameter);
                Use(value, source, UseKind.Local, parameter.Parameter.Name, parameter.Parameter.Type, declared.Kind);
                Store(PlaceOf(parameter.Parameter), value);
                break;
            case IFieldReferenceOperation field:
                AssignMember(field, field.Field, field.Field.Type, value, source);
                break;
            case IPropertyReferenceOperation { Arguments.IsEmpty: true } property:
                AssignMember(property, property.Property, property.Property.Type, value, source);
                break;
            case IPropertyReferenceOperation indexer:
                Value receiver = Eval(indexer.Instance);
                if (receiver is ObjectValue { Id: var list })
                    StoreElement(list, indexer.Arguments.Length == 1 ? Eval(indexer.Arguments[0].Value) : UnknownValue.Instance, value);
                foreach (IArgumentOperation argument in indexer.Arguments)
                    body.OnUse(new ValueUse(Eval(argument.Value), argument.Value.Syntax, UseKind.Indexer, _state, frame) { Name = NameOf(indexer.Instance), Type = indexer.Instance?.Type, Other = receiver, Operation = indexer });
                Use(value, source, UseKind.ElementStore, NameOf(indexer.Instance), indexer.Type, ValueKind.None);
                break;
            case IArrayElementReferenceOperation element:
                Value elements = Eval(element.ArrayReference);
                Value position = element.Indices.Length == 1 ? Eval(element.Indices[0]) : UnknownValue.Instance;
                ObjectId? array = (elements as ObjectValue)?.Id;
                if (array is not null)
                    StoreElement(array, position, value);
                UseIndex(element, elements, position);
                body.OnUse(new ValueUse(value, source.Syntax, UseKind.ElementStore, _state, frame) { Name = NameOf(element.ArrayReference), Type = element.Type, Operation = source, Receiver = array, Target = element.Syntax });
                break;
            case IFlowCaptureReferenceOperation capture when _captured.TryGetValue(capture.Id, out IOperation? captured) && captured is not IFlowCaptureReferenceOperation:
                Assign(captured, value, source);
                break;
            case IFlowCaptureReferenceOperation capture:
                _state = _state.Set(CaptureLocation(capture.Id), value);
                break;
            case IDeclarationExpressionOperation declaration:
                Assign(declaration.Expression, value, source);
                break;
            case ITupleOperation tuple:
                for (int i = 0; i < tuple.Elements.Length; i++)
                {
                    IOperation part = Unwrap(source) is ITupleOperation literal && literal.Elements.Length == tuple.Elements.Length ? literal.Elements[i] : source;
                    Assign(tuple.Elements[i], value is TupleValue values && i < values.Elements.Length ? values.Elements[i] : Scattered(value, tuple.Elements[i], i), part);
                }

                break;
            case IDiscardOperation:
                Use(value, source, UseKind.Discard, null, null, ValueKind.None);
                break;
            case IConversionOperation conversion:
                Assign(conversion.Operand, value, source);
                break;
            default:
                EvalChildren(target);
                Use(value, source, UseKind.ElementStore, null, target.Type, ValueKind.None);
                break;
        }
    }

    private void StoreElement(ObjectId array, Value index, Value value)
    {
        if (index is Linear { IsConstant: true, Constant: >= 0 and < MaxElements } at)
            _state = _state.Set(new Place(array, (int)at.Constant), value);
        else
            ForgetElements(array);
    }

    private void ForgetElements(ObjectId array) =>
        _state = _state.RemoveWhere(array, static (place, array) => array.Equals(place.Owner) && (place.Key is int || ReferenceEquals(place.Key, _countOfElements)));

    private Value Scattered(Value value, IOperation target, int index) =>
        value is ObjectValue source ? MemberOfDeconstructed(source.Id, target, index) : UnknownValue.Instance;

    // A positional record is taken apart in the order of its primary constructor.
    private Value MemberOfDeconstructed(ObjectId source, IOperation target, int index)
    {
        if (_state.Get(new Place(source, index)) is { } stored)
            return stored;
        if (IsNumeric(target.Type) && _state.Get(new Place(source, TermKind.Loaded)) is Linear address)
            return Linear.Of(new Term(TermKind.Loaded, owner: address.Find(TermKind.SystemBase)?.Owner, key: (source, index), node: target.Syntax, isUnsigned: IsUnsigned(target.Type)));
        return IsNumeric(target.Type) ? Fresh(target.Syntax, target.Type) : Site(target);
    }

    private void AssignMember(IMemberReferenceOperation reference, ISymbol member, ITypeSymbol type, Value value, IOperation source)
    {
        Value instance = reference.Instance is null ? UnknownValue.Instance : Eval(reference.Instance);
        if (instance is ObjectValue target && reference.Instance is { } receiver)
            Require(target.Id, receiver.Syntax, Effect.Reads);
        ObjectId? owner = (instance as ObjectValue)?.Id;
        body.OnUse(new ValueUse(value, source.Syntax, UseKind.Member, _state, frame)
        {
            Name = member.Name,
            Type = type,
            Expected = Contracts.Member(member).Kind,
            Receiver = owner,
            Operation = source,
        });
        if (owner is not null)
            ForgetPosition(owner, member);
        if (owner is not null || reference.Instance is null)
            Store(new Place(owner, member), value);
    }

    private void Use(Value value, IOperation source, UseKind kind, string? name, ITypeSymbol? type, ValueKind expected) =>
        body.OnUse(new ValueUse(value, source.Syntax, kind, _state, frame) { Name = name, Type = type, Expected = expected, Operation = source });

    private void Store(Place location, Value value)
    {
        if (_state.Get(location) is ReferenceValue reference)
            location = reference.Target;
        _state = _state.Set(location, value);
    }

    private static IOperation Unwrap(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
            operation = conversion.Operand;
        return operation;
    }

    private static string? NameOf(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local.Name,
        IParameterReferenceOperation parameter => parameter.Parameter.Name,
        IMemberReferenceOperation member => member.Member.Name,
        IConversionOperation conversion => NameOf(conversion.Operand),
        IInvocationOperation invocation => invocation.TargetMethod.Name,
        _ => null,
    };
}
