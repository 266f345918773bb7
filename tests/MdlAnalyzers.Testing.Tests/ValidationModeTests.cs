using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class ValidationModeTests
{
    private const string Source = "class [|BadOne|] { }";

    [Theory]
    [InlineData(CodeActionValidationMode.SemanticStructure)]
    [InlineData(CodeActionValidationMode.Full)]
    public Task A_tree_that_its_text_does_not_parse_to_fails(CodeActionValidationMode mode) =>
        Failure.Contains(
            () => Test<WrongStructureFix>("class Good : object { }", mode).RunAsync(),
            "The tree that 'Rename to Good' made of 'Test0.cs' is not the one its text parses to");

    [Fact]
    public Task A_token_with_another_text_fails() =>
        Failure.Contains(
            () => Test<WrongTokenFix>("class GoodOne/**/ { }", CodeActionValidationMode.SemanticStructure).RunAsync(),
            "the tree has IdentifierToken 'GoodOne/**/' where the text parses to IdentifierToken 'GoodOne'");

    [Fact]
    public Task A_missing_child_fails() =>
        Failure.Contains(
            () => Test<HiddenSemicolonFix>("class GoodOne { };", CodeActionValidationMode.SemanticStructure).RunAsync(),
            " children where the text parses to ");

    [Fact]
    public Task What_is_parsed_again_is_analyzed_and_fixed() =>
        new FixTestOf<HiddenClassFix>
        {
            TestCode = Source,
            FixedCode = "class GoodOne { } class GoodTwo { }",
            NumberOfIncrementalIterations = 2,
            CodeActionValidationMode = CodeActionValidationMode.None,
        }.RunAsync();

    [Fact]
    public Task A_tree_is_not_checked_in_mode_none() => Test<WrongStructureFix>("class Good : object { }", CodeActionValidationMode.None).RunAsync();

    [Fact]
    public Task Structure_is_checked_by_default() =>
        Failure.Contains(
            () => new FixTestOf<WrongStructureFix> { TestCode = Source, FixedCode = "class Good : object { }" }.RunAsync(),
            "is not the one its text parses to");

    [Fact]
    public Task Trivia_that_the_text_does_not_parse_to_fail_in_mode_full() =>
        Failure.Contains(
            () => Test<WrongTriviaFix>("class GoodOne/**/ { }", CodeActionValidationMode.Full).RunAsync(),
            "the trailing trivia of IdentifierToken 'GoodOne' are [WhitespaceTrivia] where the text parses to [MultiLineCommentTrivia, WhitespaceTrivia]");

    [Fact]
    public Task Trivia_are_not_compared_in_mode_semantic_structure() =>
        Test<WrongTriviaFix>("class GoodOne/**/ { }", CodeActionValidationMode.SemanticStructure).RunAsync();

    [Fact]
    public Task A_right_tree_passes_in_mode_full() => Test<BadNameFix>("class GoodOne { }", CodeActionValidationMode.Full).RunAsync();

    [Fact]
    public Task Annotated_nodes_are_simplified_and_formatted_with_the_line_ends_of_the_test() =>
        new FixTestOf<AnnotatedFix>
        {
            TestCode = "using System;\nclass [|BadOne|]{ public void Dispose() { } }",
            FixedCode = "using System;\nclass GoodOne : IDisposable\n{ public void Dispose() { } }",
        }.RunAsync();

    private static FixTestOf<TFix> Test<TFix>(string fixedCode, CodeActionValidationMode mode)
        where TFix : Microsoft.CodeAnalysis.CodeFixes.CodeFixProvider, new() =>
        new() { TestCode = Source, FixedCode = fixedCode, CodeActionValidationMode = mode };
}
