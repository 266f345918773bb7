using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>What bounds the variables that pick frames of an MDL: a position or a number of pages that leaves out the byte offset.</summary>
internal sealed class FrameBounds
{
    private readonly Dictionary<Term, (Term Length, SyntaxNode? Pages)> _bounds = [];
    private readonly HashSet<Term> _respected = [];

    /// <summary>Remembers "variable &lt; length" and "variable &lt; length / page".</summary>
    public void Note(Linear number, Linear bound)
    {
        if (!number.IsSinglePlusConstant(out Term variable, out _) || variable.Kind != TermKind.Symbol || bound.IsConstant)
            return;
        if (LengthOf(bound) is { } length)
            _bounds[variable] = (length, null);
        else if (DivisionIn(bound) is { } pages && LengthOf(pages.Left!) is { } counted && !PageMath.HasSlack(bound, pages))
            _bounds[variable] = (counted, pages.Node);
        else
            _respected.Add(variable);
    }

    /// <summary>The page arithmetic that picks <paramref name="frame"/> without regard to where the buffer starts in its first page.</summary>
    public SyntaxNode? CauseOf(Term frame)
    {
        if (!frame.Left!.IsSingle(out Term index))
            return null;
        if (index.Kind == TermKind.Symbol)
            return Bound(index, frame, out SyntaxNode? pages) && _bounds[index].Length.Kind == TermKind.RequestLength ? pages : null;
        return index.Kind == TermKind.Divide && PageMath.IsPageSize(index.Right!) && index.Left!.IsSingle(out Term position) && Bound(position, frame, out SyntaxNode? none) && none is null
            ? index.Node
            : null;
    }

    /// <summary>The number of pages that bounds a variable.</summary>
    public SyntaxNode? PagesOf(Term variable) => _bounds.TryGetValue(variable, out (Term Length, SyntaxNode? Pages) bound) ? bound.Pages : null;

    /// <summary>A number of pages made of the length of a request alone.</summary>
    public static Term? RequestPages(Linear number) =>
        DivisionIn(number) is { } pages && LengthOf(pages.Left!)?.Kind == TermKind.RequestLength && !PageMath.HasSlack(number, pages) ? pages : null;

    private bool Bound(Term variable, Term frame, out SyntaxNode? pages)
    {
        pages = null;
        if (_respected.Contains(variable) || !_bounds.TryGetValue(variable, out (Term Length, SyntaxNode? Pages) bound))
            return false;
        pages = bound.Pages;
        ObjectId? owner = bound.Length.Kind == TermKind.RequestLength ? frame.Owner?.Owner : frame.Owner;
        return owner is not null && owner.Equals(bound.Length.Owner);
    }

    private static Term? DivisionIn(Linear number)
    {
        Term? division = number.Find(TermKind.Divide);
        return division is not null && number.Summands.Length == 1 && PageMath.IsPageSize(division.Right!) ? division : null;
    }

    private static Term? LengthOf(Linear number) =>
        number.IsSinglePlusConstant(out Term term, out _) && term.Kind is TermKind.Length or TermKind.RequestLength ? term : null;
}
