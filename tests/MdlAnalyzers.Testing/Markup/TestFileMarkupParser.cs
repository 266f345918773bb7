using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Reads the markup that marks positions and spans in test texts.</summary>
public static class TestFileMarkupParser
{
    /// <summary>
    /// Removes the markup from <paramref name="input"/>. Spans without a name are found under the empty name,
    /// numbered ones under <c>#n</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A start or end has no counterpart, or a number is used twice.</exception>
    public static void GetPositionsAndSpans(
        string input,
        out string output,
        out ImmutableArray<int> positions,
        out ImmutableDictionary<string, ImmutableArray<TextSpan>> spans)
    {
        var parsed = MarkupParser.Parse(input, treatPositionIndicatorsAsCode: false);
        output = parsed.Text;
        positions = parsed.Positions;
        spans = parsed.Spans
            .GroupBy(static span => span.Name, static span => span.Span, StringComparer.Ordinal)
            .ToImmutableDictionary(static group => group.Key, static group => group.ToImmutableArray(), StringComparer.Ordinal);
    }
}
