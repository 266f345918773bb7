using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class GeneratedCodeTests
{
    private const string Source = "class [|BadOne|] { }";

    [Fact]
    public Task A_rule_that_is_silent_in_generated_code_passes() => new BadNameTest { TestCode = Source }.RunAsync();

    [Fact]
    public Task A_rule_that_reports_in_generated_code_fails() =>
        Failure.Contains(
            () => new AnalyzerTestOf<GeneratedCodeAnalyzer> { TestCode = Source }.RunAsync(),
            "Context: Diagnostics in generated code",
            "Unexpected:\n  /0/Test0.cs(2,7,2,13): warning T0001");

    [Fact]
    public Task A_rule_that_is_declared_to_report_in_generated_code_passes() =>
        new AnalyzerTestOf<GeneratedCodeAnalyzer> { TestCode = Source, GeneratedCodePolicies = { [BadNameAnalyzer.Id] = GeneratedCodePolicy.Reported } }.RunAsync();

    [Fact]
    public Task A_rule_that_is_declared_to_report_but_silent_fails() =>
        Failure.Contains(
            () => new BadNameTest { TestCode = Source, GeneratedCodePolicies = { [BadNameAnalyzer.Id] = GeneratedCodePolicy.Reported } }.RunAsync(),
            "Context: Diagnostics in generated code",
            "Missing:\n  /0/Test0.cs(2,7,2,13)");

    [Fact]
    public Task A_declaration_for_another_rule_does_not_count() =>
        Failure.Contains(
            () => new AnalyzerTestOf<GeneratedCodeAnalyzer> { TestCode = Source, GeneratedCodePolicies = { ["T0009"] = GeneratedCodePolicy.Reported } }.RunAsync(),
            "Context: Diagnostics in generated code");

    [Fact]
    public Task The_policy_can_be_declared_per_analyzer() => new PolicyTest { TestCode = Source }.RunAsync();

    [Fact]
    public Task The_probe_can_be_skipped() =>
        new AnalyzerTestOf<GeneratedCodeAnalyzer> { TestCode = Source, TestBehaviors = TestBehaviors.SkipGeneratedCodeCheck }.RunAsync();

    [Fact]
    public Task Every_source_of_every_project_is_probed() =>
        Failure.Contains(
            () => new AnalyzerTestOf<GeneratedCodeAnalyzer>
            {
                TestState = { Sources = { "class Fine { }" }, AdditionalProjects = { ["Other"] = { Sources = { Source } } } },
            }.RunAsync(),
            "Context: Diagnostics in generated code",
            "/Other/Test0.cs(2,7,2,13)");

    [Fact]
    public Task Diagnostics_in_additional_files_are_not_generated_code() =>
        new AnalyzerTestOf<AdditionalFileAnalyzer> { TestState = { Sources = { "" }, AdditionalFiles = { ("/0/list.txt", "[|bad|]") } } }.RunAsync();

    private sealed class PolicyTest : AnalyzerTestOf<GeneratedCodeAnalyzer>
    {
        protected override GeneratedCodePolicy GetGeneratedCodePolicy(DiagnosticAnalyzer analyzer, string diagnosticId) =>
            analyzer is GeneratedCodeAnalyzer ? GeneratedCodePolicy.Reported : GeneratedCodePolicy.Silent;
    }
}
