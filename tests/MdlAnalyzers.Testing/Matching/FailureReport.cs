using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Text of a failed comparison of diagnostics.</summary>
internal static class FailureReport
{
    public static string Render(DiagnosticMatch match, SourceExcerpt excerpt)
    {
        var expectedCount = match.Pairs.Length + match.Missing.Length;
        var actualCount = match.Pairs.Length + match.Unexpected.Length;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Expected {expectedCount} diagnostic(s), got {actualCount}.\n");

        foreach (var expected in match.Missing)
        {
            text.Append("Missing:\n  ").Append(DiagnosticText.Describe(expected)).Append('\n');
            if (expected.HasLocation)
                text.Append(excerpt.Render(expected.Spans[0].Span));
        }

        AppendActual(text, "Unexpected", match.Unexpected, excerpt);
        foreach (var (actual, expected, mismatches) in match.Pairs.Where(static pair => pair.Mismatches.Count > 0))
        {
            text.Append("Different from its nearest expectation:\n");
            AppendActual(text, actual, excerpt);
            text.Append("  expectation: ").Append(DiagnosticText.Describe(expected)).Append('\n');
            foreach (var mismatch in mismatches)
                text.Append("  - ").Append(mismatch.Text).Append('\n');
        }

        return text.ToString();
    }

    public static string Render(string heading, ImmutableArray<Diagnostic> diagnostics, SourceExcerpt excerpt)
    {
        var text = new StringBuilder();
        AppendActual(text, heading, diagnostics, excerpt);
        return text.ToString();
    }

    private static void AppendActual(StringBuilder text, string heading, ImmutableArray<Diagnostic> diagnostics, SourceExcerpt excerpt)
    {
        foreach (var diagnostic in diagnostics)
        {
            text.Append(heading).Append(":\n");
            AppendActual(text, diagnostic, excerpt);
        }
    }

    private static void AppendActual(StringBuilder text, Diagnostic diagnostic, SourceExcerpt excerpt)
    {
        text.Append("  ").Append(DiagnosticText.Describe(diagnostic)).Append('\n');
        if (diagnostic.Location != Location.None)
            text.Append(excerpt.Render(diagnostic.Location.GetLineSpan()));
        text.Append("    as an expectation: ").Append(DiagnosticText.AsExpectation(diagnostic)).Append('\n');
    }
}
