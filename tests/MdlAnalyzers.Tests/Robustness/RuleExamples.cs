using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.All;
using MdlAnalyzers.Tests.Docs;
using MdlAnalyzers.Tests.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>The reported example of every rule's page: a small driver with one defect, for tests of all rules at once.</summary>
internal static class RuleExamples
{
    public static IEnumerable<string> Ids => new MdlFlowAnalyzer().SupportedDiagnostics.Select(static rule => rule.Id).Distinct(StringComparer.Ordinal);

    public static string Of(string id) => RulePage.Load(id).Code("Reported");

    /// <summary>The imports of <see cref="DriverSource.Preamble"/> for one file, which any language version takes.</summary>
    public static string Imports { get; } = string.Concat(
        DriverSource.Preamble.Split('\n').Where(static line => line.StartsWith("global using", StringComparison.Ordinal)).Select(static line => line["global ".Length..] + "\n"));

    /// <summary>The rules that report something in a source, or null if it does not compile.</summary>
    public static async Task<IReadOnlyList<string>?> ReportedAsync(string source, CSharpParseOptions? options = null)
    {
        options ??= new(LanguageVersion.Latest);
        CSharpCompilation compilation = (await AnalyzerRun.CreateAsync(withRuntime: true)).RemoveAllSyntaxTrees();
        if (options.LanguageVersion < LanguageVersion.CSharp8)
            compilation = compilation.WithOptions(compilation.Options.WithNullableContextOptions(NullableContextOptions.Disable));
        compilation = compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(Imports + source, options, "Driver.cs"));
        ImmutableArray<Diagnostic> reported = await AnalyzerRun.OverAsync(compilation);
        bool compiles = compilation.GetDiagnostics(TestContext.Current.CancellationToken).All(static d => d.Severity != DiagnosticSeverity.Error);
        return compiles ? [.. reported.Select(static d => d.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : null;
    }
}
