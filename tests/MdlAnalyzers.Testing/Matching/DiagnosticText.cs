using System.Globalization;
using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>How diagnostics, positions and expectations are written in failures.</summary>
internal static class DiagnosticText
{
    public static string Describe(Diagnostic diagnostic)
    {
        var position = diagnostic.Location == Location.None ? "(no location)" : Position(diagnostic.Location.GetLineSpan());
        var suppressed = diagnostic.IsSuppressed ? " (suppressed)" : "";
        return $"{position}: {Severity(diagnostic.Severity)} {diagnostic.Id}{suppressed}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}";
    }

    public static string Describe(DiagnosticResult expected)
    {
        var text = new StringBuilder();
        text.Append(expected.HasLocation ? Position(expected.Spans[0]) : "(no location)").Append(": ");
        text.Append((expected.Options & DiagnosticOptions.IgnoreSeverity) != 0 ? "any severity" : Severity(expected.Severity));
        text.Append(' ').Append(expected.Id);
        if (expected.IsSuppressed == true)
            text.Append(" (suppressed)");
        // The message is not rendered from the arguments: they may not fill the format.
        if (expected.MessageArguments is { } arguments)
            text.Append(" with arguments ").AppendJoin(", ", arguments.Select(static argument => $"\"{argument}\""));
        else if (expected.Message is { } message)
            text.Append(": ").Append(message);
        foreach (var location in expected.Spans.Skip(1))
            text.Append(", also ").Append(Position(location));
        return text.ToString();
    }

    /// <summary>The expectation that the reported diagnostic would meet, as C#.</summary>
    public static string AsExpectation(Diagnostic diagnostic)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"new DiagnosticResult(\"{diagnostic.Id}\", DiagnosticSeverity.{diagnostic.Severity})");
        if (diagnostic.Location != Location.None)
        {
            foreach (var location in diagnostic.AdditionalLocations.Prepend(diagnostic.Location))
                AppendWithSpan(text, location.GetLineSpan());
        }

        if (diagnostic.IsSuppressed)
            text.Append(".WithIsSuppressed(true)");
        return text.ToString();
    }

    public static string Position(FileLinePositionSpan span, bool ignoresLength = false)
    {
        var start = $"{span.Path}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1}";
        return ignoresLength ? start + ")" : $"{start},{span.EndLinePosition.Line + 1},{span.EndLinePosition.Character + 1})";
    }

    private static string Position(DiagnosticLocation location) =>
        location.IsMarkupKey ? location.Span.Path : Position(location.Span, (location.Options & DiagnosticLocationOptions.IgnoreLength) != 0);

    private static void AppendWithSpan(StringBuilder text, FileLinePositionSpan span)
    {
        var (start, end) = (span.StartLinePosition, span.EndLinePosition);
        text.Append(CultureInfo.InvariantCulture, $".WithSpan(\"{span.Path}\", {start.Line + 1}, {start.Character + 1}, {end.Line + 1}, {end.Character + 1})");
    }

    private static string Severity(DiagnosticSeverity severity) => severity switch
    {
        DiagnosticSeverity.Hidden => "hidden",
        DiagnosticSeverity.Info => "info",
        DiagnosticSeverity.Warning => "warning",
        _ => "error",
    };
}
