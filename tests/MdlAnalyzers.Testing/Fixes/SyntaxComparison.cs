namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Finds the first difference between a tree and the tree its text parses to.</summary>
internal static class SyntaxComparison
{
    public static string? FirstDifference(SyntaxNodeOrToken made, SyntaxNodeOrToken parsed, bool withTrivia)
    {
        if (made.RawKind != parsed.RawKind)
            return $"the tree has {Describe(made)} where the text parses to {Describe(parsed)}";
        if (made.IsToken)
            return FirstDifference(made.AsToken(), parsed.AsToken(), withTrivia);

        var madeChildren = made.ChildNodesAndTokens();
        var parsedChildren = parsed.ChildNodesAndTokens();
        for (var i = 0; i < Math.Min(madeChildren.Count, parsedChildren.Count); i++)
        {
            if (FirstDifference(madeChildren[i], parsedChildren[i], withTrivia) is { } difference)
                return difference;
        }

        return madeChildren.Count == parsedChildren.Count
            ? null
            : $"{Describe(made)} has {madeChildren.Count} children where the text parses to {parsedChildren.Count}";
    }

    private static string? FirstDifference(SyntaxToken made, SyntaxToken parsed, bool withTrivia)
    {
        if (made.Text != parsed.Text || made.IsMissing != parsed.IsMissing)
            return $"the tree has {Describe(made)} where the text parses to {Describe(parsed)}";
        if (!withTrivia)
            return null;

        return FirstDifference("leading", made, made.LeadingTrivia, parsed.LeadingTrivia)
            ?? FirstDifference("trailing", made, made.TrailingTrivia, parsed.TrailingTrivia);
    }

    private static string? FirstDifference(string side, SyntaxToken token, SyntaxTriviaList made, SyntaxTriviaList parsed)
    {
        var isSame = made.Count == parsed.Count
            && made.Zip(parsed).All(static pair => pair.First.RawKind == pair.Second.RawKind && pair.First.ToFullString() == pair.Second.ToFullString());
        return isSame ? null : $"the {side} trivia of {Describe(token)} are [{Describe(made)}] where the text parses to [{Describe(parsed)}]";
    }

    private static string Describe(SyntaxNodeOrToken item) => $"{CSharp.CSharpExtensions.Kind(item)} '{item.ToString()}'";

    private static string Describe(SyntaxTriviaList trivia) => string.Join(", ", trivia.Select(static item => CSharp.CSharpExtensions.Kind(item)));
}
