using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Xunit;
using Verify = Microsoft.CodeAnalysis.CSharp.Testing.CSharpAnalyzerVerifier<MdlAnalyzers.Testing.Tests.BadNameAnalyzer, Microsoft.CodeAnalysis.Testing.DefaultVerifier>;

namespace MdlAnalyzers.Testing.Tests;

public sealed class DiagnosticMatchingTests
{
    private const string Source = "class BadOne { }";

    [Fact]
    public Task No_diagnostic_passes_when_none_is_expected() => Verify.VerifyAnalyzerAsync("class Fine { }");

    [Fact]
    public Task A_missing_diagnostic_fails() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync("class [|Fine|] { }"), "Context: Diagnostics of test state", "Expected 1 diagnostic(s), got 0.", "Missing:\n  /0/Test0.cs(1,7,1,11)");

    [Fact]
    public Task An_unexpected_diagnostic_fails() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync(Source), "Expected 0 diagnostic(s), got 1.", "Unexpected:\n  /0/Test0.cs(1,7,1,13): warning T0001: Class 'BadOne' has a bad name");

    [Fact]
    public Task A_failure_shows_the_source_with_carets() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync("// first\n\tclass BadOne { }"), "    2 | \tclass BadOne { }\n          | \t      ^^^^^^\n");

    [Fact]
    public Task A_failure_shows_the_expectation_to_write() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync(Source), "new DiagnosticResult(\"T0001\", DiagnosticSeverity.Warning).WithSpan(\"/0/Test0.cs\", 1, 7, 1, 13)");

    [Fact]
    public Task A_diagnostic_reported_twice_must_be_expected_twice() =>
        Failure.Contains(() => new AnalyzerTestOf<TwiceAnalyzer> { TestCode = "class [|BadOne|] { }" }.RunAsync(), "Expected 1 diagnostic(s), got 2.");

    [Fact]
    public Task A_diagnostic_expected_twice_passes_when_reported_twice() =>
        new AnalyzerTestOf<TwiceAnalyzer> { TestCode = "class {|T0001:{|T0001:BadOne|}|} { }" }.RunAsync();

    [Fact]
    public Task The_exact_span_passes() => Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic().WithSpan(1, 7, 1, 13));

    [Theory]
    [InlineData(2, 7, 2, 13)]
    [InlineData(1, 6, 1, 13)]
    [InlineData(1, 7, 1, 12)]
    public Task Another_span_fails(int startLine, int startColumn, int endLine, int endColumn) =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic().WithSpan(startLine, startColumn, endLine, endColumn)),
            $"expected location /0/Test0.cs({startLine},{startColumn},{endLine},{endColumn}), got /0/Test0.cs(1,7,1,13)");

    [Fact]
    public Task Markup_one_character_short_fails() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync("class [|BadOn|]e { }"), "expected location /0/Test0.cs(1,7,1,12), got /0/Test0.cs(1,7,1,13)");

    [Fact]
    public Task A_start_passes_whatever_the_length() => Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic().WithLocation(1, 7));

    [Fact]
    public Task Another_start_fails() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic().WithLocation(1, 8)), "expected location /0/Test0.cs(1,8), got /0/Test0.cs(1,7)");

    [Fact]
    public Task Another_file_fails() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic().WithSpan("/0/Test1.cs", 1, 7, 1, 13)), "expected location /0/Test1.cs(1,7,1,13)");

    [Fact]
    public Task A_location_where_none_is_expected_fails() =>
        Failure.Contains(() => Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic()), "expected no location, got /0/Test0.cs(1,7,1,13)");

    [Fact]
    public Task No_location_passes_when_none_is_expected() =>
        new AnalyzerTestOf<NoLocationAnalyzer> { TestCode = Source, ExpectedDiagnostics = { Verify.Diagnostic() } }.RunAsync();

    [Fact]
    public Task No_location_where_one_is_expected_fails() =>
        Failure.Contains(
            () => new AnalyzerTestOf<NoLocationAnalyzer> { TestCode = Source, ExpectedDiagnostics = { Verify.Diagnostic().WithLocation(1, 7) } }.RunAsync(),
            "expected location /0/Test0.cs",
            "got none");

    [Fact]
    public Task Another_id_fails() =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync(Source, new DiagnosticResult("T0009", DiagnosticSeverity.Warning).WithSpan(1, 7, 1, 13)),
            "expected id T0009, got T0001");

    [Fact]
    public Task Another_severity_fails() =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic().WithSeverity(DiagnosticSeverity.Info).WithSpan(1, 7, 1, 13)),
            "expected severity Info, got Warning");

    [Fact]
    public Task Another_severity_passes_when_it_is_left_open() =>
        Verify.VerifyAnalyzerAsync(Source, Verify.Diagnostic().WithSeverity(DiagnosticSeverity.Info).WithOptions(DiagnosticOptions.IgnoreSeverity).WithSpan(1, 7, 1, 13));

    [Fact]
    public Task The_message_of_the_arguments_passes() =>
        Verify.VerifyAnalyzerAsync("class {|#0:BadOne|} { }", Verify.Diagnostic().WithLocation(0).WithArguments("BadOne"));

    [Fact]
    public Task Other_arguments_fail() =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync("class {|#0:BadOne|} { }", Verify.Diagnostic().WithLocation(0).WithArguments("BadTwo")),
            "expected message \"Class 'BadTwo' has a bad name\", got \"Class 'BadOne' has a bad name\"");

    [Fact]
    public Task Other_arguments_of_an_expectation_without_format_fail() =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync("class {|#0:BadOne|} { }", new DiagnosticResult("T0001", DiagnosticSeverity.Warning).WithLocation(0).WithArguments("BadTwo")),
            "expected message \"Class 'BadTwo' has a bad name\"");

    [Fact]
    public Task Missing_arguments_fail() =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync("class {|#0:BadOne|} { }", new DiagnosticResult("T0001", DiagnosticSeverity.Warning).WithLocation(0).WithMessageFormat("{0} {1}").WithArguments("BadOne")),
            "expected arguments do not fill the message format");

    [Fact]
    public Task Another_message_fails() =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync("class {|#0:BadOne|} { }", Verify.Diagnostic().WithLocation(0).WithMessage("other")),
            "expected message \"other\"");

    [Fact]
    public Task A_message_reported_without_its_arguments_fails() =>
        Failure.Contains(
            () => new AnalyzerTestOf<NoArgumentsAnalyzer> { TestCode = "class [|BadOne|] { }" }.RunAsync(),
            "T0001 is reported without the arguments of its message: Class '{0}' has a bad name");

    [Fact]
    public Task A_message_that_nothing_verifies_fails_when_verification_is_required() =>
        Failure.Contains(
            () => new BadNameTest { TestCode = "class [|BadOne|] { }", RequireMessageVerification = true }.RunAsync(),
            "no expectation verifies the message of T0001");

    [Fact]
    public Task One_verified_message_per_rule_is_enough() =>
        new BadNameTest
        {
            TestCode = "class {|#0:BadOne|} { } class [|BadTwo|] { }",
            ExpectedDiagnostics = { Verify.Diagnostic().WithLocation(0).WithArguments("BadOne") },
            RequireMessageVerification = true,
        }.RunAsync();

    [Fact]
    public Task The_nearest_expectation_is_named()
    {
        var expected = new[] { Verify.Diagnostic().WithSpan(1, 7, 1, 13), Verify.Diagnostic().WithSpan(2, 7, 2, 12) };

        return Failure.Contains(
            () => Verify.VerifyAnalyzerAsync("class BadOne { }\nclass BadTwo { }\nclass BadSix { }", expected),
            "Unexpected:\n  /0/Test0.cs(3,7,3,13)",
            "expected location /0/Test0.cs(2,7,2,12), got /0/Test0.cs(2,7,2,13)");
    }

    [Fact]
    public Task Open_expectations_are_paired_so_that_all_match() => TwoMessages().RunAsync();

    [Fact]
    public Task Greedy_pairing_after_the_timeout_cannot_pass_by_mistake()
    {
        var test = TwoMessages();
        test.MatchDiagnosticsTimeout = TimeSpan.Zero;

        return Failure.Contains(() => test.RunAsync(), "expected message \"Class 'first' has a bad name\"");
    }

    [Fact]
    public async Task The_callback_sees_every_pair()
    {
        var seen = new List<string>();
        var test = new BadNameTest
        {
            TestCode = "class [|BadOne|] { } class [|BadTwo|] { }",
            TestBehaviors = TestBehaviors.SkipGeneratedCodeCheck | TestBehaviors.SkipSuppressionCheck,
            DiagnosticVerifier = (actual, expected, verifier) => seen.Add($"{actual.Id} {expected.Id} {actual.Location.SourceSpan.Start}"),
        };

        await test.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["T0001 T0001 6", "T0001 T0001 23"], seen);
    }

    [Fact]
    public Task The_callback_can_fail_the_test() =>
        Failure.Contains(
            () => new BadNameTest { TestCode = "class [|BadOne|] { }", DiagnosticVerifier = (_, _, verifier) => verifier.Fail("no good") }.RunAsync(),
            "no good");

    [Fact]
    public Task Additional_locations_in_order_pass() => AdditionalLocations(1, 14, 1, 16).RunAsync();

    [Fact]
    public Task Another_additional_location_fails() =>
        Failure.Contains(() => AdditionalLocations(1, 15, 1, 16).RunAsync(), "expected additional location 0 /0/Test0.cs(1,15), got /0/Test0.cs(1,14)");

    [Fact]
    public Task Undeclared_additional_locations_fail() =>
        Failure.Contains(
            () => new AnalyzerTestOf<AdditionalLocationsAnalyzer> { TestCode = Source, ExpectedDiagnostics = { Verify.Diagnostic().WithLocation(1, 7) } }.RunAsync(),
            "expected 0 additional location(s), got 2");

    [Fact]
    public Task Markup_leaves_additional_locations_open() =>
        new AnalyzerTestOf<AdditionalLocationsAnalyzer> { TestCode = "class [|BadOne|] { }" }.RunAsync();

    [Fact]
    public Task An_additional_location_that_should_not_be_unnecessary_fails() =>
        Failure.Contains(
            () => AdditionalLocations(1, 14, 1, 16, DiagnosticLocationOptions.None).RunAsync(),
            "additional location 1 should not be reported as unnecessary code");

    [Fact]
    public Task An_additional_location_that_should_be_unnecessary_fails() =>
        Failure.Contains(
            () => AdditionalLocations(1, 14, 1, 16, firstOptions: DiagnosticLocationOptions.UnnecessaryCode).RunAsync(),
            "additional location 0 should be reported as unnecessary code");

    [Fact]
    public Task Unnecessary_code_passes_when_the_rule_is_tagged_so() =>
        new AnalyzerTestOf<UnnecessaryAnalyzer>
        {
            TestCode = "class {|#0:BadOne|} { }",
            ExpectedDiagnostics = { new DiagnosticResult(UnnecessaryAnalyzer.Faded).WithLocation(0, DiagnosticLocationOptions.UnnecessaryCode) },
        }.RunAsync();

    [Fact]
    public Task Unnecessary_code_fails_when_the_rule_is_not_tagged_so() =>
        Failure.Contains(
            () => Verify.VerifyAnalyzerAsync("class {|#0:BadOne|} { }", Verify.Diagnostic().WithLocation(0, DiagnosticLocationOptions.UnnecessaryCode)),
            "expected unnecessary code, but the descriptor is not tagged so");

    [Fact]
    public void Only_an_analyzer_with_one_rule_has_a_default_expectation()
    {
        Assert.Equal(BadNameAnalyzer.Id, Verify.Diagnostic().Id);
        Assert.Throws<InvalidOperationException>(() => CSharpAnalyzerVerifier<TwoRulesAnalyzer, DefaultVerifier>.Diagnostic());
    }

    [Fact]
    public void An_expectation_by_id_needs_a_rule_with_that_id()
    {
        Assert.Equal(DiagnosticSeverity.Info, CSharpAnalyzerVerifier<TwoRulesAnalyzer, DefaultVerifier>.Diagnostic(TwoRulesAnalyzer.SecondId).Severity);
        Assert.Throws<InvalidOperationException>(() => Verify.Diagnostic("T0009"));
    }

    private static AnalyzerTestOf<TwoMessagesAnalyzer> TwoMessages() => new()
    {
        TestCode = "class {|#0:BadOne|} { }",
        ExpectedDiagnostics = { Verify.Diagnostic().WithLocation(0), Verify.Diagnostic().WithLocation(0).WithArguments("first") },
    };

    private static AnalyzerTestOf<AdditionalLocationsAnalyzer> AdditionalLocations(
        int line,
        int column,
        int secondLine,
        int secondColumn,
        DiagnosticLocationOptions secondOptions = DiagnosticLocationOptions.UnnecessaryCode,
        DiagnosticLocationOptions firstOptions = DiagnosticLocationOptions.None) => new()
        {
            TestCode = Source,
            ExpectedDiagnostics =
            {
                Verify.Diagnostic()
                    .WithLocation(1, 7)
                    .WithLocation("", new LinePosition(line - 1, column - 1), firstOptions)
                    .WithLocation("", new LinePosition(secondLine - 1, secondColumn - 1), secondOptions),
            },
        };
}
