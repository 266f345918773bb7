using MdlAnalyzers.Flow;
using MdlRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;

namespace MdlAnalyzers.Tests.Rules;

/// <summary>Runs the rules over a piece of driver code and compares what they report with the marks in it.</summary>
internal static class RuleVerifier
{
    public static Task Method(string body, string members = "") => VerifyAsync(DriverSource.Method(body, members));

    public static Task Pages(string body, string members = "") => VerifyAsync(DriverSource.Pages(body, members));

    public static Task Class(string members, string types = "") => VerifyAsync(DriverSource.Class(members, types));

    public static Task Read(string body, string members = "") => VerifyAsync(DriverSource.Dispatch(body, members));

    public static Task Write(string body, string members = "") => VerifyAsync(DriverSource.Dispatch(body, members, "DispatchWrite"));

    public static Task Control(string body, string members = "") => VerifyAsync(DriverSource.Dispatch(body, members, "DispatchDeviceControl"));

    /// <summary>Expects exactly the diagnostics that are marked in <paramref name="source"/>.</summary>
    /// <param name="source">Driver code with marks.</param>
    /// <param name="suggestion">The suggestion that is looked for; what the tests of other rules are made of deserves many.</param>
    public static async Task VerifyAsync(string source, string? suggestion = null)
    {
        var test = new CSharpAnalyzerTest<MdlFlowAnalyzer, DefaultVerifier> { TestCode = source };
        test.AddDriverSurface();
        test.LeaveOutSuggestions(suggestion);
        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Looks for warnings and for one suggestion.</summary>
    public static void LeaveOutSuggestions(this AnalyzerTest<DefaultVerifier> test, string? except) =>
        test.DisabledDiagnostics.AddRange(new MdlFlowAnalyzer().SupportedDiagnostics
            .Where(rule => rule.DefaultSeverity == DiagnosticSeverity.Info && rule.Id != except)
            .Select(static rule => rule.Id));

    /// <summary>Adds the runtime and the imports that its package brings along.</summary>
    public static void AddDriverSurface(this AnalyzerTest<DefaultVerifier> test)
    {
        test.ReferenceAssemblies = ReferenceAssemblies.Net.Net100;
        test.TestState.Sources.Add(("Preamble.cs", DriverSource.Preamble));
        test.TestState.AdditionalReferences.Add(typeof(Mdl).Assembly);
    }
}
