using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Members whose meaning the options declare.</summary>
internal sealed partial class Interpreter
{
    private const string PageSizeLabel = "PAGE_SIZE";

    // A guard answers whether the MDL exists, or does not come back without it.
    private Value EvalGuard(CallEvent call, ITypeSymbol result)
    {
        CallArgument? mdl = call.Arguments.FirstOrDefault(a => a.Object is not null && Contracts.EntityOf(a.Parameter?.Type) == Entity.Mdl);
        ObjectId? request = call.Arguments.Select(a => RequestBehind(a)).FirstOrDefault(static r => r is not null);
        bool answers = result.SpecialType == SpecialType.System_Boolean;
        if (mdl?.Object is { } tested)
        {
            if (answers)
                return new BoolValue(Condition.Not(Condition.IsNull(tested)));
            _state = _state.SetNullness(tested, Nullness.NotNull);
            return Contracts.EntityOf(result) == Entity.Mdl ? mdl.Value : Result(result, call.Node);
        }

        if (request is null)
            return Result(result, call.Node);
        if (answers)
            return new UnknownValue([request]);
        _state = _state.SetSlot(request, SlotKind.KnownLength, 1);
        return Result(result, call.Node);
    }

    private ObjectId? RequestBehind(CallArgument argument) => (argument.Object, Contracts.EntityOf(argument.Parameter?.Type)) switch
    {
        ({ } id, Entity.Irp) => id,
        ({ } id, Entity.StackLocation) when RequestOf(id, out bool linked) is var request && linked => request,
        _ => null,
    };
}
