using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Calls: contracts, framework knowledge, and callees with a body.</summary>
internal sealed partial class Interpreter
{
    private const int MaxInlineDepth = 3;

    private Value EvalInvocation(IInvocationOperation invocation)
    {
        IMethodSymbol method = invocation.TargetMethod;
        MethodContract contract = Contracts.Method(method);
        // The call is not there in every build, so it neither proves nor uses anything.
        if (contract.IsConditional)
            return UnknownValue.Instance;

        Value? receiver = invocation.Instance is null ? null : Eval(invocation.Instance);
        if (receiver is DelegateValue known && method.MethodKind == MethodKind.DelegateInvoke)
            return EvalDelegateCall(invocation, known, invocation.Arguments);
        ImmutableArray<CallArgument> arguments = EvalArguments(invocation.Arguments, contract);
        if (_dead)
            return UnknownValue.Instance;

        var call = new CallEvent(method, invocation.Syntax, arguments, _state, frame) { Receiver = receiver };
        body.OnCall(call);
        if (body.Options.IsGuard(method))
            return EvalGuard(call, method.ReturnType);
        if (receiver is ObjectValue target && !IsTask(invocation.Instance!.Type))
            Require(target.Id, invocation.Instance!.Syntax, contract.ReceiverEffect == Effect.None ? Effect.Reads : contract.ReceiverEffect);
        UseInFormat(call);
        PassArguments(call, invocation.Instance);
        // What is added to or taken from a list moves its elements.
        if (receiver is ObjectValue { Id: var changed } && IsFramework(method.ContainingNamespace) && !KeepsElements(method))
            ForgetElements(changed);
        if (receiver is Linear number)
            body.OnUse(new ValueUse(number, invocation.Instance!.Syntax, UseKind.Argument, _state, frame) { Method = method, Call = call, Operation = invocation.Instance });

        Value result = ResultOf(invocation, method, contract, call, receiver);
        RunUncalled(call);
        Conclude(call, contract, result);
        return result;
    }

