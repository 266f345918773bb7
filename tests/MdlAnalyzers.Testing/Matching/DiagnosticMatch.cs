using System.Collections.Immutable;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The cheapest pairing of reported with expected diagnostics.</summary>
internal sealed class DiagnosticMatch
{
    private DiagnosticMatch(
        ImmutableArray<(Diagnostic Actual, DiagnosticResult Expected, List<Mismatch> Mismatches)> pairs,
        ImmutableArray<Diagnostic> unexpected,
        ImmutableArray<DiagnosticResult> missing)
    {
        Pairs = pairs;
        Unexpected = unexpected;
        Missing = missing;
    }

    public ImmutableArray<(Diagnostic Actual, DiagnosticResult Expected, List<Mismatch> Mismatches)> Pairs { get; }

    public ImmutableArray<Diagnostic> Unexpected { get; }

    public ImmutableArray<DiagnosticResult> Missing { get; }

    public bool IsExact => Unexpected.IsEmpty && Missing.IsEmpty && Pairs.All(static pair => pair.Mismatches.Count == 0);

    public static DiagnosticMatch Create(ImmutableArray<Diagnostic> actual, ImmutableArray<DiagnosticResult> expected, TimeSpan timeout)
    {
        var mismatches = new List<Mismatch>[actual.Length, expected.Length];
        var cost = new int[actual.Length, expected.Length];
        for (var i = 0; i < actual.Length; i++)
        {
            for (var j = 0; j < expected.Length; j++)
            {
                mismatches[i, j] = DiagnosticComparison.Compare(actual[i], expected[j]);
                cost[i, j] = mismatches[i, j].Sum(static mismatch => mismatch.Weight);
            }
        }

        var columns = AssignmentSolver.Solve(cost, timeout);
        var pairs = ImmutableArray.CreateBuilder<(Diagnostic, DiagnosticResult, List<Mismatch>)>();
        var unexpected = ImmutableArray.CreateBuilder<Diagnostic>();
        for (var i = 0; i < actual.Length; i++)
        {
            if (columns[i] < 0)
                unexpected.Add(actual[i]);
            else
                pairs.Add((actual[i], expected[columns[i]], mismatches[i, columns[i]]));
        }

        var missing = expected.Where((_, index) => !columns.Contains(index));
        return new DiagnosticMatch(pairs.ToImmutable(), unexpected.ToImmutable(), [.. missing]);
    }
}
