using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1005: the byte offset of an MDL is added to something that counts from the first byte of its buffer already.</summary>
/// <remarks>
/// Location: what is added, or the call of the helper that adds it. Additional location: the accessor or mapping call that yielded the address.
/// Property <c>Addend</c>: <c>Whole</c> if what is added is exactly the offset, <c>Part</c> if it is more; missing at calls of helpers.
/// </remarks>
internal sealed class OffsetAddedTwice : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1005",
        title: "Byte offset added twice",
        messageFormat: "'{0}' adds the byte offset of '{1}' again: {2}",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "MmGetMdlVirtualAddress and the mapping routines return the address of the first byte of the buffer, which includes the byte offset, and the offset of MapTransferEx and its relatives counts from that byte. Adding MmGetMdlByteOffset skips the start of the buffer and runs past its end.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1005.md");

    private const string CopyReason = "the array has a place for each byte of the buffer and starts with the first one";

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        if (computation.Operands is not [Linear left, Linear right, ..])
            return;
        if (FindRepeated(left, right, computation.Result, computation.State) is { } address)
            Tell(Operand(computation.Operation, 1), address, right, computation.Frame, computation.State, reporter);
        else if (FindRepeated(right, left, computation.Result, computation.State) is { } second)
            Tell(Operand(computation.Operation, 0), second, left, computation.Frame, computation.State, reporter);
    }

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        // "array.AsSpan(start)", "ToUInt32(array, startIndex)", "Copy(source, sourceIndex, destination, destinationIndex, count)"
        ObjectId? array = null;
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Parameter?.Type is IArrayTypeSymbol or { SpecialType: SpecialType.System_Array })
                array = argument.Object;
            else if (array is not null && argument.Value is Linear start && CopiedBuffer(array, start, call.State) is not null && IsIndex(argument.Parameter))
                Tell(argument.Node, null, start, call.Frame, call.State, reporter, CopyReason);
        }
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        switch (use)
        {
            case { Kind: UseKind.Indexer, Value: Linear index, Other: ObjectValue array } when CopiedBuffer(array.Id, index, use.State) is not null:
                Tell(use.Node, null, index, use.Frame, use.State, reporter, CopyReason);
                break;
            case { Kind: UseKind.Indexer, Value: Linear index, Other: SpanValue span } when FindRepeated(span.Address, index, result: null, use.State) is { } address:
                Tell(use.Node, address, index, use.Frame, use.State, reporter);
                break;
            case { Kind: UseKind.Slice, Value: SpanValue slice, Other: SpanValue whole }
                when slice.Address.Subtract(whole.Address) is { } start && FindRepeated(whole.Address, start, slice.Address, use.State) is { } address:
                Tell(use.Node, address, start, use.Frame, use.State, reporter);
                break;
            case { Kind: UseKind.Argument, Expected: ValueKind.TransferOffset, Mdl: { } mdl, Value: Linear offset } when CountsFromThePage(offset, mdl, use.State):
                Tell(use.Node, null, offset, use.Frame, use.State, reporter);
                break;
        }
    }

    // The term that makes a number an address in the buffer, if the number contains the offset that is added to it.
    private static Term? FindRepeated(Linear address, Linear addend, Linear? result, FlowState state)
    {
        foreach (Summand summand in address.Summands)
        {
            if (summand.Factor != 1 || summand.Term is not { Kind: TermKind.Base or TermKind.SystemBase or TermKind.MappedField, Owner: { } mdl })
                continue;
            var offset = new Term(TermKind.Offset, owner: mdl);
            bool isContained = address.FactorOf(offset) >= 1 || (summand.Term.Kind == TermKind.MappedField && IsOrdinaryMapping(mdl, state));
            bool isAdded = result is null || result.FactorOf(offset) == address.FactorOf(offset) + addend.FactorOf(offset);
            if (isContained && isAdded && CountsFromThePage(addend, mdl, state))
                return summand.Term;
        }

        return null;
    }

    private static bool CountsFromThePage(Linear number, ObjectId mdl, FlowState state) =>
        number.FactorOf(new Term(TermKind.Offset, owner: mdl)) >= 1
        && !number.Summands.Any(static s => s.Term.Kind is TermKind.Base or TermKind.SystemBase or TermKind.MappedField)
        && !PageMath.IsAligned(state, mdl);

    // The field lacks the offset after a reserved mapping only.
    private static bool IsOrdinaryMapping(ObjectId mdl, FlowState state) =>
        state.SlotOf(mdl, SlotKind.ReservedMapping) == 0 && state.SlotOf(mdl, SlotKind.Mapping) is MappingState.Unchecked or MappingState.Present;

    // The MDL of whose bytes an array has exactly as many as there are, if an index counts from the page.
    private static ObjectId? CopiedBuffer(ObjectId array, Linear index, FlowState state) =>
        state.Get(new Place(array, UseKind.ArraySize)) is Linear size && size.IsSingle(out Term length) && length is { Kind: TermKind.Length, Owner: { } mdl }
            && CountsFromThePage(index, mdl, state) ? mdl : null;

    private static bool IsIndex(IParameterSymbol? parameter) =>
        parameter?.Name is { } name && (name.EndsWith("ndex", StringComparison.Ordinal) || name.EndsWith("ffset", StringComparison.Ordinal) || name == "start");

    private static void Tell(SyntaxNode node, Term? address, Linear addend, Frame frame, FlowState state, FlowReporter reporter, string? why = null)
    {
        Term offset = addend.Summands.First(s => s.Term.Kind == TermKind.Offset && (address is null || address.Owner!.Equals(s.Term.Owner))).Term;
        // A helper that gets hold of both is analyzed on its own.
        if (!Origin.IsInBody(offset, offset.Node, frame, state, reporter) && (address is null || !Origin.IsInBody(address, address.Node, frame, state, reporter)))
            return;
        string reason = why ?? address?.Kind switch
        {
            null => "the offset of a transfer counts from the first byte of the buffer",
            TermKind.Base => "the virtual address contains it",
            _ => "the mapped address contains it",
        };
        SyntaxNode visible = frame.Visible(node);
        ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty;
        if (!frame.IsInlined)
            properties = properties.Add("Addend", addend.IsSingle(out _) ? "Whole" : "Part");
        reporter.Report(Descriptor, visible, address?.Node ?? offset.Node, properties, SourceText.Of(visible), SourceText.Of(offset.Owner!), reason);
    }

    private static SyntaxNode Operand(IOperation operation, int index) => operation switch
    {
        IBinaryOperation binary => (index == 0 ? binary.LeftOperand : binary.RightOperand).Syntax,
        ICompoundAssignmentOperation compound => (index == 0 ? compound.Target : compound.Value).Syntax,
        IInvocationOperation call when index < call.Arguments.Length => call.Arguments[index].Value.Syntax,
        _ => operation.ChildOperations.ElementAtOrDefault(index)?.Syntax ?? operation.Syntax,
    };
}
