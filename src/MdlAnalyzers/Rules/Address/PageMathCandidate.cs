using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>An expression that may leave out the byte offset, and what all paths say about it.</summary>
internal sealed class PageMathCandidate(SyntaxNode node, string kind)
{
    public SyntaxNode Node { get; } = node;

    /// <summary>Shape, for the code fix.</summary>
    public string Kind { get; } = kind;

    /// <summary>Accessor whose value was used without its offset.</summary>
    public SyntaxNode? Cause { get; set; }

    public ObjectId? Mdl { get; set; }

    public bool Ignored { get; set; }

    public bool Respected { get; set; }

    public bool HarmfulUse { get; set; }

    public bool HarmlessUse { get; set; }

    /// <summary>Whether it is the number of whole pages in the length, to which a rest may be added.</summary>
    public bool CountsWholePages { get; set; }

    /// <summary>Whether the expression is worth telling only if its value is used for something.</summary>
    public bool NeedsUse { get; init; }

    public bool IsDefect => Ignored && !Respected && (HarmfulUse || (!NeedsUse && !HarmlessUse));
}
