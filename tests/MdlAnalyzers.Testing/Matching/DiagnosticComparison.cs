using System.Globalization;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Compares one reported diagnostic with one expectation.</summary>
internal static class DiagnosticComparison
{
    private const int IdWeight = 300;
    private const int SeverityWeight = 5;
    private const int MessageWeight = 20;
    private const int SuppressionWeight = 8;

    public static List<Mismatch> Compare(Diagnostic actual, DiagnosticResult expected)
    {
        var mismatches = new List<Mismatch>();
        if (actual.Id != expected.Id)
            mismatches.Add(new(IdWeight, $"expected id {expected.Id}, got {actual.Id}"));
        LocationComparison.Compare(actual, expected, mismatches);
        if ((expected.Options & DiagnosticOptions.IgnoreSeverity) == 0 && actual.Severity != expected.Severity)
            mismatches.Add(new(SeverityWeight, $"expected severity {expected.Severity}, got {actual.Severity}"));
        CompareMessage(actual, expected, mismatches);

        var mustBeSuppressed = expected.IsSuppressed ?? false;
        if (actual.IsSuppressed != mustBeSuppressed)
            mismatches.Add(new(SuppressionWeight, mustBeSuppressed ? "expected to be suppressed, but it is not" : "expected not to be suppressed, but it is"));
        return mismatches;
    }

    private static void CompareMessage(Diagnostic actual, DiagnosticResult expected, List<Mismatch> mismatches)
    {
        var actualMessage = actual.GetMessage(CultureInfo.InvariantCulture);
        try
        {
            // Without a format of its own the expectation fills that of the reported diagnostic.
            var expectedMessage = expected.Message
                ?? (expected.MessageArguments is null ? null : expected.WithMessageFormat(actual.Descriptor.MessageFormat).Message);
            if (expectedMessage is not null && expectedMessage != actualMessage)
                mismatches.Add(new(MessageWeight, $"expected message \"{expectedMessage}\", got \"{actualMessage}\""));
        }
        catch (FormatException)
        {
            mismatches.Add(new(MessageWeight, $"expected arguments do not fill the message format, got \"{actualMessage}\""));
        }
    }
}
