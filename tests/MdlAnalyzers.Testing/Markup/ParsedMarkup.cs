using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A text without its markup, and what the markup said. An empty name is the default diagnostic.</summary>
internal sealed record ParsedMarkup(string Text, ImmutableArray<int> Positions, ImmutableArray<(string Name, TextSpan Span)> Spans);
