using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class StateTests
{
    private static readonly DiagnosticResult _fixable = new("T0001", DiagnosticSeverity.Warning);
    private static readonly DiagnosticResult _other = new("T0002", DiagnosticSeverity.Warning);

    [Fact]
    public void Unnamed_sources_are_numbered()
    {
        var state = State("a", "b");

        Assert.Equal(["/0/Test0.cs", "/0/Test1.cs"], state.Sources.Select(static file => file.filename));
    }

    [Fact]
    public void Sources_of_other_projects_are_named_after_the_project()
    {
        var state = State("a");
        state.AdditionalProjects["Lib"].Sources.Add("b");

        Assert.Equal("/Lib/Test0.cs", Assert.Single(state.AdditionalProjects["Lib"].Sources).filename);
    }

    [Fact]
    public void Setting_the_code_twice_replaces_it()
    {
        var test = new BadNameTest { TestCode = "a" };
        test.TestCode = "b";

        Assert.Equal("b", Assert.Single(test.TestState.Sources).content.ToString());
    }

    [Fact]
    public void Line_endings_of_strings_become_line_feeds()
    {
        var state = State("a\r\nb\rc\n");
        state.AdditionalFiles.Add(("f", "a\r\nb"));

        Assert.Equal("a\nb\nc\n", state.Sources[0].content.ToString());
        Assert.Equal("a\nb", state.AdditionalFiles[0].content.ToString());
    }

    [Fact]
    public void Line_endings_of_source_texts_stay()
    {
        var state = State();
        state.Sources.Add(SourceText.From("a\r\nb"));

        Assert.Equal("a\r\nb", state.Sources[0].content.ToString());
    }

    [Fact]
    public void Same_content_inherits_every_expected_diagnostic_and_the_markup()
    {
        var inherited = Inherit(State("a"), State());

        Assert.Equal(["T0001", "T0002"], Ids(inherited));
        Assert.Equal(MarkupMode.Allow, inherited.MarkupHandling);
        Assert.Equal("a", inherited.Sources[0].content.ToString());
    }

    [Fact]
    public void Other_content_drops_fixable_diagnostics_and_fixable_markup()
    {
        var inherited = Inherit(State("a"), State("b"));

        Assert.Equal(["T0002"], Ids(inherited));
        Assert.Equal(MarkupMode.IgnoreFixable, inherited.MarkupHandling);
    }

    [Fact]
    public void AutoInheritAll_keeps_fixable_diagnostics()
    {
        var fixedState = State("b");
        fixedState.InheritanceMode = StateInheritanceMode.AutoInheritAll;

        Assert.Equal(["T0001", "T0002"], Ids(Inherit(State("a"), fixedState)));
    }

    [Fact]
    public void Explicit_inherits_nothing()
    {
        var fixedState = State();
        fixedState.InheritanceMode = StateInheritanceMode.Explicit;

        var inherited = Inherit(State("a"), fixedState);

        Assert.Empty(inherited.Sources);
        Assert.Empty(inherited.ExpectedDiagnostics);
    }

    [Fact]
    public void Own_expected_diagnostics_replace_those_of_the_base()
    {
        var fixedState = State("b");
        fixedState.ExpectedDiagnostics.Add(_fixable);

        Assert.Equal(["T0001"], Ids(Inherit(State("a"), fixedState)));
    }

    [Fact]
    public void Files_references_and_options_that_are_not_set_are_inherited()
    {
        var test = State("a");
        test.AdditionalFiles.Add(("f", "x"));
        test.AnalyzerConfigFiles.Add(("c", "x"));
        test.AdditionalReferences.Add(typeof(FactAttribute).Assembly);
        test.AdditionalProjects["Lib"].Sources.Add("b");
        test.AdditionalProjectReferences.Add("Lib");
        test.OutputKind = OutputKind.ConsoleApplication;

        var inherited = Inherit(test, State("c"));

        Assert.Equal("f", Assert.Single(inherited.AdditionalFiles).filename);
        Assert.Equal("c", Assert.Single(inherited.AnalyzerConfigFiles).filename);
        Assert.Single(inherited.AdditionalReferences);
        Assert.Equal("b", inherited.AdditionalProjects["Lib"].Sources[0].content.ToString());
        Assert.Equal("Lib", Assert.Single(inherited.AdditionalProjectReferences));
        Assert.Equal(OutputKind.ConsoleApplication, inherited.OutputKind);
    }

    [Theory]
    [InlineData(MarkupMode.Allow, "T0001 T0002")]
    [InlineData(MarkupMode.IgnoreFixable, "T0002")]
    [InlineData(MarkupMode.Ignore, "")]
    public void Markup_modes_choose_the_diagnostics_that_markup_stands_for(MarkupMode mode, string ids)
    {
        var state = State("{|T0001:a|} {|T0002:b|}");
        state.ExpectedDiagnostics.Clear();
        state.MarkupHandling = mode;

        var processed = state.WithProcessedMarkup(MarkupOptions.None, null, [], ["T0001"], "/0/Test0.cs");

        Assert.Equal(ids, string.Join(' ', Ids(processed)));
        Assert.Equal("a b", processed.Sources[0].content.ToString());
    }

    [Fact]
    public Task Fixable_diagnostics_left_in_fixed_code_must_be_allowed() =>
        Failure.Contains(
            () => new FixTestOf<OffersNothingFix> { TestCode = "class [|BadOne|] { }", FixedCode = "class [|BadOne|] { } " }.RunAsync(),
            "Context: Diagnostics of fixed state",
            "Unexpected:");

    private static SolutionState Inherit(SolutionState test, SolutionState derived)
    {
        test.ExpectedDiagnostics.AddRange([_fixable, _other]);
        ImmutableArray<string> fixable = ["T0001"];
        return derived.WithInheritedValuesApplied(test.WithInheritedValuesApplied(null, fixable), fixable);
    }

    private static IEnumerable<string> Ids(SolutionState state) => state.ExpectedDiagnostics.Select(static expected => expected.Id);

    private static SolutionState State(params string[] sources)
    {
        var state = new SolutionState("TestProject", LanguageNames.CSharp, "/0/Test", "cs");
        foreach (var source in sources)
            state.Sources.Add(source);
        return state;
    }
}
