using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The one place where a string of a test becomes a source text.</summary>
internal static class TestText
{
    /// <summary>
    /// Line endings become line feeds, because those of a raw string depend on how the test file was checked out.
    /// A test about line endings passes a <see cref="SourceText"/> instead.
    /// </summary>
    public static SourceText From(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return SourceText.From(content.ReplaceLineEndings("\n"));
    }

    public static SourceText WithContent(this SourceText text, string content) =>
        SourceText.From(content, text.Encoding, text.ChecksumAlgorithm);

    public static bool IsSameAs(this SourceText text, SourceText other) =>
        text.ChecksumAlgorithm == other.ChecksumAlgorithm
        && Equals(text.Encoding, other.Encoding)
        && text.ContentEquals(other);
}
