using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Whether a result depends on a buffer that starts on a page boundary.</summary>
internal enum Verdict
{
    /// <summary>No page arithmetic on an MDL.</summary>
    None,

    /// <summary>The byte offset is left out.</summary>
    Ignored,

    /// <summary>The byte offset is in, or known to be zero.</summary>
    Respected,
}

/// <summary>Recognizes page arithmetic by value.</summary>
internal static class PageMath
{
    /// <summary>A number of pages: what is divided by the page size.</summary>
    public static Verdict OfDivision(Term division, FlowState state, out Term? length)
    {
        length = null;
        if (division.Kind is not (TermKind.Divide or TermKind.RealDivide) || !IsPageSize(division.Right!))
            return Verdict.None;
        return OfLength(division.Left!, state, out length);
    }

    /// <summary>The length that a number of pages was computed from, with or without the offset.</summary>
    public static Verdict OfLength(Linear dividend, FlowState state, out Term? length)
    {
        length = null;
        if (dividend.IsSinglePlusConstant(out Term rounded, out _) && rounded.Kind == TermKind.PageAlign)
            dividend = rounded.Left!;
        if (dividend.Find(TermKind.Length) is not { } term)
            return Verdict.None;
        length = term;
        if (dividend.Contains(TermKind.Offset) || IsAligned(state, term.Owner!) || state.RangeOf(term).High <= 0)
            return Verdict.Respected;
        return dividend.IsSinglePlusConstant(out _, out _) ? Verdict.Ignored : Verdict.None;
    }

    /// <summary>Whether the buffer of an MDL is known to start on a page boundary.</summary>
    public static bool IsAligned(FlowState state, ObjectId mdl) => state.RangeOf(new Term(TermKind.Offset, owner: mdl)).IsExactly(0);

    /// <summary>Whether a number is the page size, and not another unit of the same size.</summary>
    public static bool IsPageSize(Linear number) => number.IsConstantOf(Arithmetic.PageSize) && !Nouns.IsForeignUnit(number.Label);

    /// <summary>Whether a count of whole pages has a page to spare, which is enough for any offset.</summary>
    public static bool HasSlack(Linear count, Term division)
    {
        bool roundsUp = division.Left!.Constant >= Arithmetic.PageMask || division.Left.Contains(TermKind.PageAlign);
        return count.FactorOf(division) == 1 && count.Constant >= (roundsUp ? 1 : 2);
    }
}
