using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>System addresses of MDLs: where they come from, and where memory is accessed through them.</summary>
internal sealed partial class Interpreter
{
    // A mapping that exists already is returned again, so only the first call for an MDL can fail.
    private void NoteMapping(ObjectId mdl, CallEvent call, MethodContract contract)
    {
        if (contract.Return.Kind == ValueKind.SystemAddress && CanFail(call)
            && _state.SlotOf(mdl, SlotKind.Mapping) != MappingState.Present
            && _state.SlotOf(mdl, SlotKind.BuiltNonPaged) == 0)
        {
            _state = _state.SetSlot(mdl, SlotKind.Mapping, MappingState.Unchecked);
        }
    }

    // Routines without a priority stop the machine instead; a mapping for user mode raises an exception.
    private static bool CanFail(CallEvent call)
    {
        if (call.WithEffect(Effect.MapsReserved) is not null)
            return true;
        return call["priority"] is not null
            && (call["accessMode"] is not { } mode || mode.Value is Linear number && number.IsConstantOf(0))
            && (call["bugCheckOnFailure"] is not { } stops || stops.Value is BoolValue { Condition: { Kind: ConditionKind.Constant, Truth: false } });
    }

    private bool IsAccess(IParameterSymbol parameter, ParameterContract contract, IMethodSymbol method) =>
        contract.Kind is ValueKind.MemoryAddress or ValueKind.BufferAddress && method.ReturnType.SpecialType != SpecialType.System_Boolean
        || contract.Kind == ValueKind.MemoryAddress && method.Parameters.Any(static p => p.RefKind == RefKind.Out)
        || IsFramework(method.ContainingNamespace) && !IsWrappedNumber(method.ContainingType)
            && (parameter.Type is IPointerTypeSymbol || (method.ContainingType.Name == "Marshal" && IsNumeric(parameter.Type)));

    private static bool IsPointerAccess(IOperation operation) =>
        operation is { Kind: OperationKind.None, Parent: not IAddressOfOperation }
        && (operation.Syntax.IsKind(SyntaxKind.PointerIndirectionExpression) || operation.Syntax.IsKind(SyntaxKind.ElementAccessExpression) || IsLeftOfArrow(operation.Syntax));

    // What "->" follows is accessed under the syntax of the pointer itself.
    private static bool IsLeftOfArrow(SyntaxNode node) =>
        node.IsKind(SyntaxKind.PointerMemberAccessExpression)
        || (node.Parent is MemberAccessExpressionSyntax access && access.Expression == node && access.IsKind(SyntaxKind.PointerMemberAccessExpression));

    // After the first access the address is as good as tested.
    private void Dereferenced(Value value, SyntaxNode node, CallEvent? call = null)
    {
        if (value is not Linear { IsConstant: false } address)
            return;
        body.OnUse(new ValueUse(value, node, UseKind.Dereference, _state, frame) { Call = call, Method = call?.Method });
        if (address.Find(TermKind.SystemBase) is { Owner: { } mdl } && _state.SlotOf(mdl, SlotKind.Mapping) is MappingState.Unchecked or MappingState.Missing)
            _state = _state.SetSlot(mdl, SlotKind.Mapping, MappingState.Present);
    }

    // What a call reads from the buffer of an MDL or from a device.
    private Value? Loaded(CallEvent call, ITypeSymbol type, SyntaxNode node)
    {
        foreach (CallArgument argument in call.Arguments)
        {
            Value? value = argument.Value is SpanValue span ? Loaded(span.Address, type, node)
                : argument.Contract.Kind == ValueKind.MemoryAddress && argument.Value is Linear address ? Loaded(address, type, node)
                : null;
            if (value is not null)
                return value;
        }

        return null;
    }

    private Value? Loaded(Linear address, ITypeSymbol? type, SyntaxNode node)
    {
        ObjectId? mdl = address.Find(TermKind.SystemBase)?.Owner;
        if (mdl is null && !address.Summands.Any(static s => s.Term is { Kind: TermKind.Symbol, Quantity: ValueKind.MemoryAddress }))
            return null;
        if (IsNumeric(type))
        {
            var term = new Term(TermKind.Loaded, owner: mdl, key: (node, frame.CallSite), node: node, isUnsigned: IsUnsigned(type));
            _state = _state.Forget(term);
            return Linear.Of(term);
        }

        if (type is not { TypeKind: TypeKind.Struct, SpecialType: SpecialType.None, IsRefLikeType: false })
            return null;
        ObjectId id = ObjectId.ForSite(node, frame.CallSite);
        _state = _state.Forget(id).Set(new Place(id, TermKind.Loaded), address);
        return new ObjectValue(id);
    }

    // Code that cannot be seen may test the address and not come back.
    private void LetGoOfMappings(CallEvent call, Value? receiver)
    {
        foreach (Value value in call.Arguments.Select(static a => a.Value).Append(receiver ?? UnknownValue.Instance))
        {
            if (value is Linear number && number.Find(TermKind.SystemBase) is { Owner: { } mdl } && _state.SlotOf(mdl, SlotKind.Mapping) == MappingState.Unchecked)
                _state = _state.SetSlot(mdl, SlotKind.Mapping, 0);
        }
    }
}
