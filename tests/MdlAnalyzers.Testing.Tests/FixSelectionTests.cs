using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class FixSelectionTests
{
    private const string Source = "class [|BadOne|] { }";

    [Fact]
    public Task The_first_action_is_applied_by_default() => Test("First").RunAsync();

    [Theory]
    [InlineData(0, "First")]
    [InlineData(1, "Second")]
    [InlineData(2, "Third")]
    [InlineData(3, "Fourth")]
    public Task An_index_counts_nested_actions_one_by_one(int index, string name)
    {
        var test = Test(name);
        test.CodeActionIndex = index;

        return test.RunAsync();
    }

    [Fact]
    public Task An_index_beyond_the_actions_applies_none()
    {
        var test = Test("First");
        test.CodeActionIndex = 4;

        return Failure.Contains(() => test.RunAsync(), "- class First { }\n+ class BadOne { }");
    }

    [Theory]
    [InlineData("KeySecond", "Second")]
    [InlineData("KeyFourth", "Fourth")]
    public Task A_key_names_an_action(string key, string name)
    {
        var test = Test(name);
        test.CodeActionEquivalenceKey = key;

        return test.RunAsync();
    }

    [Fact]
    public Task An_unknown_key_applies_none()
    {
        var test = Test("First");
        test.CodeActionEquivalenceKey = "KeyFifth";

        return Failure.Contains(() => test.RunAsync(), "- class First { }\n+ class BadOne { }");
    }

    [Fact]
    public Task Index_and_key_of_the_same_action_pass()
    {
        var test = Test("Second");
        test.CodeActionIndex = 1;
        test.CodeActionEquivalenceKey = "KeySecond";

        return test.RunAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public Task Index_and_key_that_disagree_fail(int index)
    {
        var test = Test("Second");
        test.CodeActionIndex = index;
        test.CodeActionEquivalenceKey = "KeySecond";

        return Failure.Contains(() => test.RunAsync(), $"code action {index} should have the equivalence key 'KeySecond'", "[KeyFirst, KeySecond, KeyThird, KeyFourth]");
    }

    [Fact]
    public Task The_older_names_set_the_same_values()
    {
        var test = Test("Third");
        test.CodeFixIndex = 2;
        test.CodeFixEquivalenceKey = "KeyThird";

        Assert.Equal((2, "KeyThird"), (test.CodeActionIndex, test.CodeActionEquivalenceKey));
        return test.RunAsync();
    }

    [Fact]
    public Task Filtered_actions_are_not_counted()
    {
        var test = new FixTestOf<FourActionsFix>
        {
            TestCode = Source,
            FixedCode = "class Second { }",
            ActionFilter = static actions => actions.RemoveAll(static action => action.Title == "First"),
        };

        return test.RunAsync();
    }

    [Fact]
    public async Task The_callback_sees_the_action_that_is_applied()
    {
        var titles = new List<string>();
        var test = Test("Second");
        test.CodeActionIndex = 1;
        test.CodeFixTestBehaviors = CodeFixTestBehaviors.SkipFixAllCheck;
        test.CodeActionVerifier = (action, _) => titles.Add(action.Title);

        await test.RunAsync();

        Assert.Equal(["Second"], titles);
    }

    [Fact]
    public Task The_callback_can_fail_the_test()
    {
        var test = Test("First");
        test.CodeActionVerifier = static (action, verifier) => verifier.Equal("Other title", action.Title);

        return Failure.Contains(() => test.RunAsync(), "expected 'Other title' but got 'First'");
    }

    private static FixTestOf<FourActionsFix> Test(string fixedName) => new() { TestCode = Source, FixedCode = $"class {fixedName} {{ }}" };
}
