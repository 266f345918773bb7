using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

internal static class FileLinePositionSpanExtensions
{
    public static FileLinePositionSpan MovedDown(this FileLinePositionSpan span, int lines) => new(
        span.Path,
        new LinePosition(span.StartLinePosition.Line + lines, span.StartLinePosition.Character),
        new LinePosition(span.EndLinePosition.Line + lines, span.EndLinePosition.Character));
}
