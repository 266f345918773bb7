using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1007: an address loses its upper bits because it is kept in, or programmed as, an integer of at most 32 bits.</summary>
/// <remarks>
/// Location: what is stored or handed on. Additional location: the accessor or call that yielded the address.
/// Silent where the upper half goes somewhere too, where the address was found to fit, and where MDL1001 tells about the same accessor.
/// </remarks>
internal sealed class AddressTruncated : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1007",
        title: "Address cut to 32 bits or less",
        messageFormat: "'{0}' cuts {1} to {2} bits; with higher bits set it is another address",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "Virtual, system, physical and logical addresses have 64 bits. Keep them in nuint, ulong, PhysicalAddress or a pointer, and program both halves of an address into a device with 32-bit registers.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1007.md");

    private const int UpperHalf = 32;

    private readonly List<(SyntaxNode Node, Term Address, int Bits)> _cuts = [];
    private readonly List<(SyntaxNode Node, Term Address, int Bits)> _stores = [];
    private readonly HashSet<Term> _whole = [];

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        foreach (Summand summand in computation.Result.Summands)
        {
            if (summand.Term is not { Kind: TermKind.Divide, Left: { } dividend, Right: { IsConstant: true } divisor })
                continue;
            // "(address & 0xFFFFFFFF00000000) >> 32"
            Linear whole = dividend.IsSingle(out Term masked) && masked.Kind == TermKind.Mask ? masked.Left! : dividend;
            if (HeldAddress.In(whole) is { } address && divisor.Constant >= 1L << UpperHalf)
                _whole.Add(address);
            else if (dividend.IsSingle(out Term frame) && frame.Kind == TermKind.PageFrame && divisor.Constant == (1L << UpperHalf) / Arithmetic.PageSize)
                _whole.Add(frame);
        }
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use.Value is not Linear number)
            return;
        if (IsLowHalf(number, out Term half) && HeldAddress.In(half.Left!) is { } masked)
            StoreMasked(use, half, masked, reporter);
        if (HeldAddress.In(number) is not { } address)
            return;
        switch (use.Kind)
        {
            case UseKind.Narrowing when HeldAddress.Bits(use.Type) <= UpperHalf:
                _cuts.Add((use.Frame.Visible(use.Node), address, HeldAddress.Bits(use.Type)));
                break;
            case UseKind.Comparison when IsWidthTest(use.Other, number):
                _whole.Add(address);
                break;
            case UseKind.Local or UseKind.Member or UseKind.Argument or UseKind.Return or UseKind.ElementStore when HeldAddress.Bits(use.Type) is > 0 and <= UpperHalf and var bits:
                Store(use, number, address, bits, reporter);
                break;
            case UseKind.Local or UseKind.Member or UseKind.Argument or UseKind.Return or UseKind.ElementStore when HeldAddress.Bits(use.Type) > UpperHalf || use.Type is IPointerTypeSymbol:
                Store(use, number, address, bits: 0, reporter);
                break;
        }
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach ((SyntaxNode node, Term address, int bits) in _stores.OrderBy(static s => s.Node.SpanStart))
        {
            SyntaxNode origin = address.Node ?? node;
            if (_whole.Any(whole => HeldAddress.IsSame(whole, address)) || reporter.IsExplained(origin))
                continue;
            reporter.Report(Descriptor, node, address.Node, null, SourceText.Of(node), HeldAddress.Explain(address), bits);
        }
    }

    // The DMA routines give a device with few address lines addresses that it can drive.
    private static bool Fits(Linear number, Term address, in ValueUse use) =>
        use.State.RangeOf(number).High <= uint.MaxValue || (address.Quantity == ValueKind.LogicalAddress && use.Frame.HasNarrowDevices.Value);

    // What was cut before it got here is told where it was cut. A place with room for the whole address gets it cut, too: "(ulong)(uint)address".
    private void Store(in ValueUse use, Linear number, Term address, int bits, FlowReporter reporter)
    {
        if (!Origin.IsInBody(address, address.Node, use.Frame, use.State, reporter))
            return;
        SyntaxNode node = use.Frame.Visible(use.Node);
        int index = _cuts.FindIndex(cut => cut.Address.Equals(address) && cut.Node.SyntaxTree == node.SyntaxTree && node.Span.Contains(cut.Node.Span) && (bits > 0 || IsWhole(cut.Node, node)));
        if (index < 0)
            return;
        if (bits == 0)
            bits = _cuts[index].Bits;
        _cuts.RemoveAll(cut => cut.Address.Equals(address) && cut.Node.SyntaxTree == node.SyntaxTree && node.Span.Contains(cut.Node.Span));
        if (reporter.Owns(node) && !Fits(number, address, use) && !IsHashedOrLogged(use))
            _stores.Add((node, address, bits));
    }

    // "address & 0xFFFFFFFF": the type says nothing about what is left.
    private void StoreMasked(in ValueUse use, Term half, Term address, FlowReporter reporter)
    {
        if (use.Kind == UseKind.Comparison && half.Left!.Equals(use.Other))
            _whole.Add(address);
        SyntaxNode node = use.Frame.Visible(use.Node);
        if (use.Kind is UseKind.Local or UseKind.Member or UseKind.Argument or UseKind.Return or UseKind.ElementStore && HeldAddress.Bits(use.Type) > 0
            && half.Node is { } cut && cut.SyntaxTree == node.SyntaxTree && node.Span.Contains(cut.Span)
            && reporter.Owns(node) && Origin.IsInBody(address, address.Node, use.Frame, use.State, reporter) && !Fits(half.Left!, address, use) && !IsHashedOrLogged(use))
        {
            _stores.Add((node, address, UpperHalf));
        }
    }

    private static bool IsLowHalf(Linear number, out Term half) =>
        number.IsSingle(out half) && ((half.Kind == TermKind.Mask && half.Right!.IsConstantOf(uint.MaxValue)) || (half.Kind == TermKind.Modulo && half.Right!.IsConstantOf(1L << UpperHalf)));

    // Whether a part of an expression becomes its value, by itself or in a sum.
    private static bool IsWhole(SyntaxNode part, SyntaxNode expression)
    {
        for (SyntaxNode? node = part; node is not null && node != expression; node = node.Parent)
        {
            if (node.Parent is not (CastExpressionSyntax or ParenthesizedExpressionSyntax or CheckedExpressionSyntax or ConditionalExpressionSyntax
                or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression }))
            {
                return false;
            }
        }

        return true;
    }

    // "address <= uint.MaxValue", "address == (uint)address"
    private static bool IsWidthTest(Value? other, Linear number) =>
        other is Linear bound && (bound.Equals(number) || (bound.IsConstant && bound.Constant is >= int.MaxValue and <= 1L << UpperHalf));

    private static bool IsHashedOrLogged(in ValueUse use)
    {
        if (IsMark(use.Name) || use.Node.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { Identifier.ValueText: "GetHashCode" })
            return true;
        if (use.Method is not { } method)
            return false;
        bool isFramework = method.ContainingNamespace is { } ns && ns.ToDisplayString().StartsWith("System", StringComparison.Ordinal);
        return isFramework
            ? method.ContainingType.Name is not ("Marshal" or "Volatile" or "Interlocked" or "Unsafe" or "BinaryPrimitives" or "BitConverter" or "List" or "Queue" or "Stack")
            : IsMark(method.Name) || Nouns.HasWord(method.Name, "log", "trace", "print", "debug", "dbg", "format");
    }

    private static bool IsMark(string? name) => Nouns.HasWord(name, "hash", "key", "checksum", "crc", "tag", "seed", "cookie", "bucket", "mask", "alignment");
}