    // What holds after a call.
    private void Conclude(CallEvent call, MethodContract contract, Value result)
    {
        ApplyEffects(call, contract, result);
        if (contract.DoesNotReturn || body.Session.NeverReturns(call.Method, body.CancellationToken))
            _dead = true;
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Contract.DoesNotReturnIf is { } fatal)
                AssumeHere(ToCondition(argument.Value), !fatal);
            if (argument.Contract.NotNullAfter && argument.Object is { } proven)
                _state = _state.SetNullness(proven, Nullness.NotNull);
        }

        if (contract is { MembersNotNull.IsEmpty: false, MembersNotNullWhen: null })
        {
            foreach (ObjectId member in NamedMembers(call.Method, contract, (call.Receiver as ObjectValue)?.Id, call.Node))
                _state = _state.SetNullness(member, Nullness.NotNull);
        }
    }

    // The objects in the members that a method promises to have looked at.
    private IEnumerable<ObjectId> NamedMembers(IMethodSymbol method, MethodContract contract, ObjectId? owner, SyntaxNode node)
    {
        foreach (string name in contract.MembersNotNull)
        {
            foreach (ISymbol member in method.ContainingType.GetMembers(name))
            {
                if (member is IFieldSymbol or IPropertySymbol && LoadMember(member.IsStatic ? null : owner, member, (member as IFieldSymbol)?.Type ?? ((IPropertySymbol)member).Type, node) is ObjectValue { Id: var id })
                    yield return id;
            }
        }
    }

    private BoolValue? MemberTestOf(IMethodSymbol method, MethodContract contract, ObjectId? owner, SyntaxNode node)
    {
        if (contract.MembersNotNullWhen is not { } truth)
            return null;
        Condition present = Condition.True;
        foreach (ObjectId member in NamedMembers(method, contract, owner, node))
            present = Condition.And(present, Condition.Not(Condition.IsNull(member)));
        return present.IsTrue ? null : new BoolValue(truth ? present : Condition.Not(present));
    }

    private ImmutableArray<CallArgument> EvalArguments(ImmutableArray<IArgumentOperation> operations, MethodContract contract)
    {
        if (operations.IsEmpty)
            return ImmutableArray<CallArgument>.Empty;
        var arguments = new CallArgument[operations.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            IArgumentOperation operation = operations[i];
            IParameterSymbol? parameter = operation.Parameter;
            Value value = parameter?.RefKind == RefKind.Out ? UnknownValue.Instance : Eval(operation.Value);
            arguments[i] = new CallArgument(parameter, parameter is null ? ParameterContract.None : contract.Parameter(parameter.Ordinal), value, operation.Value);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(arguments);
    }

    private void PassArguments(CallEvent call, IOperation? receiver = null)
    {
        bool isMacro = Contracts.Method(call.Method).Macro != Macro.None;
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Parameter is not { } parameter || parameter.RefKind == RefKind.Out)
                continue;

            body.OnUse(new ValueUse(argument.Value, argument.Node, UseKind.Argument, _state, frame)
            {
                // A macro computes with the bits of its argument, whatever the parameter is called.
                Name = isMacro ? null : PlaceOf(parameter, call, receiver),
                Type = parameter.Type,
                Expected = argument.Contract.Kind,
                Mdl = argument.Contract.Kind == ValueKind.None ? null : MdlOf(call, argument),
                Call = call,
                Method = call.Method,
                Operation = argument.Operation,
            });
            if (IsAccess(parameter, argument.Contract, call.Method))
                Dereferenced(argument.Value, argument.Node, call);
            if (argument.Object is { } array && parameter.Type is IArrayTypeSymbol && !(call.Method.ContainingType.SpecialType == SpecialType.System_Array && KeepsElements(call.Method)))
                ForgetElements(array);
            if (argument.Object is { } id && NeedsObject(parameter, argument.Contract, call.Method))
                Require(id, argument.Node, argument.Contract.Effect == Effect.None ? Effect.Reads : argument.Contract.Effect);
        }
    }

    // Whether a method of a framework collection only looks at its elements.
    private static bool KeepsElements(IMethodSymbol method) =>
        method.Name is "GetEnumerator" or "MoveNext" or "Contains" or "IndexOf" or "ToArray" or "ForEach" or "FindAll" or "TrueForAll" or "Exists";

    // What a collection takes in, and what is stored through a reference, is known by the name of the place that keeps it.
    private static string? PlaceOf(IParameterSymbol parameter, CallEvent call, IOperation? receiver)
    {
        if (!IsFramework(call.Method.ContainingNamespace))
            return parameter.Name;
        string? place = (parameter.Name, call.Method.Name) switch
        {
            ("item", "Add" or "Enqueue" or "Push" or "Insert") => NameOf(receiver),
            ("key", _) => Nouns.HasWord(NameOf(receiver), "by") ? NameOf(receiver) : null,
            ("value" or "location", "Exchange" or "CompareExchange" or "Write") => NameOf(call.Arguments.FirstOrDefault(static a => a.Parameter?.RefKind == RefKind.Ref)?.Operation),
            _ => parameter.Name,
        };
        return parameter.Name != "key" && Nouns.HasWord(place, "by") ? null : place;
    }

    private bool NeedsObject(IParameterSymbol parameter, ParameterContract contract, IMethodSymbol method)
    {
        if (contract.NotNullAfter || contract.NotNullWhen is not null)
            return false;
        if (parameter.NullableAnnotation == NullableAnnotation.Annotated)
            return false;
        if (contract.Effect != Effect.None)
            return true;
        // A constructor keeps the reference; that alone does no harm.
        return method.MethodKind != MethodKind.Constructor
            && parameter.OriginalDefinition.NullableAnnotation == NullableAnnotation.NotAnnotated
            && Contracts.EntityOf(parameter.OriginalDefinition.Type) == Entity.Mdl;
    }

    // An object that does not exist must not be used; after the first use the others are as good as proven. What a callee obtains and uses proves nothing to the bodies that ask.
    private void Require(ObjectId id, SyntaxNode node, Effect effect)
    {
        if (!id.IsRequestMdl && _state.NullnessOf(id) != Nullness.Null)
            return;
        body.OnObjectUse(new ObjectUse(id, node, effect, _state, frame, id.Node));
        if (_state.NullnessOf(id) is Nullness.Unknown or Nullness.Null && !(body.IsProbe && frame.IsInlined && id.Node is { } obtained && !body.Reporter.Owns(obtained)))
            _state = _state.SetNullness(id, Nullness.NotNull);
    }

    private ObjectId? MdlOf(CallEvent call, CallArgument? argument)
    {
        if (argument?.Contract.BelongsTo is { } name && call[name]?.Object is { } declared)
            return declared;
        CallArgument? only = null;
        foreach (CallArgument candidate in call.Arguments)
        {
            if (candidate.Parameter is not { } parameter || Contracts.EntityOf(parameter.Type) != Entity.Mdl)
                continue;
            if (only is not null)
                return null;
            only = candidate;
        }

        return only?.Object;
    }

    private Value ResultOf(IOperation invocation, IMethodSymbol method, MethodContract contract, CallEvent call, Value? receiver)
    {
        SyntaxNode node = invocation.Syntax;
        if (contract.Macro != Macro.None && EvalMacro(contract.Macro, call, invocation) is { } macro)
            return macro;

        ParameterContract returned = contract.Return;
        if (returned.BelongsTo is { } part && call[part]?.Object is { } whole && !IsNumeric(method.ReturnType))
            return new ObjectValue(ObjectId.ForMember(whole, method.OriginalDefinition, node, version: null, isRequestMdl: returned.PresentWhenLengthNonZero));
        if (returned.PresentWhenLengthNonZero && call.Arguments.FirstOrDefault(a => Contracts.EntityOf(a.Parameter?.Type) == Entity.Irp)?.Object is { } request)
            return new ObjectValue(ObjectId.ForMember(request, method.OriginalDefinition, node, version: null, isRequestMdl: true));
        if (returned.Kind != ValueKind.None)
        {
            ObjectId? mdl = call[returned.BelongsTo]?.Object ?? MdlOf(call, null) ?? ((receiver as ObjectValue)?.Id is { } self && Contracts.EntityOf(method.ContainingType) == Entity.Mdl ? self : null);
            if (mdl is not null && Quantity(returned.Kind, mdl, node, method.ReturnType) is { } quantity)
                return quantity;
            if (IsNumeric(method.ReturnType) || IsWrappedNumber(method.ReturnType))
                return returned.Kind is ValueKind.PageAlignedAddress || (returned.Kind == ValueKind.PoolAddress && IsWholePage(call))
                    ? Linear.Of(new Term(TermKind.AlignedAddress, key: (node, frame.CallSite), node: node, quantity: returned.Kind))
                    : Linear.Of(new Term(TermKind.Symbol, key: (node, frame.CallSite), node: node, quantity: returned.Kind, isUnsigned: IsUnsigned(method.ReturnType)));
        }

        if (returned.Effect != Effect.None)
            return Allocate(returned.Effect, call, invocation);
        if (invocation is IInvocationOperation direct && EvalFramework(direct, call, receiver) is { } known)
            return known;
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            LetGoOfMappings(call, receiver);
            return Result(method.ReturnType, node, [.. call.Arguments.Select(static a => a.Value)]);
        }

        if (TryInline(method, receiver, call.Arguments, node, out Value inlined))
            return inlined;

        Value[] inputs = receiver is ObjectValue { Id: var owner } && Contracts.EntityOf((invocation as IInvocationOperation)?.Instance?.Type) != Entity.None
            ? [receiver, .. call.Arguments.Select(static a => a.Value)]
            : [.. call.Arguments.Select(static a => a.Value)];
        AssignOutputs(call);
        if ((!contract.IsAnnotated || method.ReturnType.SpecialType == SpecialType.System_Boolean) && !Nouns.IsLogging(method.Name))
            LetGoOfMappings(call, receiver);
        // What an annotated routine tests is declared, so its answer is not about the MDL.
        return NullTestOf(call) ?? MemberTestOf(method, contract, (receiver as ObjectValue)?.Id, node) ?? Loaded(call, method.ReturnType, node) ?? Result(method.ReturnType, node, contract.IsAnnotated ? [] : inputs);
    }

    // [NotNullWhen] of a method without a visible body.
    private static Value? NullTestOf(CallEvent call)
    {
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Contract.NotNullWhen is { } truth && argument.Object is { } id)
                return new BoolValue(truth ? Condition.Not(Condition.IsNull(id)) : Condition.IsNull(id));
        }

        return null;
    }

    private bool IsWholePage(CallEvent call) =>
        call.WithKind(ValueKind.Length)?.Value is Linear size && _state.RangeOf(size).Low >= Arithmetic.PageSize;

    private void AssignOutputs(CallEvent call)
    {
        LetOthersWrite(call.Receiver ?? UnknownValue.Instance);
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Parameter?.RefKind is not (RefKind.Out or RefKind.Ref))
                continue;
            LetOthersWrite(argument.Value);
            IOperation target = argument.Operation;
            Value value = call.WithKind(ValueKind.MemoryAddress)?.Value is Linear address && call.WithKind(ValueKind.Length)?.Value is Linear length && IsSpan(argument.Parameter.Type) ? new SpanValue(address, length)
                : argument.Parameter.RefKind == RefKind.Ref && argument.Value is ObjectValue && !IsNumeric(argument.Parameter.Type) ? argument.Value
                : argument.Contract.Kind != ValueKind.None && IsWrappedNumber(argument.Parameter.Type) ? Linear.Of(new Term(TermKind.Symbol, key: (target.Syntax, frame.CallSite), node: target.Syntax, quantity: argument.Contract.Kind))
                : Unassigned(target);
            StoreSilently(target, value);
        }
    }

    private Value Unassigned(IOperation target) =>
        IsNumeric(target.Type) ? Fresh(target.Syntax, target.Type) : target.Type?.SpecialType == SpecialType.System_Boolean ? UnknownValue.Instance : Site(target);

    private static ISymbol? TargetOf(IOperation operation) => operation switch
    {
        IDeclarationExpressionOperation declaration => TargetOf(declaration.Expression),
        ILocalReferenceOperation local => local.Local,
        IFieldReferenceOperation field => field.Field,
        _ => null,
    };

    private void StoreSilently(IOperation target, Value value)
    {
        target = target is IDeclarationExpressionOperation declaration ? declaration.Expression : target;
        if (target is IFlowCaptureReferenceOperation capture && _captured.TryGetValue(capture.Id, out IOperation? captured))
            target = captured;
        if (LocationOf(target) is { } location)
            Store(location, value);
    }

    private void ApplyEffects(CallEvent call, MethodContract contract, Value result)
    {
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Object is not { } id)
                continue;
            switch (argument.Contract.Effect)
            {
                case Effect.Advances: _state = _state.SetSlot(id, SlotKind.Advanced, 1); break;
                case Effect.MapsReserved:
                    _state = _state.SetSlot(id, SlotKind.ReservedMapping, 1);
                    NoteMapping(id, call, contract);
                    break;
                case Effect.MapsOnce or Effect.Maps: NoteMapping(id, call, contract); break;
                case Effect.Unmaps or Effect.UnmapsReserved or Effect.Unlocks or Effect.PreparesForReuse or Effect.FreesMdl:
                    if (_state.SlotOf(id, SlotKind.Mapping) != 0)
                        _state = _state.SetSlot(id, SlotKind.Mapping, 0);
                    break;
                case Effect.BuildsNonPaged: _state = _state.SetSlot(id, SlotKind.BuiltNonPaged, 1); break;
                case Effect.InitializesMdl: _state = _state.Forget(id); Describe(id, call); break;
                case Effect.PartialTarget: _state = _state.SetSlot(id, SlotKind.Partial, 1); break;
            }
        }

        if (contract.IsAnnotated)
            AssignOutputs(call);

        // An MDL allocated for a request becomes the request's MDL.
        if (contract.Return.Effect == Effect.AllocatesMdl && result is ObjectValue mdl
            && call.Arguments.FirstOrDefault(a => Contracts.EntityOf(a.Parameter?.Type) == Entity.Irp) is { Object: { } request, Parameter.Type: { } type }
            && call.Arguments.All(a => a.Value is not BoolValue { Condition.IsTrue: true } || a.Parameter?.Name != "secondaryBuffer")
            && type.GetMembers().FirstOrDefault(m => m is IPropertySymbol or IFieldSymbol && Contracts.Member(m).PresentWhenLengthNonZero) is { } member)
        {
            _state = _state.Set(new Place(request, member), mdl);
        }
    }

    private Value Allocate(Effect effect, CallEvent call, IOperation invocation)
    {
        Value value = IsNumeric(invocation.Type) ? Fresh(invocation.Syntax, invocation.Type) : Site(invocation);
        if (value is not ObjectValue { Id: var id })
            return value;
        switch (effect)
        {
            case Effect.AllocatesPages:
                _state = _state.Narrow(new Term(TermKind.Offset, owner: id), new Interval(0, 0)) ?? _state;
                break;
            case Effect.AllocatesMdl:
                Describe(id, call);
                break;
            case Effect.AllocatesIrp:
                CallArgument? length = call.Arguments.FirstOrDefault(a => a.Contract.Governs != Transfer.None);
                bool zero = length?.Value is Linear number && _state.RangeOf(number).IsExactly(0);
                if (!zero)
                    _state = _state.SetSlot(id, SlotKind.KnownLength, 1);
                break;
        }

        return value;
    }

    // What an MDL was made for: where its buffer starts and how long it is.
    private void Describe(ObjectId mdl, CallEvent call)
    {
        Value address = call.WithKind(ValueKind.BufferAddress)?.Value ?? UnknownValue.Instance;
        Value length = call.WithKind(ValueKind.Length)?.Value ?? UnknownValue.Instance;
        _state = _state.Set(new Place(mdl, Effect.AllocatesMdl), new TupleValue([address, length]));
        if (address is Linear { IsConstant: false } start && Arithmetic.ByteOffset(start, call.Node).IsConstantOf(0))
            _state = _state.Narrow(new Term(TermKind.Offset, owner: mdl), new Interval(0, 0)) ?? _state;
    }

    private Value? EvalMacro(Macro macro, CallEvent call, IOperation invocation)
    {
        Linear? Argument(int index) => index < call.Arguments.Length
            ? call.Arguments.FirstOrDefault(a => a.Parameter?.Ordinal == index)?.Value as Linear
            : null;
        SyntaxNode node = invocation.Syntax;
        Linear? result = (macro, Argument(0), Argument(1)) switch
        {
            (Macro.ByteOffset, { } a, _) => Arithmetic.ByteOffset(a, node),
            (Macro.PageAlign, { } a, _) => Arithmetic.PageAlign(a, node),
            (Macro.BytesToPages, { } a, _) => Arithmetic.BytesToPages(a, node),
            (Macro.RoundToPages, { } a, _) => Arithmetic.RoundToPages(a, node),
            (Macro.SpanPages, { } a, { } b) => Arithmetic.SpanPages(a, b, node),
            (Macro.ControlCode, { IsConstant: true } type, { IsConstant: true } function) when Argument(2) is { IsConstant: true } transfer && Argument(3) is { IsConstant: true } access
                => Linear.Of(type.Constant << 16 | access.Constant << 14 | function.Constant << 2 | transfer.Constant),
            (Macro.SizeOfMdl, { } a, { } b) => Arithmetic.SpanPages(a, b, node).Scale(8).AddConstant(48),
            _ => null,
        };
        if (result is not null)
        {
            body.OnCompute(new Computation(result, invocation, node, _state, frame) { Operands = [.. call.Arguments.Select(static a => a.Value)] });
            return result;
        }

        if (macro == Macro.IsSuccess && Argument(0) is { } status)
            return new BoolValue(status.IsConstant ? Condition.Of(unchecked((int)status.Constant) >= 0) : Condition.Compare(Comparison.Less, status, Linear.Of(0x80000000L), unsigned: true));
        return null;
    }

    private bool TryInline(IMethodSymbol method, Value? receiver, ImmutableArray<CallArgument> arguments, SyntaxNode node, out Value result)
    {
        result = UnknownValue.Instance;
        if (!body.Session.IsOwn(method))
            return false;
        ImmutableArray<(IParameterSymbol, Value)>.Builder bound = ImmutableArray.CreateBuilder<(IParameterSymbol, Value)>(arguments.Length);
        IMethodSymbol definition = (method.ReducedFrom ?? method).OriginalDefinition;
        foreach (CallArgument argument in arguments)
        {
            if (argument.Parameter is { } parameter && parameter.Ordinal < definition.Parameters.Length)
                bound.Add((definition.Parameters[parameter.Ordinal], argument.Value));
        }

        IReadOnlyList<Exit>? exits = Follow(method, receiver, bound.DrainToImmutable(), node);
        if (exits is null)
            return false;
        result = Take(exits, definition, arguments);
        return true;
    }

    // Goes on with one of the ways a callee can end.
    private Value Take(IReadOnlyList<Exit> exits, IMethodSymbol definition, ImmutableArray<CallArgument> arguments)
    {
        if (exits.Count == 0)
        {
            _dead = true;
            return UnknownValue.Instance;
        }

        Exit exit = exits[Choose(Math.Min(exits.Count, MaxForks))];
        _state = exit.State;
        foreach (CallArgument argument in arguments)
        {
            if (argument.Parameter is not { RefKind: RefKind.Ref or RefKind.Out } parameter)
                continue;
            Value value = _state.Get(new Place(null, definition.Parameters[parameter.Ordinal])) ?? Unassigned(argument.Operation);
            if (parameter.RefKind == RefKind.Out && value is Linear && TargetOf(argument.Operation) is { } target)
                Use(value, argument.Operation, UseKind.Local, target.Name, (target as ILocalSymbol)?.Type ?? argument.Operation.Type, ValueKind.None);
            StoreSilently(argument.Operation, value);
        }

        ForgetReferences(definition);
        return exit.Value;
    }

    private bool TryInline(IMethodSymbol method, Value? receiver, Value[] values, SyntaxNode node, out Value result)
    {
        result = UnknownValue.Instance;
        IMethodSymbol definition = method.OriginalDefinition;
        if (values.Length != definition.Parameters.Length)
            return false;
        IReadOnlyList<Exit>? exits = Follow(method, receiver, [.. values.Select((v, i) => (definition.Parameters[i], v))], node);
        if (exits is null || exits.Count == 0)
            return false;
        Exit exit = exits[Choose(Math.Min(exits.Count, MaxForks))];
        _state = exit.State;
        ForgetReferences(definition);
        result = exit.Value;
        return true;
    }

    private void ForgetReferences(IMethodSymbol method)
    {
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None)
                _state = _state.Remove(new Place(null, parameter));
        }
    }

    private IReadOnlyList<Exit>? Follow(IMethodSymbol called, Value? receiver, ImmutableArray<(IParameterSymbol Parameter, Value Value)> bound, SyntaxNode node)
    {
        called = called.ReducedFrom ?? called;
        IMethodSymbol method = called.OriginalDefinition;
        if (frame.InlineDepth >= MaxInlineDepth || frame.IsFollowing(method) || (method.IsAsync && !IsAwaited(node)) || (method.IsVirtual || method.IsOverride) && !method.IsSealed && !method.ContainingType.IsSealed)
            return null;
        if (method.MethodKind == MethodKind.LocalFunction)
            return FollowLocalFunction(method, bound, node);
        bool isInteresting = body.Session.IsRelevant(method, body.CancellationToken) || bound.Any(b => IsInteresting(b.Value, frame.TypeOf(called.Parameters[b.Parameter.Ordinal].Type)) || KnowsNumbers(b.Value)) || KnowsNumbers(receiver);
        if (!isInteresting || body.Session.GraphOf(method, body.CancellationToken) is not { } graph)
            return null;

        return body.RunCallee(graph, called, Bind(_state, bound), frame, node, (receiver as ObjectValue)?.Id);
    }

    private static FlowState Bind(FlowState state, ImmutableArray<(IParameterSymbol Parameter, Value Value)> bound)
    {
        StateMap<Place, Value> values = state.Values;
        foreach ((IParameterSymbol parameter, Value value) in bound)
            values = parameter.RefKind == RefKind.Out ? values.Remove(new Place(null, parameter)) : values.Set(new Place(null, parameter), value);
        return state.WithValues(values);
    }

    private IReadOnlyList<Exit>? FollowLocalFunction(IMethodSymbol function, ImmutableArray<(IParameterSymbol Parameter, Value Value)> bound, SyntaxNode node)
    {
        Frame? encloser = frame;
        while (encloser is not null && !encloser.Graph.LocalFunctions.Contains(function, SymbolEqualityComparer.Default))
            encloser = encloser.Caller;
        if (encloser is null)
            return null;

        FlowState entry = Bind(_state, bound);
        body.EnterLocalFunction(function, entry);
        IMethodSymbol own = encloser.Graph.LocalFunctions.First(f => SymbolEqualityComparer.Default.Equals(f, function));
        ControlFlowGraph graph = encloser.Graph.GetLocalFunctionControlFlowGraph(own, body.CancellationToken);
        body.Mute();
        IReadOnlyList<Exit> exits = body.RunCallee(graph, function, entry, frame, node, frame.This);
        body.Unmute();
        return exits;
    }

    // What a method started beside this one does is known when it has been waited for.
    private static bool IsAwaited(SyntaxNode call) =>
        call.Parent is AwaitExpressionSyntax
        || call.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Result" or "Wait" or "GetAwaiter" }
        || call.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax { Parent: AwaitExpressionSyntax or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetAwaiter" } } };

    // An object that was filled with quantities of an MDL.
    private bool KnowsNumbers(Value? receiver) =>
        receiver is ObjectValue { Id: var id } && _state.Values.Any(p => id.Equals(p.Key.Owner) && p.Value is Linear number && number.Summands.Any(static s => s.Term.Kind is not TermKind.Symbol));

    private bool IsInteresting(Value value, ITypeSymbol? type) => value switch
    {
        ObjectValue => Contracts.EntityOf(type) is not (Entity.None or Entity.Device or Entity.Driver),
        FramesValue or DelegateValue => true,
        Linear number => number.Summands.Any(static s => s.Term.Kind is not TermKind.Symbol || s.Term.Quantity is ValueKind.PhysicalAddress or ValueKind.LogicalAddress),
        UnknownValue unknown => !unknown.Involved.IsEmpty,
        BoolValue { Condition.Kind: not ConditionKind.Constant } => true,
        NullValue => Contracts.EntityOf(type) == Entity.Mdl,
        _ => false,
    };

    private void AssumeHere(Condition condition, bool truth)
    {
        FlowState[] states = Assumptions.Assume(_state, condition, truth);
        if (states.Length == 0)
            _dead = true;
        else
            _state = states[Choose(states.Length)];
    }
}
