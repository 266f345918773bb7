using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class IterationTests
{
    private const string TwoBad = "class [|BadOne|] { }\nclass [|BadTwo|] { }";
    private const string TwoGood = "class GoodOne { }\nclass GoodTwo { }";

    [Fact]
    public Task By_default_every_expected_diagnostic_takes_at_most_one() => new BadNameFixTest { TestCode = TwoBad, FixedCode = TwoGood }.RunAsync();

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    [InlineData(-3)]
    public Task The_right_number_passes(int number) =>
        new BadNameFixTest { TestCode = TwoBad, FixedCode = TwoGood, NumberOfIncrementalIterations = number }.RunAsync();

    [Theory]
    [InlineData(1, "Expected exactly 1 fix iteration(s), got at least 2.")]
    [InlineData(3, "Expected exactly 3 fix iteration(s), got 2.")]
    [InlineData(-1, "Expected exactly 1 fix iteration(s), got at least 2.")]
    [InlineData(0, "Expected exactly 0 fix iteration(s), got at least 1.")]
    public Task Another_number_fails(int number, string reason) =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = TwoBad, FixedCode = TwoGood, NumberOfIncrementalIterations = number }.RunAsync(),
            "Context: Iterative code fix application",
            reason);

    [Fact]
    public Task More_iterations_than_expected_diagnostics_fail_by_default() =>
        Failure.Contains(
            () => new FixTestOf<CountdownFix> { TestCode = "class [|Bad3|] { }", FixedCode = "class Good { }" }.RunAsync(),
            "Context: Iterative code fix application",
            "Expected exactly 1 fix iteration(s), got at least 2.");

    [Fact]
    public Task More_iterations_pass_when_declared() =>
        new FixTestOf<CountdownFix>
        {
            TestCode = "class [|Bad3|] { }",
            FixedCode = "class Good { }",
            NumberOfIncrementalIterations = 3,
            NumberOfFixAllIterations = 3,
        }.RunAsync();

    [Fact]
    public Task At_most_two_fails_for_three() =>
        Failure.Contains(
            () => new FixTestOf<CountdownFix> { TestCode = "class [|Bad3|] { }", FixedCode = "class Good { }", NumberOfIncrementalIterations = -2 }.RunAsync(),
            "Expected at most 2 fix iteration(s), got at least 3.");

    [Fact]
    public Task A_fix_without_end_fails() =>
        Failure.Contains(
            () => new FixTestOf<EndlessFix> { TestCode = "class [|BadOne|] { }", FixedState = { Sources = { "class [|BadOneX|] { }" }, MarkupHandling = MarkupMode.Allow } }.RunAsync(),
            "got at least 2");

    [Fact]
    public Task Fixed_code_equal_to_the_input_asserts_that_no_fix_is_offered() =>
        new FixTestOf<OffersNothingFix> { TestCode = "class [|BadOne|] { }", FixedCode = "class [|BadOne|] { }" }.RunAsync();

    [Fact]
    public Task A_fix_that_is_offered_although_none_is_expected_fails() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = "class [|BadOne|] { }", FixedCode = "class [|BadOne|] { }" }.RunAsync(),
            "Expected exactly 0 fix iteration(s), got at least 1.");

    [Fact]
    public Task A_fix_that_is_not_offered_although_one_is_expected_fails() =>
        Failure.Contains(
            () => new FixTestOf<OffersNothingFix> { TestCode = "class [|BadOne|] { }", FixedCode = "class GoodOne { }" }.RunAsync(),
            "Context: Iterative code fix application",
            "+ class BadOne { }");

    [Theory]
    [InlineData(2, "Expected exactly 2 fix iteration(s), got 1.")]
    [InlineData(0, "Expected exactly 0 fix iteration(s), got at least 1.")]
    public Task Another_number_of_fix_all_iterations_fails(int number, string reason) =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = TwoBad, FixedCode = TwoGood, NumberOfFixAllIterations = number }.RunAsync(),
            "Context: Fix all in document",
            reason);

    [Fact]
    public Task Another_number_in_documents_fails() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = TwoBad, FixedCode = TwoGood, NumberOfFixAllInDocumentIterations = 2 }.RunAsync(),
            "Context: Fix all in document");

    [Fact]
    public Task Another_number_in_projects_fails() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = TwoBad, FixedCode = TwoGood, NumberOfFixAllInProjectIterations = 2 }.RunAsync(),
            "Context: Fix all in project");

    [Fact]
    public Task By_default_fix_all_runs_once_for_each_document_project_and_solution() => Scopes().RunAsync();

    [Theory]
    [InlineData(3, 2)]
    public Task Each_scope_takes_as_many_iterations_as_it_has_members(int documents, int projects)
    {
        var test = Scopes();
        test.NumberOfFixAllIterations = 1;
        test.NumberOfFixAllInDocumentIterations = documents;
        test.NumberOfFixAllInProjectIterations = projects;

        return test.RunAsync();
    }

    [Theory]
    [InlineData(2, 2, "Context: Fix all in document")]
    [InlineData(3, 1, "Context: Fix all in project")]
    public Task Another_number_for_a_scope_fails(int documents, int projects, string context)
    {
        var test = Scopes();
        test.NumberOfFixAllInDocumentIterations = documents;
        test.NumberOfFixAllInProjectIterations = projects;

        return Failure.Contains(() => test.RunAsync(), context);
    }

    [Fact]
    public Task FixOne_stops_after_one_fix() =>
        new BadNameFixTest
        {
            TestCode = TwoBad,
            FixedState = { Sources = { "class GoodOne { }\nclass [|BadTwo|] { }" }, MarkupHandling = MarkupMode.Allow },
            BatchFixedCode = TwoGood,
            CodeFixTestBehaviors = CodeFixTestBehaviors.FixOne,
        }.RunAsync();

    [Fact]
    public Task FixOne_that_fixes_two_fails() =>
        Failure.Contains(
            () => new BadNameFixTest { TestCode = TwoBad, FixedCode = TwoGood, CodeFixTestBehaviors = CodeFixTestBehaviors.FixOne }.RunAsync(),
            "Context: Iterative code fix application",
            "- class GoodTwo { }");

    [Fact]
    public Task FixOne_fixes_the_diagnostic_that_the_test_selects() =>
        new SelectLastTest
        {
            TestCode = TwoBad,
            FixedState = { Sources = { "class [|BadOne|] { }\nclass GoodTwo { }" }, MarkupHandling = MarkupMode.Allow },
            BatchFixedCode = TwoGood,
            CodeFixTestBehaviors = CodeFixTestBehaviors.FixOne,
        }.RunAsync();

    private static BadNameFixTest Scopes() => new()
    {
        TestState =
        {
            Sources = { "class [|BadOne|] { }", "class [|BadTwo|] { }" },
            AdditionalProjects = { ["Other"] = { Sources = { "class [|BadSix|] { }" } } },
        },
        FixedState =
        {
            Sources = { "class GoodOne { }", "class GoodTwo { }" },
            AdditionalProjects = { ["Other"] = { Sources = { "class GoodSix { }" } } },
        },
    };

    private sealed class SelectLastTest : BadNameFixTest
    {
        protected override bool TrySelectDiagnosticToFix(
            System.Collections.Immutable.ImmutableArray<Diagnostic> fixableDiagnostics,
            [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Diagnostic? diagnosticToFix)
        {
            diagnosticToFix = fixableDiagnostics.LastOrDefault();
            return diagnosticToFix is not null;
        }
    }
}
