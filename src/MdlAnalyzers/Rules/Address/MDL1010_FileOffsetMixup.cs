using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1010: the position of a request in its file or on its medium is confused with a position in the buffer, or with the offset in the page.</summary>
/// <remarks>
/// Location: the operand or value that is the wrong offset. Additional location: where it was read.
/// Property <c>Drop</c>: "true" if the operand can be left out of the sum.
/// </remarks>
internal sealed class FileOffsetMixup : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1010",
        title: "File offset and offset in the buffer are mixed",
        messageFormat: "'{0}' is {1}, but {2}",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "Parameters.Read.ByteOffset and Parameters.Write.ByteOffset are positions in the file or on the medium. The byte offset of an MDL is the position of the buffer in its first page, and a position in the buffer counts the bytes that were transferred. The three have nothing to do with each other, although two of them are called ByteOffset.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1010.md");

    private static readonly string[] _media = ["file", "disk", "medium", "media", "lba", "lbn", "sector", "volume", "partition"];

    private readonly HashSet<SyntaxNode> _told = [];

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        if (computation.Operands is not [Linear left, Linear right] || KindOf(computation.Operation) is not (BinaryOperatorKind.Add or BinaryOperatorKind.Or or BinaryOperatorKind.Subtract))
        {
            if (computation.Operation.Syntax is Microsoft.CodeAnalysis.CSharp.Syntax.ElementAccessExpressionSyntax && computation.Operands is [Linear pointer, Linear index])
                CheckSum(pointer, index, computation, "", reporter);
            return;
        }

        CheckSum(left, right, computation, "Right", reporter);
        CheckSum(right, left, computation, "Left", reporter);
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use.IsInlined)
            return;
        if (use is { Kind: UseKind.Slice, Value: SpanValue slice, Other: SpanValue whole } && slice.Address.Subtract(whole.Address) is { } skipped && FileOffsetIn(skipped) is { } moved && IsBuffer(whole.Address, use.State))
            Tell(use.Node, moved, "the position in the file", "a slice of the buffer counts from its first byte", drop: false, reporter);
        if (use.Value is not Linear number)
            return;
        if (FileOffsetIn(number) is { } offset)
        {
            if (Needs(use) is { } needed)
                Tell(use.Node, offset, "the position in the file", $"'{use.Name}' needs {needed}", drop: false, reporter);
        }
        else if (PageOffsetIn(number) is { } inPage && NeedsFileOffset(use))
        {
            Tell(use.Node, inPage, "the offset of the buffer in its first page", $"'{use.Name}' needs the position in the file", drop: false, reporter);
        }
    }

    private void CheckSum(Linear sum, Linear added, in Computation computation, string side, FlowReporter reporter)
    {
        if (FileOffsetIn(added) is { } handed ? !Origin.IsInBody(handed, handed.Node, computation.Frame, computation.State, reporter) : computation.Frame.IsInlined)
            return;
        SyntaxNode node = computation.Operation switch
        {
            IBinaryOperation binary => (side == "Left" ? binary.LeftOperand : binary.RightOperand).Syntax,
            ICompoundAssignmentOperation compound when side == "Right" => compound.Value.Syntax,
            _ => computation.Node,
        };
        node = computation.Frame.Visible(node);
        if (FileOffsetIn(added) is { } offset && IsBuffer(sum, computation.State))
            Tell(node, offset, "the position in the file", "it is added to an address in memory", drop: false, reporter);
        else if (added.IsSingle(out Term inPage) && inPage.Kind == TermKind.Offset && FileOffsetIn(sum) is not null && KindOf(computation.Operation) != BinaryOperatorKind.Or)
            Tell(node, inPage, "the offset of the buffer in its first page", "it is added to the position in the file", drop: computation.Operation is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } && side == "Right", reporter);
    }

    private void Tell(SyntaxNode node, Term cause, string what, string why, bool drop, FlowReporter reporter)
    {
        if (!reporter.Owns(node) || !_told.Add(SourceText.StatementOf(node)) || reporter.HasFindingIn(node) || reporter.IsTold(node))
            return;
        SyntaxNode? origin = cause.Node is { } read && reporter.Owns(read) && !node.Span.Contains(read.Span) ? read : null;
        reporter.Report(Descriptor, node, origin, ImmutableDictionary<string, string?>.Empty.Add("Drop", drop ? "true" : "false"), SourceText.Of(node), what, why);
    }

    private static BinaryOperatorKind KindOf(IOperation operation) => operation switch
    {
        IBinaryOperation binary => binary.OperatorKind,
        ICompoundAssignmentOperation compound => compound.OperatorKind,
        _ => BinaryOperatorKind.None,
    };

    // The position of a request, as it is or moved by a constant. A difference of positions, or a remainder, is a distance in some buffer.
    private static Term? FileOffsetIn(Linear number) =>
        number.IsSinglePlusConstant(out Term term, out _) && term is { Kind: TermKind.Symbol, Quantity: ValueKind.FileOffset } ? term : null;

    private static Term? PageOffsetIn(Linear number)
    {
        if (!number.IsSingle(out Term term))
            return null;
        if (term.Kind == TermKind.Divide && term.Left!.IsSingle(out Term dividend) && !PageMath.IsPageSize(term.Right!))
            term = dividend;
        return term.Kind == TermKind.Offset ? term : null;
    }

    // An address of the buffer of a request. A memory disk adds file offsets to memory of its own.
    private static bool IsBuffer(Linear address, FlowState state)
    {
        foreach (Summand summand in address.Summands)
        {
            if (summand.Factor == 1 && summand.Term is { Kind: TermKind.Base or TermKind.SystemBase or TermKind.MappedField, Owner: { } mdl } && IsOfARequest(mdl, state))
                return true;
            if (summand.Term is { Kind: TermKind.PageFrame, Owner: { } framed } && IsOfARequest(framed, state))
                return true;
        }

        return false;
    }

    private static bool IsOfARequest(ObjectId mdl, FlowState state)
    {
        if (mdl.IsRequestMdl)
            return true;
        return mdl is { Kind: ObjectOrigin.Symbol, Symbol: IParameterSymbol } && state.SlotOf(mdl, SlotKind.BuiltNonPaged) == 0 && !PageMath.IsAligned(state, mdl);
    }

    private static string? Needs(in ValueUse use) => use.Expected switch
    {
        ValueKind.ByteOffset => "the offset in the page",
        ValueKind.TransferOffset => "the position in the buffer",
        ValueKind.DeviceOffset => "an offset in the device",
        ValueKind.MdlVirtualAddress => "an address of the buffer",
        ValueKind.None when use.Kind is UseKind.Local or UseKind.Member && Nouns.HeadOf(use.Name) == Noun.Offset && Nouns.HasWord(use.Name, "mdl", "page", "buffer")
            && !Nouns.HasWord(use.Name, _media) => "an offset in the buffer",
        _ => null,
    };

    private static bool NeedsFileOffset(in ValueUse use) =>
        use.Expected == ValueKind.FileOffset
        || (use.Expected == ValueKind.None && use.Kind is UseKind.Local or UseKind.Member or UseKind.Argument or UseKind.Return && Nouns.HasWord(use.Name, _media)
            && (Nouns.HeadOf(use.Name) == Noun.Offset || Nouns.HasWord(use.Name, "lba", "lbn", "sector")) && !Nouns.HasWord(use.Name, "in", "buffer", "size", "mask", "align", "alignment", "count"));
}
