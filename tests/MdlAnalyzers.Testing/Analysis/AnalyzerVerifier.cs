using Microsoft.CodeAnalysis.Diagnostics;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>One-line tests of one analyzer.</summary>
public class AnalyzerVerifier<TAnalyzer, TTest, TVerifier>
    where TAnalyzer : DiagnosticAnalyzer, new()
    where TTest : AnalyzerTest<TVerifier>, new()
    where TVerifier : IVerifier, new()
{
    /// <summary>Expects the only rule of the analyzer.</summary>
    /// <exception cref="InvalidOperationException">The analyzer has no rule or more than one.</exception>
    public static DiagnosticResult Diagnostic()
    {
        var supported = new TAnalyzer().SupportedDiagnostics;
        return supported.Length == 1
            ? new DiagnosticResult(supported[0])
            : throw new InvalidOperationException($"{typeof(TAnalyzer).Name} has {supported.Length} rules; name one by its id or descriptor.");
    }

    /// <summary>Expects the rule of the analyzer that has this id.</summary>
    /// <exception cref="InvalidOperationException">The analyzer has no such rule, or two descriptors with this id.</exception>
    public static DiagnosticResult Diagnostic(string diagnosticId)
    {
        var supported = new TAnalyzer().SupportedDiagnostics;
        var matching = supported.Where(descriptor => descriptor.Id == diagnosticId).ToList();
        return matching.Count == 1
            ? new DiagnosticResult(matching[0])
            : throw new InvalidOperationException(
                $"{typeof(TAnalyzer).Name} has {matching.Count} rules with id '{diagnosticId}', of [{string.Join(", ", supported.Select(static descriptor => descriptor.Id))}].");
    }

    /// <summary>Expects this rule.</summary>
    public static DiagnosticResult Diagnostic(DiagnosticDescriptor descriptor) => new(descriptor);

    /// <summary>Fails unless the analyzer reports in <paramref name="source"/> exactly what its markup and <paramref name="expected"/> say.</summary>
    public static Task VerifyAnalyzerAsync(string source, params DiagnosticResult[] expected)
    {
        var test = new TTest { TestCode = source };
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync(CancellationToken.None);
    }
}
