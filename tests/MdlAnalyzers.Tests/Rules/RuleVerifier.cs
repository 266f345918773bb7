using MdlAnalyzers.Flow;
using MdlRuntime;
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
    /// <param name="directReads">Whether direct reads of opaque members are looked for; the tests of other rules use them as one more way to get a value.</param>
    public static async Task VerifyAsync(string source, bool directReads = false)
    {
        var test = new CSharpAnalyzerTest<MdlFlowAnalyzer, DefaultVerifier> { TestCode = source };
        test.AddDriverSurface();
        if (!directReads)
            test.DisabledDiagnostics.Add("MDL1009");
        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Adds the runtime and the imports that its package brings along.</summary>
    public static void AddDriverSurface(this AnalyzerTest<DefaultVerifier> test)
    {
        test.ReferenceAssemblies = ReferenceAssemblies.Net.Net100;
        test.TestState.Sources.Add(("Preamble.cs", DriverSource.Preamble));
        test.TestState.AdditionalReferences.Add(typeof(Mdl).Assembly);
    }
}
