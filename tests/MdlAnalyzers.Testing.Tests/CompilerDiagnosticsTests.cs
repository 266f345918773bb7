using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class CompilerDiagnosticsTests
{
    private const string Warning = "class Fine { void M() { int {|#0:unused|} = 0; } }";
    private const string Hidden = "{|#0:using System;|} class Fine { }";

    [Fact]
    public Task A_compiler_error_in_the_input_fails() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class Fine { Unknown a; }" }.RunAsync(), "error CS0246");

    [Fact]
    public Task A_syntax_error_in_the_input_fails() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class Fine {" }.RunAsync(), "error CS1513");

    [Fact]
    public Task A_declared_compiler_error_passes() =>
        new BadNameTest
        {
            TestCode = "class Fine { {|#0:Unknown|} a; }",
            ExpectedDiagnostics = { DiagnosticResult.CompilerError("CS0246").WithLocation(0).WithArguments("Unknown") },
        }.RunAsync();

    [Fact]
    public Task A_declared_compiler_error_with_other_arguments_fails() =>
        Failure.Contains(
            () => new BadNameTest
            {
                TestCode = "class Fine { {|#0:Unknown|} a; }",
                ExpectedDiagnostics = { DiagnosticResult.CompilerError("CS0246").WithLocation(0).WithArguments("Other") },
            }.RunAsync(),
            "expected message \"The type or namespace name 'Other'");

    [Fact]
    public Task Errors_are_not_asked_for_at_level_none() =>
        new BadNameTest { TestCode = "class Fine { Unknown a; }", CompilerDiagnostics = CompilerDiagnostics.None }.RunAsync();

    [Fact]
    public Task Warnings_are_not_asked_for_by_default() => new BadNameTest { TestCode = Warning }.RunAsync();

    [Fact]
    public Task Warnings_are_asked_for_at_level_warnings() =>
        Failure.Contains(() => new BadNameTest { TestCode = Warning, CompilerDiagnostics = CompilerDiagnostics.Warnings }.RunAsync(), "warning CS0219");

    [Fact]
    public Task A_declared_warning_passes_at_level_warnings() =>
        new BadNameTest
        {
            TestCode = Warning,
            CompilerDiagnostics = CompilerDiagnostics.Warnings,
            ExpectedDiagnostics = { DiagnosticResult.CompilerWarning("CS0219").WithLocation(0) },
        }.RunAsync();

    [Fact]
    public Task A_declared_warning_is_missing_at_level_errors() =>
        Failure.Contains(
            () => new BadNameTest { TestCode = Warning, ExpectedDiagnostics = { DiagnosticResult.CompilerWarning("CS0219").WithLocation(0) } }.RunAsync(),
            "Missing:");

    [Theory]
    [InlineData(CompilerDiagnostics.Suggestions, false)]
    [InlineData(CompilerDiagnostics.All, true)]
    public Task Hidden_ones_are_asked_for_at_level_all_only(CompilerDiagnostics level, bool fails)
    {
        var test = new BadNameTest { TestCode = Hidden, CompilerDiagnostics = level };

        return fails ? Failure.Contains(() => test.RunAsync(), "hidden CS8019") : test.RunAsync();
    }

    [Fact]
    public Task A_disabled_compiler_warning_is_not_asked_for() =>
        new BadNameTest { TestCode = Warning, CompilerDiagnostics = CompilerDiagnostics.Warnings, DisabledDiagnostics = { "CS0219" } }.RunAsync();

    [Fact]
    public Task A_disabled_rule_is_silent() => new BadNameTest { TestCode = "class BadOne { }", DisabledDiagnostics = { BadNameAnalyzer.Id } }.RunAsync();

    [Fact]
    public Task A_disabled_rule_that_is_expected_fails() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class [|BadOne|] { }", DisabledDiagnostics = { BadNameAnalyzer.Id } }.RunAsync(), "Missing:");

    [Fact]
    public Task A_rule_off_by_default_is_on() => new AnalyzerTestOf<TwoRulesAnalyzer> { TestCode = "class {|T0001:BadOne|} { {|T0002:}|}" }.RunAsync();

    [Fact]
    public Task A_rule_off_by_default_must_be_expected() =>
        Failure.Contains(() => new AnalyzerTestOf<TwoRulesAnalyzer> { TestCode = "class {|T0001:BadOne|} { }" }.RunAsync(), "info T0002");

    [Fact]
    public Task A_compiler_error_in_fixed_code_fails() =>
        Failure.Contains(
            () => new FixTestOf<UnknownTypeFix> { TestCode = "class [|BadOne|] { }", FixedCode = "class GoodOne:Missing { }" }.RunAsync(),
            "Context: Diagnostics of fixed state",
            "error CS0246");

    [Fact]
    public Task A_declared_compiler_error_in_fixed_code_passes() =>
        new FixTestOf<UnknownTypeFix> { TestCode = "class [|BadOne|] { }", FixedCode = "class GoodOne:{|CS0246:Missing|} { }" }.RunAsync();

    [Fact]
    public Task A_compiler_error_in_batch_fixed_code_fails() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = "class [|BadOne|] { }", FixedCode = "class GoodOne { }", BatchFixedCode = "class GoodOne : Missing { }" }.RunAsync(),
            "Context: Diagnostics of batch fixed state",
            "error CS0246");

    [Fact]
    public Task A_rule_that_still_reports_in_fixed_code_fails() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = "class [|BadOne|] { }", FixedCode = "class BadOne2 { }" }.RunAsync(),
            "Context: Diagnostics of fixed state",
            "Unexpected:");

    [Fact]
    public Task A_fix_of_a_compiler_diagnostic_is_tested_with_the_empty_analyzer() =>
        new Microsoft.CodeAnalysis.CSharp.Testing.CSharpCodeFixTest<EmptyDiagnosticAnalyzer, AddBaseTypeFix, DefaultVerifier>
        {
            TestCode = "class Fine : {|CS0246:Unknown|} { }",
            FixedCode = "class Fine : object { }",
        }.RunAsync();
}
