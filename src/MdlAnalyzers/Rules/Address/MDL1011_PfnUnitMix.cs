using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1011: page frame numbers, bytes and addresses are mixed.</summary>
/// <remarks>
/// Location: the arithmetic, or the frame number where an address is needed. Additional location: the accessor that returned the frames.
/// Property <c>Kind</c>: BytesAdded, Overflow, WrongShift, Divided or UsedAsAddress. Property <c>Frame</c>: Left or Right, the operand that is the frame number.
/// </remarks>
internal sealed class PfnUnitMix : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1011",
        title: "Units are mixed in page frame arithmetic",
        messageFormat: "'{0}' {1}; a page frame of '{2}' becomes an address when it is shifted left by PAGE_SHIFT in 64 bits",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The PFN array of an MDL holds numbers of pages, not addresses. Shift a number left by PAGE_SHIFT as a 64-bit value before bytes are added to it or a device is programmed with it.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1011.md");

    private const int MaxFactor = 1 << 24;

    private readonly Dictionary<SyntaxNode, Finding> _findings = [];

    // A frame number that was told once is the cause of its later uses.
    private readonly HashSet<Term> _addresses = [];

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        if (computation.Operands is not [Linear left, Linear right] || computation.Operation is not (IBinaryOperation or ICompoundAssignmentOperation))
            return;
        BinaryOperatorKind kind = computation.Operation is IBinaryOperation binary ? binary.OperatorKind : ((ICompoundAssignmentOperation)computation.Operation).OperatorKind;
        switch (kind)
        {
            case BinaryOperatorKind.Add or BinaryOperatorKind.Or or BinaryOperatorKind.Subtract:
                if (FrameIn(left, out long factor) is { } added && IsBytes(right) && !IsAddress(factor))
                    Add(computation, added, factor == 1 ? "BytesAdded" : "WrongShift", "Left", reporter);
                else if (FrameIn(right, out factor) is { } other && IsBytes(left) && !IsAddress(factor) && kind != BinaryOperatorKind.Subtract)
                    Add(computation, other, factor == 1 ? "BytesAdded" : "WrongShift", "Right", reporter);
                break;
            case BinaryOperatorKind.LeftShift when right.IsConstant && FrameIn(left, out factor) is { } shifted && factor == 1:
                if (right.Constant == Arithmetic.PageSize)
                    Add(computation, shifted, "WrongShift", "Left", reporter);
                else if (right.Constant is > 0 and < 32 && IsTooNarrow(computation, shifted, 1L << (int)right.Constant))
                    Add(computation, shifted, "Overflow", "Left", reporter);
                break;
            case BinaryOperatorKind.LeftShift when right.IsConstantOf(12) && FrameIn(left, out factor) is { } again && factor == Arithmetic.PageSize:
                Add(computation, again, "WrongShift", "Left", reporter);
                break;
            case BinaryOperatorKind.Multiply:
                if (right.IsConstant && FrameIn(left, out factor) is { } multiplied && factor == 1)
                    CheckProduct(computation, multiplied, right, "Left", reporter);
                else if (left.IsConstant && FrameIn(right, out factor) is { } second && factor == 1)
                    CheckProduct(computation, second, left, "Right", reporter);
                break;
            case BinaryOperatorKind.Divide or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift
                when FrameIn(left, out factor) is { } divided && factor == 1 && (kind == BinaryOperatorKind.Divide ? PageMath.IsPageSize(right) : right is { IsConstant: true, Constant: 12, Label: { } label } && label.IndexOf("PAGE", StringComparison.OrdinalIgnoreCase) >= 0):
                Add(computation, divided, "Divided", "Left", reporter);
                break;
        }
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use.Value is not Linear { Summands: [{ Term: { Kind: TermKind.PageFrame } frame, Factor: > 0 and not Arithmetic.PageSize and var factor }] } || !NeedsAddress(use) || use.IsInlined)
            return;
        if (!_findings.ContainsKey(use.Node) && _addresses.Add(frame))
            _findings.Add(use.Node, new Finding(factor == 1 ? "UsedAsAddress" : "WrongShift", "", frame));
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (KeyValuePair<SyntaxNode, Finding> pair in _findings.OrderBy(static f => f.Key.SpanStart))
        {
            Finding finding = pair.Value;
            if (reporter.HasFindingIn(pair.Key) || reporter.IsTold(pair.Key))
                continue;
            reporter.Report(
                Descriptor,
                pair.Key,
                finding.Frame.Origin is { } origin && reporter.Owns(origin) && !pair.Key.Span.Contains(origin.Span) ? origin : null,
                ImmutableDictionary<string, string?>.Empty.Add("Kind", finding.Kind).Add("Frame", finding.Side),
                SourceText.Of(pair.Key),
                Explain(finding.Kind),
                SourceText.Of(finding.Frame.Owner!));
        }
    }

    private static string Explain(string kind) => kind switch
    {
        "BytesAdded" => "adds bytes to a page frame number",
        "Overflow" => "loses the bits of a page frame address above 4 GB",
        "WrongShift" => "does not scale a page frame number by the page size",
        "Divided" => "divides a page frame number, which counts pages already, by the page size",
        _ => "is a page frame number where an address is needed",
    };

    private void CheckProduct(in Computation computation, Term frame, Linear factor, string side, FlowReporter reporter)
    {
        bool isShift = factor is { Constant: 12, Label: { } label } && label.IndexOf("SHIFT", StringComparison.OrdinalIgnoreCase) >= 0;
        if (isShift)
            Add(computation, frame, "WrongShift", side, reporter);
        else if (factor.Constant is > 1 and < MaxFactor && IsTooNarrow(computation, frame, factor.Constant) && computation.Operation is not IBinaryOperation { IsChecked: true })
            Add(computation, frame, "Overflow", side, reporter);
    }

    // A product that 32 bits do not hold, of a number that was not tested to be small.
    private static bool IsTooNarrow(in Computation computation, Term frame, long factor)
    {
        ITypeSymbol? type = computation.Operation.Type;
        bool isNarrow = type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_UInt32;
        return isNarrow && factor >= Arithmetic.PageSize && !PageMath.IsAligned(computation.State, frame.Owner!)
            && Saturating.Multiply(computation.State.RangeOf(frame).High, factor) > uint.MaxValue;
    }

    private void Add(in Computation computation, Term frame, string kind, string side, FlowReporter reporter)
    {
        SyntaxNode node = computation.Frame.Visible(computation.Node);
        // In a callee only what the analyzed body handed to it counts.
        if (!Origin.IsInBody(frame, frame.Origin, computation.Frame, computation.State, reporter))
            return;
        if (!_findings.ContainsKey(node))
            _findings.Add(node, new Finding(kind, computation.Frame.IsInlined ? "" : side, frame));
    }

    // The one frame number in a sum, and how it is scaled.
    private static Term? FrameIn(Linear number, out long factor)
    {
        factor = 0;
        Term? frame = null;
        foreach (Summand summand in number.Summands)
        {
            if (summand.Term.Kind != TermKind.PageFrame)
                return null;
            if (frame is not null)
                return null;
            (frame, factor) = (summand.Term, summand.Factor);
        }

        return frame;
    }

    private static bool IsAddress(long factor) => factor == Arithmetic.PageSize || factor < 0;

    // The offset or the length of a buffer, or a page size.
    private static bool IsBytes(Linear number) =>
        number.Summands.Any(static s => s.Factor == 1 && s.Term.Kind is TermKind.Offset or TermKind.Length or TermKind.RequestLength)
        || (number.IsConstant && number.Constant > 0 && number.Constant % Arithmetic.PageSize == 0 && number.Label?.IndexOf("PAGE_SIZE", StringComparison.OrdinalIgnoreCase) >= 0);

    private static bool NeedsAddress(in ValueUse use)
    {
        if (use.Expected != ValueKind.None)
            return use.Expected is ValueKind.PhysicalAddress or ValueKind.LogicalAddress or ValueKind.MemoryAddress or ValueKind.BufferAddress or ValueKind.MdlVirtualAddress;
        if (use.Kind == UseKind.PointerConversion || use.Method?.ContainingType?.Name == "PhysicalAddress" || use.Type?.Name == "PhysicalAddress")
            return true;
        return use.Kind is UseKind.Local or UseKind.Member or UseKind.Argument or UseKind.Return or UseKind.ElementStore
            && Nouns.HeadOf(use.Name) == Noun.Address && !Nouns.HasWord(use.Name, "frame", "frames", "pfn", "pfns", "number", "index", "by", "ptr", "pointer");
    }

    private sealed class Finding(string kind, string side, Term frame)
    {
        public string Kind { get; } = kind;

        public string Side { get; } = side;

        public Term Frame { get; } = frame;
    }
}
