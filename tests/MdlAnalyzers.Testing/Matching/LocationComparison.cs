namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Compares the locations of one reported diagnostic with those of one expectation.</summary>
internal static class LocationComparison
{
    private const int PathWeight = 500;
    private const int LineWeight = 60;
    private const int MaximumDistanceWeight = 60;
    private const int CharacterWeight = 30;
    private const int EndWeight = 15;
    private const int AdditionalWeight = 10;
    private const int UnnecessaryWeight = 5;

    public static void Compare(Diagnostic actual, DiagnosticResult expected, List<Mismatch> mismatches)
    {
        if (!expected.HasLocation)
        {
            if (actual.Location != Location.None)
                mismatches.Add(new(PathWeight, $"expected no location, got {DiagnosticText.Position(actual.Location.GetLineSpan())}"));
            return;
        }

        if (actual.Location == Location.None)
        {
            mismatches.Add(new(PathWeight, $"expected location {DiagnosticText.Position(expected.Spans[0].Span)}, got none"));
            return;
        }

        Compare("location", actual.Location, expected.Spans[0], mismatches);
        if ((expected.Spans[0].Options & DiagnosticLocationOptions.UnnecessaryCode) != 0
            && !actual.Descriptor.CustomTags.Contains(WellKnownDiagnosticTags.Unnecessary, StringComparer.Ordinal))
        {
            mismatches.Add(new(UnnecessaryWeight, "expected unnecessary code, but the descriptor is not tagged so"));
        }

        if ((expected.Options & DiagnosticOptions.IgnoreAdditionalLocations) == 0)
            CompareAdditional(actual, expected, mismatches);
    }

    private static void CompareAdditional(Diagnostic actual, DiagnosticResult expected, List<Mismatch> mismatches)
    {
        var expectedCount = expected.Spans.Length - 1;
        if (actual.AdditionalLocations.Count != expectedCount)
        {
            mismatches.Add(new(AdditionalWeight, $"expected {expectedCount} additional location(s), got {actual.AdditionalLocations.Count}"));
            return;
        }

        var unnecessary = UnnecessaryIndices(actual);
        for (var i = 0; i < expectedCount; i++)
        {
            var location = expected.Spans[i + 1];
            Compare($"additional location {i}", actual.AdditionalLocations[i], location, mismatches);

            var mustBeUnnecessary = (location.Options & DiagnosticLocationOptions.UnnecessaryCode) != 0;
            if (mustBeUnnecessary != unnecessary.Contains(i))
                mismatches.Add(new(UnnecessaryWeight, $"additional location {i} should {(mustBeUnnecessary ? "" : "not ")}be reported as unnecessary code"));
        }
    }

    private static void Compare(string what, Location actual, DiagnosticLocation expected, List<Mismatch> mismatches)
    {
        var actualSpan = actual.GetLineSpan();
        var expectedSpan = expected.Span;
        var weight = 0;
        if (actualSpan.Path != expectedSpan.Path)
            weight += PathWeight;

        var lines = Math.Abs(actualSpan.StartLinePosition.Line - expectedSpan.StartLinePosition.Line);
        if (lines != 0)
            weight += LineWeight + Math.Min(lines, MaximumDistanceWeight);
        if (actualSpan.StartLinePosition.Character != expectedSpan.StartLinePosition.Character)
            weight += CharacterWeight;

        var ignoresLength = (expected.Options & DiagnosticLocationOptions.IgnoreLength) != 0;
        if (!ignoresLength && actualSpan.EndLinePosition != expectedSpan.EndLinePosition)
            weight += EndWeight;

        if (weight != 0)
            mismatches.Add(new(weight, $"expected {what} {DiagnosticText.Position(expectedSpan, ignoresLength)}, got {DiagnosticText.Position(actualSpan, ignoresLength)}"));
    }

    // The property is a JSON array of indices into the additional locations, for example "[0,2]".
    private static HashSet<int> UnnecessaryIndices(Diagnostic actual)
    {
        if (!actual.Properties.TryGetValue(WellKnownDiagnosticTags.Unnecessary, out var encoded) || encoded is null)
            return [];

        return [.. System.Text.Json.JsonSerializer.Deserialize<int[]>(encoded) ?? []];
    }
}
