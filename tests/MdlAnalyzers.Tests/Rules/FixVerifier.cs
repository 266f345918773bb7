using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;

namespace MdlAnalyzers.Tests.Rules;

/// <summary>Applies a code fix one by one and with FixAll in a document, a project and the solution, and compares the results.</summary>
internal static class FixVerifier<TFix>
    where TFix : CodeFixProvider, new()
{
    /// <summary>Expects <paramref name="source"/> to become <paramref name="fixedSource"/>; equal sources say that no fix is offered.</summary>
    public static async Task VerifyAsync(string source, string fixedSource, string? equivalenceKey = null, int? iterations = null)
    {
        var test = new CSharpCodeFixTest<MdlFlowAnalyzer, TFix, DefaultVerifier>
        {
            TestCode = source,
            FixedCode = fixedSource,
            CodeActionEquivalenceKey = equivalenceKey,
        };
        if (iterations is { } count)
            test.NumberOfIncrementalIterations = count;

        test.AddDriverSurface();
        test.LeaveOutSuggestions(except: new TFix().FixableDiagnosticIds[0]);
        test.FixedState.Sources.Add(("Preamble.cs", DriverSource.Preamble));
        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Expects that the diagnostics in <paramref name="source"/> get no fix.</summary>
    public static Task VerifyNoFixAsync(string source) => VerifyAsync(source, source);
}
