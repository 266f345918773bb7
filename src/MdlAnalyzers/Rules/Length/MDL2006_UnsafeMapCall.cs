using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2006: a mapping call stops the machine when it fails, or says nothing about its priority.</summary>
/// <remarks>
/// Location: the call of an obsolete routine, or the argument that is wrong. A routine is known by its name among those that are declared to map an MDL,
/// because a wrapper that supplies the priority has the same contract.
/// </remarks>
internal sealed class UnsafeMapCall : FlowRule
{
    private const long PriorityBits = 0xFFFF;

    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2006",
        title: "Mapping call that stops the machine when it fails",
        messageFormat: "'{0}' maps '{1}' unsafely: {2}",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "MmGetSystemAddressForMdl, MmMapLockedPages, and MmMapLockedPagesSpecifyCache with BugCheckOnFailure stop the machine when system page table entries run short. Call MmGetSystemAddressForMdlSafe with a priority, test the result for null, and fail the request.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2006.md");

    private readonly List<IMethodReferenceOperation> _references = [];
    private bool _isShim;

    public override void OnBody(Body body)
    {
        ContractReader contracts = body.Contracts;
        _isShim = body.Owner is IMethodSymbol method && contracts.Method(method).Return.Kind == ValueKind.SystemAddress;
        foreach (IOperation operation in body.Operations)
        {
            if (operation is IMethodReferenceOperation reference && IsObsolete(reference.Method) && IsMapping(contracts.Method(reference.Method), contracts.Method(reference.Method).Parameters))
                _references.Add(reference);
            else if (operation is IFieldReferenceOperation { Field.Name: "MDL_MAPPING_CAN_FAIL" } flag && IsWritten(flag))
                _isShim = true;
        }
    }

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        if (_isShim || call.Arguments.FirstOrDefault(static a => a.Contract.Effect is Effect.MapsOnce or Effect.Maps) is not { } mapped)
            return;
        if (mapped.Object is { } mdl && mapped.Contract.Effect == Effect.MapsOnce && (call.State.SlotOf(mdl, SlotKind.BuiltNonPaged) > 0 || call.State.SlotOf(mdl, SlotKind.Mapping) == MappingState.Present))
            return;

        string name = SourceText.Of(mapped.Node);
        bool isUserMode = call["accessMode"]?.Value is Linear { IsConstant: true, Constant: not 0 };
        if (IsObsolete(call.Method))
        {
            // The reference that a delegate was made of is told already.
            if (!call.Frame.IsInlined && !call.IsIndirect)
                reporter.Report(Descriptor, call.Node, null, null, call.Method.Name, name, isUserMode ? "the routine is obsolete, and a verified machine reports every call" : "the machine stops when system address space runs short");
        }
        else if (call["bugCheckOnFailure"] is { Value: BoolValue { Condition: { } stops } } stop && !isUserMode && Assumptions.Assume(call.State, stops, truth: false).Length == 0)
        {
            Report(call, stop, reporter, DiagnosticSeverity.Warning, name, "failure is to stop the machine instead of returning null");
        }
        else if (call["priority"] is { Value: Linear { IsConstant: true } flags } priority && (flags.Constant & PriorityBits) == 0 && !IsNamed(priority.Operation))
        {
            Report(call, priority, reporter, DiagnosticSeverity.Info, name, "no priority is given, which means the lowest");
        }
    }

    public override void OnEnd(FlowReporter reporter)
    {
        if (_isShim)
            return;
        foreach (IMethodReferenceOperation reference in _references)
            reporter.Report(Descriptor, reference.Syntax, null, null, reference.Method.Name, "an MDL", "the machine stops when system address space runs short");
    }

    // A callee is analyzed on its own; only what its caller hands over is the caller's mistake.
    private static void Report(CallEvent call, CallArgument argument, FlowReporter reporter, DiagnosticSeverity severity, string mdl, string reason)
    {
        if (call.Frame.IsInlined && Unwrap(argument.Operation) is not IParameterReferenceOperation)
            return;
        SyntaxNode node = call.Frame.Visible(argument.Node);
        reporter.Report(Descriptor, node, null, null, severity, call.Method.Name, mdl, reason);
    }

    private static bool IsObsolete(IMethodSymbol method) => method.Name is "MmGetSystemAddressForMdl" or "MmMapLockedPages";

    private static bool IsMapping(MethodContract contract, IEnumerable<ParameterContract> parameters) =>
        contract.Return.Kind == ValueKind.SystemAddress && parameters.Any(static p => p.Effect is Effect.MapsOnce or Effect.Maps);

    // The lowest priority that is spelt out, and a constant of the driver's own, are meant.
    private static bool IsNamed(IOperation priority) =>
        priority.DescendantsAndSelf().Any(static part => part is ILocalReferenceOperation or IParameterReferenceOperation or IPropertyReferenceOperation
            || (part is IFieldReferenceOperation field && (field.Field.ContainingType.TypeKind != TypeKind.Enum || IsZero(field.ConstantValue.Value))));

    private static bool IsZero(object? constant) => constant is IConvertible number && number.ToInt64(System.Globalization.CultureInfo.InvariantCulture) == 0;

    private static bool IsWritten(IOperation flag)
    {
        for (IOperation? outer = flag.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IAssignmentOperation { Target: IMemberReferenceOperation } assignment)
                return assignment.Value.Syntax.Span.Contains(flag.Syntax.Span);
            if (outer is not (IBinaryOperation or IConversionOperation or IParenthesizedOperation))
                return false;
        }

        return false;
    }

    private static IOperation Unwrap(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
            operation = conversion.Operand;
        return operation;
    }
}
