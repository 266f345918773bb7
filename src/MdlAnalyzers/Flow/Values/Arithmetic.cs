using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow.Values;

/// <summary>Operators on symbolic numbers. A page is 4096 bytes.</summary>
internal static class Arithmetic
{
    public const long PageSize = 0x1000;
    public const long PageMask = PageSize - 1;

    public static Linear Opaque(SyntaxNode node, bool isUnsigned = false) => Linear.Of(new Term(TermKind.Symbol, key: node, node: node, isUnsigned: isUnsigned));

    public static Linear Add(Linear a, Linear b, SyntaxNode node) => a.Add(b) ?? Opaque(node);

    public static Linear Subtract(Linear a, Linear b, SyntaxNode node) => a.Subtract(b) ?? Opaque(node);

    public static Linear Multiply(Linear a, Linear b, SyntaxNode node)
    {
        if (a.IsConstant)
            return b.Scale(a.Constant);
        if (b.IsConstantOf(PageSize) && WholePages(a, node) is { } page)
            return page;
        return b.IsConstant ? a.Scale(b.Constant) : Operation(TermKind.Multiply, a, b, node);
    }

    public static Linear Divide(Linear a, Linear b, SyntaxNode node, bool real = false)
    {
        if (b.IsConstant && b.Constant != 0)
        {
            if (a.IsConstant && !real && !(a.Constant == long.MinValue && b.Constant == -1))
                return Linear.Of(a.Constant / b.Constant, a.Label ?? b.Label);
            if (a.TryDivideExactly(b.Constant) is { } exact)
                return exact;
        }

        return Operation(real ? TermKind.RealDivide : TermKind.Divide, a, b, node);
    }

    public static Linear Modulo(Linear a, Linear b, SyntaxNode node)
    {
        if (!b.IsConstant || b.Constant == 0)
            return Operation(TermKind.Modulo, a, b, node);
        if (a.IsConstant)
            return b.Constant == -1 ? Linear.Zero : Linear.Of(a.Constant % b.Constant);
        return IsPowerOfTwo(b.Constant) && PageMask % b.Constant == b.Constant - 1 ? LowBits(a, b.Constant - 1, node, modulo: true) : Operation(TermKind.Modulo, a, b, node);
    }

    public static Linear ShiftLeft(Linear a, Linear b, SyntaxNode node)
    {
        if (!b.IsConstant || b.Constant is < 0 or > 62)
            return Operation(TermKind.Multiply, a, Opaque(node), node);
        if (b.Constant == 12 && WholePages(a, node) is { } page)
            return page;
        Linear shifted = a.Scale(1L << (int)b.Constant);
        return b.Label is null ? shifted : shifted.WithLabel(shifted.IsConstant ? b.Label : null);
    }

    public static Linear ShiftRight(Linear a, Linear b, SyntaxNode node) =>
        b.IsConstant && b.Constant is >= 0 and <= 62 ? Divide(a, Linear.Of(1L << (int)b.Constant, b.Label), node) : Opaque(node);

    public static Linear And(Linear a, Linear b, SyntaxNode node)
    {
        if (a.IsConstant && b.IsConstant)
            return Linear.Of(a.Constant & b.Constant, a.Label ?? b.Label);
        if (a.IsConstant)
            (a, b) = (b, a);
        if (!b.IsConstant)
            return Operation(TermKind.Mask, a, b, node);
        if (IsPageNumberMask(b.Constant))
            return PageAlign(a, node);
        return b.Constant > 0 && IsPowerOfTwo(b.Constant + 1) && b.Constant <= PageMask ? LowBits(a, b.Constant, node, modulo: false) : Operation(TermKind.Mask, a, b, node);
    }

    /// <summary>The page that an address lies in; a length rounded down to whole pages.</summary>
    public static Linear PageAlign(Linear a, SyntaxNode node)
    {
        if (a.IsConstant)
            return Linear.Of(a.Constant & ~PageMask, a.Label);

        Linear rest = Below(a);
        if (rest.IsConstantOf(0) || (rest.IsSingle(out Term single) && single.Kind == TermKind.Offset && a.Summands.Length > 1))
            return a.Select(s => IsWholePages(s)).WithConstant(a.Constant & ~PageMask);
        return Operation(TermKind.PageAlign, a, Linear.Of(PageSize), node);
    }

