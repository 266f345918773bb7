using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class DocumentOrderTests
{
    [Fact]
    public Task A_rule_that_does_not_depend_on_the_order_passes() => WithThreeSources(new BadNameTest(), seed: 1).RunAsync();

    [Fact]
    public Task A_rule_that_depends_on_the_order_fails_when_shuffled()
    {
        var test = new AnalyzerTestOf<FirstTreeAnalyzer> { TestState = { Sources = { "class [|BadOne|] { }", "class BadTwo { }", "class BadSix { }" } }, DocumentOrderSeed = 2 };

        return Failure.Contains(() => test.RunAsync(), "Context: Diagnostics with documents shuffled by seed 2");
    }

    [Fact]
    public Task The_order_is_not_shuffled_by_default() =>
        new AnalyzerTestOf<FirstTreeAnalyzer> { TestState = { Sources = { "class [|BadOne|] { }", "class BadTwo { }", "class BadSix { }" } } }.RunAsync();

    private static BadNameTest WithThreeSources(BadNameTest test, int seed)
    {
        test.TestState.Sources.Add("class [|BadOne|] { }");
        test.TestState.Sources.Add("class [|BadTwo|] { }");
        test.TestState.Sources.Add("class [|BadSix|] { }");
        test.DocumentOrderSeed = seed;
        return test;
    }

    [DiagnosticAnalyzer(LanguageNames.CSharp)]
    private sealed class FirstTreeAnalyzer : BadNameAnalyzer
    {
        protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier)
        {
            if (context.Compilation.SyntaxTrees.First() == identifier.SyntaxTree)
                base.Report(context, identifier);
        }
    }
}
