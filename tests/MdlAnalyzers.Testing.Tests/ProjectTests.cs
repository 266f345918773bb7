using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class ProjectTests
{
    private const string UsesOther = "class Fine : {|#0:Other|} { }";

    [Fact]
    public Task A_diagnostic_in_another_project_must_be_expected() =>
        Failure.Contains(() => WithOther("class BadOne { }").RunAsync(), "Unexpected:\n  /Lib/Test0.cs(1,7,1,13)");

    [Fact]
    public Task Markup_in_another_project_counts() => WithOther("class [|BadOne|] { }").RunAsync();

    [Fact]
    public Task A_compiler_error_in_another_project_fails() =>
        Failure.Contains(() => WithOther("class Fine { Unknown a; }").RunAsync(), "/Lib/Test0.cs(1,14,1,21): error CS0246");

    [Fact]
    public Task A_referenced_project_is_seen()
    {
        var test = WithOther("public class Other { }");
        test.TestCode = UsesOther;
        test.TestState.AdditionalProjectReferences.Add("Lib");

        return test.RunAsync();
    }

    [Fact]
    public Task A_project_that_is_not_referenced_is_not_seen()
    {
        var test = WithOther("public class Other { }");
        test.TestCode = UsesOther;

        return Failure.Contains(() => test.RunAsync(), "/0/Test0.cs(1,14,1,19): error CS0246");
    }

    [Fact]
    public Task A_reference_to_an_unknown_project_fails() =>
        Failure.Contains(
            () => new BadNameTest { TestState = { Sources = { "" }, AdditionalProjectReferences = { "Nowhere" } } }.RunAsync(),
            "project 'TestProject' references the unknown project 'Nowhere'");

    [Fact]
    public Task Projects_of_the_same_name_fail() =>
        Failure.Contains(
            () => new BadNameTest { TestState = { Sources = { "" }, AdditionalProjects = { ["TestProject"] = { Sources = { "" } } } } }.RunAsync(),
            "two projects are called 'TestProject'");

    [Fact]
    public Task Fixes_reach_other_projects() =>
        new BadNameFixTest
        {
            TestState = { Sources = { "class Fine { }" }, AdditionalProjects = { ["Lib"] = { Sources = { "class [|BadOne|] { }" } } } },
            FixedState = { AdditionalProjects = { ["Lib"] = { Sources = { "class GoodOne { }" } } } },
        }.RunAsync();

    [Fact]
    public Task Another_result_in_another_project_fails() =>
        Failure.Contains(
            () => new BadNameFixTest
            {
                TestState = { Sources = { "class Fine { }" }, AdditionalProjects = { ["Lib"] = { Sources = { "class [|BadOne|] { }" } } } },
                FixedState = { AdditionalProjects = { ["Lib"] = { Sources = { "class GoodTwo { }" } } } },
            }.RunAsync(),
            "- class GoodTwo { }\n+ class GoodOne { }");

    [Fact]
    public Task A_test_without_sources_fails() => Failure.Contains(() => new BadNameTest().RunAsync(), "'TestState.Sources' should not be empty");

    [Fact]
    public Task An_additional_reference_is_seen() =>
        new BadNameTest { TestState = { Sources = { "class Fine : Xunit.FactAttribute { }" }, AdditionalReferences = { typeof(FactAttribute).Assembly } } }.RunAsync();

    [Fact]
    public Task A_missing_reference_fails() =>
        Failure.Contains(() => new BadNameTest { TestCode = "class Fine : Xunit.FactAttribute { }" }.RunAsync(), "error CS0246");

    [Fact]
    public Task An_output_kind_is_used() =>
        new BadNameTest { TestState = { Sources = { "System.Console.WriteLine();" }, OutputKind = OutputKind.ConsoleApplication } }.RunAsync();

    [Fact]
    public Task A_library_is_the_default_output() =>
        Failure.Contains(() => new BadNameTest { TestCode = "System.Console.WriteLine();" }.RunAsync(), "error CS8805");

    [Fact]
    public Task Unsafe_code_is_allowed() => new BadNameTest { TestCode = "unsafe class Fine { int* p; }" }.RunAsync();

    [Fact]
    public Task Severities_come_from_analyzer_config_files() => WithConfig("dotnet_diagnostic.T0001.severity = error", DiagnosticSeverity.Error).RunAsync();

    [Fact]
    public Task Another_severity_than_configured_fails() =>
        Failure.Contains(() => WithConfig("dotnet_diagnostic.T0001.severity = error", DiagnosticSeverity.Warning).RunAsync(), "expected severity Warning, got Error");

    [Fact]
    public Task Options_come_from_analyzer_config_files() =>
        new AnalyzerTestOf<OptionAnalyzer>
        {
            TestState = { Sources = { "class [|Worse|] { } class BadOne { }" }, AnalyzerConfigFiles = { ("/.editorconfig", "root = true\n[*]\nbad_prefix = Worse\n") } },
        }.RunAsync();

    [Fact]
    public Task Options_come_from_global_analyzer_config_files() =>
        new AnalyzerTestOf<OptionAnalyzer>
        {
            TestState = { Sources = { "class [|Worse|] { }" }, AnalyzerConfigFiles = { ("/.globalconfig", "is_global = true\nbad_prefix = Worse\n") } },
        }.RunAsync();

    [Fact]
    public Task Without_the_option_the_expected_diagnostic_is_missing() =>
        Failure.Contains(() => new AnalyzerTestOf<OptionAnalyzer> { TestCode = "class [|Worse|] { }" }.RunAsync(), "Missing:");

    [Fact]
    public Task Additional_files_come_from_factories_too() =>
        new AnalyzerTestOf<AdditionalFileAnalyzer>
        {
            TestState = { Sources = { "" }, AdditionalFilesFactories = { static () => [("/0/list.txt", Microsoft.CodeAnalysis.Text.SourceText.From("[|bad|]"))] } },
        }.RunAsync();

    [Fact]
    public Task A_diagnostic_in_an_additional_file_must_be_expected() =>
        Failure.Contains(
            () => new AnalyzerTestOf<AdditionalFileAnalyzer> { TestState = { Sources = { "" }, AdditionalFiles = { ("/0/list.txt", "bad") } } }.RunAsync(),
            "Unexpected:\n  /0/list.txt(1,1,1,4)",
            "    1 | bad\n          | ^^^\n");

    [Fact]
    public Task Solution_transforms_are_applied() =>
        Failure.Contains(
            () => new BadNameTest
            {
                TestCode = "class Fine { object? o; }",
                SolutionTransforms = { static (solution, id) => solution.WithProjectParseOptions(id, new CSharpParseOptions(LanguageVersion.CSharp7)) },
            }.RunAsync(),
            "error CS8107");

    [Fact]
    public async Task Options_transforms_are_applied()
    {
        string? newLine = null;
        var test = new BadNameTest
        {
            TestCode = "class Fine { }",
            OptionsTransforms = { static options => options.WithChangedOption(FormattingOptions.NewLine, LanguageNames.CSharp, "<end>") },
            SolutionTransforms = { (solution, _) => { newLine = solution.Options.GetOption(FormattingOptions.NewLine, LanguageNames.CSharp); return solution; } },
        };

        await test.RunAsync();

        Assert.Equal("<end>", newLine);
    }

    [Fact]
    public Task Line_ends_of_formatted_code_can_be_configured() =>
        new FixTestOf<AnnotatedFix>
        {
            TestState =
            {
                Sources = { "using System;\nclass [|BadOne|]{ public void Dispose() { } }" },
                AnalyzerConfigFiles = { ("/.editorconfig", "root = true\n[*]\nend_of_line = crlf\n") },
            },
            FixedState = { Sources = { Microsoft.CodeAnalysis.Text.SourceText.From("using System;\nclass GoodOne : IDisposable\r\n{ public void Dispose() { } }") } },
        }.RunAsync();

    [Fact]
    public Task Documentation_comments_are_diagnosed_by_default() =>
        Failure.Contains(
            () => new BadNameTest { TestCode = "/// <summary>\nclass Fine { }", CompilerDiagnostics = CompilerDiagnostics.Warnings }.RunAsync(),
            "warning CS1570");

    [Fact]
    public Task A_documentation_mode_is_used() =>
        new BadNameTest
        {
            TestState = { Sources = { "/// <summary>\nclass Fine { }" }, DocumentationMode = DocumentationMode.Parse },
            CompilerDiagnostics = CompilerDiagnostics.Warnings,
        }.RunAsync();

    [Fact]
    public async Task Xml_references_serve_included_files()
    {
        string? documentation = null;
        var test = new BadNameTest
        {
            TestCode = "/// <include file='doc.xml' path='doc/*'/>\npublic class Fine { }",
            XmlReferences = { ["doc.xml"] = "<doc><summary>Included.</summary></doc>" },
            SolutionTransforms =
            {
                (solution, id) =>
                {
                    var compilation = solution.GetProject(id)!.GetCompilationAsync().GetAwaiter().GetResult()!;
                    documentation = compilation.GetTypeByMetadataName("Fine")!.GetDocumentationCommentXml(expandIncludes: true);
                    return solution;
                },
            },
        };

        await test.RunAsync();

        Assert.Contains("<summary>Included.</summary>", documentation, StringComparison.Ordinal);
    }

    private static BadNameTest WithOther(string source) =>
        new() { TestState = { Sources = { "class Fine { }" }, AdditionalProjects = { ["Lib"] = { Sources = { source } } } } };

    private static BadNameTest WithConfig(string line, DiagnosticSeverity severity) => new()
    {
        TestState = { Sources = { "class {|#0:BadOne|} { }" }, AnalyzerConfigFiles = { ("/.editorconfig", $"root = true\n[*]\n{line}\n") } },
        ExpectedDiagnostics = { new DiagnosticResult(BadNameAnalyzer.Id, severity).WithLocation(0) },
    };
}