    // "(address >> 12) << 12" is the page that the address lies in. Whole pages of a length stay a product.
    private static Linear? WholePages(Linear pages, SyntaxNode node) =>
        pages.IsSingle(out Term quotient) && quotient is { Kind: TermKind.Divide, Left: { } address, Right: { } divisor } && divisor.IsConstantOf(PageSize)
            && PageAlign(address, node) is var aligned && !aligned.Contains(TermKind.PageAlign) ? aligned : null;

    public static Linear ByteOffset(Linear a, SyntaxNode node) => LowBits(a, PageMask, node, modulo: false);

    public static Linear BytesToPages(Linear a, SyntaxNode node) => Divide(a.AddConstant(PageMask), Linear.Of(PageSize), node);

    public static Linear RoundToPages(Linear a, SyntaxNode node) => PageAlign(a.AddConstant(PageMask), node);

    public static Linear SpanPages(Linear address, Linear length, SyntaxNode node) => BytesToPages(Add(ByteOffset(address, node), length, node), node);

    public static Linear Minimum(Linear a, Linear b, SyntaxNode node) =>
        a.IsConstant && b.IsConstant ? (a.Constant <= b.Constant ? a : b) : a.Equals(b) ? a : Operation(TermKind.Minimum, a, b, node);

    public static Linear Maximum(Linear a, Linear b, SyntaxNode node) =>
        a.IsConstant && b.IsConstant ? (a.Constant >= b.Constant ? a : b) : a.Equals(b) ? a : Operation(TermKind.Maximum, a, b, node);

    /// <summary>Rounds a real quotient up.</summary>
    public static Linear Ceiling(Linear a, SyntaxNode node) =>
        a.IsSingle(out Term term) && term.Kind == TermKind.RealDivide && term.Right!.IsConstant
            ? Divide(term.Left!.AddConstant(term.Right.Constant - 1), term.Right, node)
            : Truncate(a);

    /// <summary>Drops the fraction of a real quotient.</summary>
    public static Linear Truncate(Linear a) =>
        a.Contains(TermKind.RealDivide)
            ? a.Map(static t => t.Kind == TermKind.RealDivide ? new Term(TermKind.Divide, left: t.Left, right: t.Right, node: t.Node) : t)
            : a;

    /// <summary>Whether a mask clears exactly the low bits of an address, in 32 or 64 bits.</summary>
    public static bool IsPageNumberMask(long mask) => mask is -PageSize or 0xFFFFF000L;

    public static bool IsPowerOfTwo(long value) => value > 0 && (value & (value - 1)) == 0;

    private static Linear LowBits(Linear a, long mask, SyntaxNode node, bool modulo)
    {
        if (a.IsConstant)
            return Linear.Of(a.Constant & mask, a.Label);

        Linear rest = Below(a);
        if (rest.IsConstant)
            return Linear.Of(rest.Constant & mask);
        if (mask == PageMask && rest.IsSingle(out Term single) && single.Kind == TermKind.Offset)
            return rest;
        return modulo ? Operation(TermKind.Modulo, rest, Linear.Of(mask + 1), node) : Operation(TermKind.Mask, rest, Linear.Of(mask), node);
    }

    // What whole pages add to a sum does not reach its low bits.
    private static Linear Below(Linear a) => a.Select(s => !IsWholePages(s)).WithConstant(a.Constant & PageMask);

    private static bool IsWholePages(Summand summand) => summand.Term.IsPageMultiple || summand.Factor % PageSize == 0;

    private static Linear Operation(TermKind kind, Linear a, Linear b, SyntaxNode node) =>
        a.Depth >= 8 || b.Depth >= 8 ? Opaque(node) : Linear.Of(new Term(kind, left: a, right: b, node: node));
}
