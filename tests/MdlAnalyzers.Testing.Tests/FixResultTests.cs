using System.Text;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class FixResultTests
{
    private const string Bad = "class [|BadOne|] { }";
    private const string Good = "class GoodOne { }";

    [Fact]
    public Task The_expected_result_passes() => new BadNameFixTest { TestCode = Bad, FixedCode = Good }.RunAsync();

    [Fact]
    public Task Another_result_fails_with_a_diff() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = Bad, FixedCode = "class GoodTwo { }" }.RunAsync(),
            "Context: Iterative code fix application",
            "content of 'Test0.cs'",
            "- class GoodTwo { }\n+ class GoodOne { }");

    [Fact]
    public Task One_space_more_fails() =>
        Failure.Contains(() => new BadNameFixTest { TestCode = Bad, FixedCode = "class GoodOne {  }" }.RunAsync(), "- class GoodOne {  }");

    [Fact]
    public Task Other_line_endings_fail() =>
        Failure.Contains(
            () => new BadNameFixTest
            {
                TestState = { Sources = { SourceText.From("class [|BadOne|] { }\r\n") } },
                FixedState = { Sources = { SourceText.From("class GoodOne { }\n") } },
            }.RunAsync(),
            "- class GoodOne { }<LF>\n+ class GoodOne { }<CR><LF>");

    [Fact]
    public Task A_test_without_fixed_code_applies_no_fix() => new FixTestOf<EndlessFix> { TestCode = Bad }.RunAsync();

    [Fact]
    public Task Fix_all_that_differs_fails() =>
        Failure.Contains(
            () => new FixTestOf<OtherFixAllFix> { TestCode = Bad, FixedCode = Good }.RunAsync(),
            "Context: Fix all in document",
            "- class GoodOne { }\n+ class BestOne { }");

    [Fact]
    public Task Fix_all_that_differs_passes_when_declared() =>
        new FixTestOf<OtherFixAllFix> { TestCode = Bad, FixedCode = Good, BatchFixedCode = "class BestOne { }" }.RunAsync();

    [Fact]
    public Task Fix_all_that_should_differ_but_does_not_fails() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = Bad, FixedCode = Good, BatchFixedCode = "class BestOne { }" }.RunAsync(),
            "Context: Fix all in document");

    [Theory]
    [InlineData(CodeFixTestBehaviors.SkipFixAllInDocumentCheck, "Context: Fix all in project")]
    [InlineData(CodeFixTestBehaviors.SkipFixAllInDocumentCheck | CodeFixTestBehaviors.SkipFixAllInProjectCheck, "Context: Fix all in solution")]
    [InlineData(CodeFixTestBehaviors.SkipFixAllInProjectCheck | CodeFixTestBehaviors.SkipFixAllInSolutionCheck, "Context: Fix all in document")]
    public Task The_scopes_that_are_not_skipped_are_checked(CodeFixTestBehaviors skip, string context) =>
        Failure.Contains(() => new FixTestOf<OtherFixAllFix> { TestCode = Bad, FixedCode = Good, CodeFixTestBehaviors = skip }.RunAsync(), context);

    [Fact]
    public Task Every_scope_can_be_skipped() =>
        new FixTestOf<OtherFixAllFix> { TestCode = Bad, FixedCode = Good, CodeFixTestBehaviors = CodeFixTestBehaviors.SkipFixAllCheck }.RunAsync();

    [Fact]
    public Task A_fix_without_fix_all_is_applied_one_by_one_only() => new FixTestOf<NoFixAllFix> { TestCode = Bad, FixedCode = Good }.RunAsync();

    [Fact]
    public Task A_batch_fixed_state_that_nothing_checks_fails() =>
        Failure.Contains(
            () => new FixTestOf<NoFixAllFix> { TestCode = Bad, FixedCode = Good, BatchFixedCode = Good }.RunAsync(),
            "BatchFixedState is set, but no Fix All is checked");

    [Fact]
    public Task The_static_verifier_applies_fixes() =>
        CSharpCodeFixVerifier<BadNameAnalyzer, BadNameFix, DefaultVerifier>.VerifyCodeFixAsync(
            "class {|#0:BadOne|} { }",
            CSharpCodeFixVerifier<BadNameAnalyzer, BadNameFix, DefaultVerifier>.Diagnostic().WithLocation(0).WithArguments("BadOne"),
            Good);

    [Fact]
    public Task The_static_verifier_fails_for_another_result() =>
        Failure.Contains(
            () => CSharpCodeFixVerifier<BadNameAnalyzer, BadNameFix, DefaultVerifier>.VerifyCodeFixAsync(
                "class {|#0:BadOne|} { }",
                [new DiagnosticResult(BadNameAnalyzer.Rule).WithLocation(0)],
                "class GoodTwo { }"),
            "Context: Iterative code fix application");

    [Fact]
    public Task The_encoding_must_stay() =>
        Failure.Contains(
            () => new FixTestOf<EncodingFix>
            {
                TestState = { Sources = { SourceText.From(Bad, Encoding.UTF8) } },
                FixedState = { Sources = { SourceText.From(Good, Encoding.UTF8) } },
            }.RunAsync(),
            "encoding of 'Test0.cs': expected utf-8 with byte order mark, got utf-16 with byte order mark");

    [Fact]
    public Task An_encoding_that_stays_passes() =>
        new BadNameFixTest
        {
            TestState = { Sources = { SourceText.From(Bad, Encoding.UTF8) } },
            FixedState = { Sources = { SourceText.From(Good, Encoding.UTF8) } },
        }.RunAsync();

    [Fact]
    public Task The_checksum_algorithm_must_stay() =>
        Failure.Contains(
            () => new FixTestOf<ChecksumFix> { TestCode = Bad, FixedCode = Good }.RunAsync(),
            "checksum algorithm of 'Test0.cs': expected Sha1, got Sha256");

    [Fact]
    public Task An_added_document_must_be_expected() =>
        Failure.Contains(
            () => new FixTestOf<AddDocumentFix> { TestCode = Bad, FixedCode = Good }.RunAsync(),
            "folders and names of the documents: expected [Test0.cs] but got [Sub/More.cs, Test0.cs]");

    [Fact]
    public Task An_added_document_with_its_folder_passes() =>
        new FixTestOf<AddDocumentFix> { TestCode = Bad, FixedState = { Sources = { Good, ("/0/Sub/More.cs", "class More { }") } } }.RunAsync();

    [Fact]
    public Task An_added_document_in_another_folder_fails() =>
        Failure.Contains(
            () => new FixTestOf<AddDocumentFix> { TestCode = Bad, FixedState = { Sources = { Good, ("/0/More.cs", "class More { }") } } }.RunAsync(),
            "expected [More.cs, Test0.cs] but got [Sub/More.cs, Test0.cs]");

    [Fact]
    public Task A_removed_document_must_be_expected() =>
        Failure.Contains(
            () => new FixTestOf<RemoveDocumentFix>
            {
                TestState = { Sources = { Bad, "class Other { }" } },
                FixedState = { Sources = { Good, "class Other { }" } },
            }.RunAsync(),
            "expected [Test0.cs, Test1.cs] but got [Test0.cs]");

    [Fact]
    public Task A_removed_document_passes_when_expected() =>
        new FixTestOf<RemoveDocumentFix> { TestState = { Sources = { Bad, "class Other { }" } }, FixedCode = Good }.RunAsync();

    [Fact]
    public Task A_renamed_document_fails() =>
        Failure.Contains(() => new FixTestOf<RenameDocumentFix> { TestCode = Bad, FixedCode = Good }.RunAsync(), "expected [Test0.cs] but got [Renamed.cs]");

    [Fact]
    public Task A_changed_additional_file_must_be_expected() =>
        Failure.Contains(
            () => new FixTestOf<AdditionalDocumentFix>
            {
                TestState = { Sources = { Bad }, AdditionalFiles = { ("/0/list.txt", "original") } },
                FixedCode = Good,
            }.RunAsync(),
            "content of 'list.txt'",
            "- original\n+ fixed");

    [Fact]
    public Task A_changed_additional_file_passes_when_expected() =>
        new FixTestOf<AdditionalDocumentFix>
        {
            TestState = { Sources = { Bad }, AdditionalFiles = { ("/0/list.txt", "original") } },
            FixedState = { Sources = { Good }, AdditionalFiles = { ("/0/list.txt", "fixed") } },
        }.RunAsync();

    [Fact]
    public Task A_changed_analyzer_config_file_must_be_expected() =>
        Failure.Contains(
            () => new FixTestOf<ConfigDocumentFix>
            {
                TestState = { Sources = { Bad }, AnalyzerConfigFiles = { ("/.editorconfig", "root = false\n") } },
                FixedCode = Good,
            }.RunAsync(),
            "content of '.editorconfig'");

    [Fact]
    public Task A_diagnostic_in_an_additional_file_can_be_fixed() =>
        new CSharpCodeFixTest<AdditionalFileAnalyzer, AdditionalFileFix, DefaultVerifier>
        {
            TestState = { Sources = { "" }, AdditionalFiles = { ("/0/list.txt", "[|bad|]\n[|bad|]\n") } },
            FixedState = { AdditionalFiles = { ("/0/list.txt", "good\ngood\n") } },
        }.RunAsync();
}
