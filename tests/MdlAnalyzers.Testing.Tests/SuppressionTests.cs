using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class SuppressionTests
{
    private const string Allowed = "class {|#0:BadButAllowed|} { }";

    private static readonly DiagnosticResult _expected = new DiagnosticResult(BadNameAnalyzer.Rule).WithLocation(0);

    [Fact]
    public Task A_rule_that_a_pragma_does_not_reach_fails() =>
        Failure.Contains(
            () => new AnalyzerTestOf<UnsuppressibleAnalyzer> { TestCode = "class [|BadOne|] { }", TestBehaviors = TestBehaviors.SkipGeneratedCodeCheck }.RunAsync(),
            "Context: Diagnostics under #pragma warning disable",
            "Unexpected:\n  /0/Test0.cs(2,7,2,13)");

    [Fact]
    public Task The_suppression_run_can_be_skipped() =>
        new AnalyzerTestOf<UnsuppressibleAnalyzer>
        {
            TestCode = "class [|BadOne|] { }",
            TestBehaviors = TestBehaviors.SkipGeneratedCodeCheck | TestBehaviors.SkipSuppressionCheck,
        }.RunAsync();

    [Fact]
    public Task A_rule_that_is_not_configurable_still_reports() =>
        new AnalyzerTestOf<NotConfigurableAnalyzer> { TestCode = "class [|BadOne|] { }" }.RunAsync();

    [Fact]
    public Task What_a_pragma_suppresses_is_not_reported() =>
        new BadNameTest { TestCode = "#pragma warning disable T0001\nclass BadOne { }" }.RunAsync();

    [Fact]
    public Task A_pragma_for_another_rule_does_not_suppress() =>
        Failure.Contains(() => new BadNameTest { TestCode = "#pragma warning disable T0002\nclass BadOne { }" }.RunAsync(), "Unexpected:");

    [Fact]
    public Task An_expected_diagnostic_that_a_pragma_suppresses_fails() =>
        Failure.Contains(() => new BadNameTest { TestCode = "#pragma warning disable T0001\nclass [|BadOne|] { }" }.RunAsync(), "Missing:");

    [Fact]
    public Task Suppression_by_a_pragma_can_be_expected() =>
        new BadNameTest { TestCode = "#pragma warning disable T0001\nclass {|#0:BadOne|} { }", ExpectedDiagnostics = { _expected.WithIsSuppressed(true) } }.RunAsync();

    [Fact]
    public Task Expected_suppression_that_does_not_happen_fails() =>
        Failure.Contains(
            () => new BadNameTest { TestCode = "class {|#0:BadOne|} { }", ExpectedDiagnostics = { _expected.WithIsSuppressed(true) } }.RunAsync(),
            "expected to be suppressed, but it is not");

    [Fact]
    public Task What_a_suppressor_suppresses_can_be_expected() =>
        new SuppressorTest { TestCode = Allowed, ExpectedDiagnostics = { _expected.WithIsSuppressed(true) } }.RunAsync();

    [Fact]
    public Task What_a_suppressor_suppresses_must_be_expected() =>
        Failure.Contains(() => new SuppressorTest { TestCode = Allowed }.RunAsync(), "Unexpected:", "T0001 (suppressed)");

    [Theory]
    [InlineData(null)]
    [InlineData(false)]
    public Task A_suppressed_diagnostic_that_should_be_reported_fails(bool? isSuppressed) =>
        Failure.Contains(
            () => new SuppressorTest { TestCode = Allowed, ExpectedDiagnostics = { _expected.WithIsSuppressed(isSuppressed) } }.RunAsync(),
            "expected not to be suppressed, but it is");

    [Fact]
    public Task A_suppressor_leaves_other_diagnostics_alone() => new SuppressorTest { TestCode = "class {|T0001:BadOne|} { }" }.RunAsync();

    [Fact]
    public Task A_suppressor_that_does_not_suppress_what_it_should_fails() =>
        Failure.Contains(
            () => new SuppressorTest { TestCode = "class {|#0:BadOne|} { }", ExpectedDiagnostics = { _expected.WithIsSuppressed(true) } }.RunAsync(),
            "expected to be suppressed, but it is not");

    [Fact]
    public Task A_suppressor_of_compiler_warnings_is_seen() =>
        new AnalyzerTestOf<UnusedVariableSuppressor>
        {
            TestCode = "class Fine { void M() { int {|#0:unused|} = 0; } }",
            CompilerDiagnostics = CompilerDiagnostics.Warnings,
            ExpectedDiagnostics = { DiagnosticResult.CompilerWarning("CS0219").WithLocation(0).WithIsSuppressed(true) },
        }.RunAsync();

    private sealed class SuppressorTest : AnalyzerTestOf<AllowedNameSuppressor>
    {
        protected override IEnumerable<DiagnosticAnalyzer> GetDiagnosticAnalyzers() => [new AllowedNameSuppressor(), new BadNameAnalyzer()];
    }

    [DiagnosticAnalyzer(LanguageNames.CSharp)]
    private sealed class UnusedVariableSuppressor : DiagnosticSuppressor
    {
        private static readonly SuppressionDescriptor _descriptor = new("SPR002", "CS0219", "Allowed");

        public override System.Collections.Immutable.ImmutableArray<SuppressionDescriptor> SupportedSuppressions => [_descriptor];

        public override void ReportSuppressions(SuppressionAnalysisContext context)
        {
            foreach (var diagnostic in context.ReportedDiagnostics)
                context.ReportSuppression(Suppression.Create(_descriptor, diagnostic));
        }
    }
}
