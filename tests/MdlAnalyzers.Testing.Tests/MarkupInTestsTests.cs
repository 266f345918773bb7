using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class MarkupInTestsTests
{
    [Fact]
    public Task A_position_is_the_start_of_the_default_diagnostic() => new BadNameTest { TestCode = "class $$BadOne { }" }.RunAsync();

    [Fact]
    public Task A_position_elsewhere_fails() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class B$$adOne { }" }.RunAsync(), "expected location /0/Test0.cs(1,8), got /0/Test0.cs(1,7)");

    [Fact]
    public Task Dollars_are_text_when_the_test_says_so() =>
        new BadNameTest { TestCode = "class [|BadOne|] { string s = \"$$\"; }", MarkupOptions = MarkupOptions.TreatPositionIndicatorsAsCode }.RunAsync();

    [Fact]
    public Task Dollars_are_a_position_otherwise() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class [|BadOne|] { string s = \"$$\"; }" }.RunAsync(), "Expected 2 diagnostic(s), got 1.");

    [Fact]
    public Task Unnamed_markup_is_refused_for_an_analyzer_with_two_rules() =>
        Failure.Contains(() => new AnalyzerTestOf<TwoRulesAnalyzer> { TestCode = "class [|BadOne|] { }" }.RunAsync(), "markup without an id needs");

    [Fact]
    public Task Unnamed_markup_can_stand_for_the_first_of_two_rules() =>
        new AnalyzerTestOf<TwoRulesAnalyzer> { TestCode = "class [|BadOne|] { {|T0002:}|}", MarkupOptions = MarkupOptions.UseFirstDescriptor }.RunAsync();

    [Fact]
    public Task An_unknown_id_is_a_compiler_error() => new BadNameTest { TestCode = "class Fine : {|CS0246:Unknown|} { }" }.RunAsync();

    [Fact]
    public Task An_unknown_id_that_is_not_reported_fails() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class Fine : {|CS0103:Unknown|} { }" }.RunAsync(), "expected id CS0103, got CS0246");

    [Fact]
    public Task Bad_markup_names_the_file() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class [|BadOne { }" }.RunAsync(), "/0/Test0.cs: Bad markup in line 1: '[|' has no end");

    [Fact]
    public Task A_number_that_is_not_in_the_sources_fails() =>
        Failure.Contains(
            () => new BadNameTest { TestCode = "class BadOne { }", ExpectedDiagnostics = { new DiagnosticResult(BadNameAnalyzer.Rule).WithLocation(3) } }.RunAsync(),
            "#3 of expected diagnostic T0001 is not in the sources");

    [Fact]
    public Task A_number_used_in_two_files_fails() =>
        Failure.Contains(
            () => new BadNameTest { TestState = { Sources = { "class {|#0:A|} { }", "class {|#0:B|} { }" } } }.RunAsync(),
            "/0/Test1.cs: the markup number #0 is used twice in the solution");

    [Fact]
    public Task A_numbered_span_alone_expects_nothing() => new BadNameTest { TestCode = "class {|#0:Fine|} { }" }.RunAsync();

    [Fact]
    public Task Markup_in_every_source_counts() =>
        new BadNameTest { TestState = { Sources = { "class [|BadOne|] { }", "class [|BadTwo|] { }" } } }.RunAsync();

    [Fact]
    public Task A_diagnostic_in_the_second_source_must_be_expected() =>
        Failure.Contains(() => new BadNameTest { TestState = { Sources = { "class [|BadOne|] { }", "class BadTwo { }" } } }.RunAsync(), "Unexpected:\n  /0/Test1.cs(1,7,1,13)");

    [Fact]
    public Task Markup_in_additional_files_counts() =>
        new AnalyzerTestOf<AdditionalFileAnalyzer> { TestState = { Sources = { "" }, AdditionalFiles = { ("/0/list.txt", "fine\n[|bad|]\n") } } }.RunAsync();

    [Fact]
    public Task Markup_in_another_place_of_an_additional_file_fails() =>
        Failure.Contains(
            () => new AnalyzerTestOf<AdditionalFileAnalyzer> { TestState = { Sources = { "" }, AdditionalFiles = { ("/0/list.txt", "[|fine|]\nbad\n") } } }.RunAsync(),
            "expected location /0/list.txt(1,1,1,5), got /0/list.txt(2,1,2,4)");

    [Fact]
    public Task Markup_is_removed_from_analyzer_config_files() =>
        new AnalyzerTestOf<OptionAnalyzer>
        {
            TestState = { Sources = { "class [|Bad|] { }" }, AnalyzerConfigFiles = { ("/.editorconfig", "root = true\n[*]\nbad_prefix = {|#0:Bad|}\n") } },
        }.RunAsync();

    [Fact]
    public Task Markup_is_text_when_markup_is_off() =>
        new BadNameTest { TestState = { Sources = { "class Fine { string s = \"[|x|]\"; }" }, MarkupHandling = MarkupMode.None } }.RunAsync();

    [Fact]
    public Task Ignored_markup_expects_nothing() =>
        new BadNameTest { TestState = { Sources = { "class [|Fine|] { }" }, MarkupHandling = MarkupMode.Ignore } }.RunAsync();

    [Fact]
    public Task Ignored_markup_does_not_excuse_a_diagnostic() =>
        Failure.Contains(
            () => new BadNameTest { TestState = { Sources = { "class [|BadOne|] { }" }, MarkupHandling = MarkupMode.Ignore } }.RunAsync(),
            "Expected 0 diagnostic(s), got 1.");
}
