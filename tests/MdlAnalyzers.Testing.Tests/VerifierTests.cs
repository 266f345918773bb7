using Microsoft.CodeAnalysis.Testing;
using Xunit;
using Verify = Microsoft.CodeAnalysis.CSharp.Testing.CSharpCodeFixVerifier<MdlAnalyzers.Testing.Tests.BadNameAnalyzer, MdlAnalyzers.Testing.Tests.BadNameFix, Microsoft.CodeAnalysis.Testing.DefaultVerifier>;

namespace MdlAnalyzers.Testing.Tests;

public sealed class VerifierTests
{
    [Fact]
    public Task Markup_without_id_stands_for_the_only_rule() => Verify.VerifyAnalyzerAsync("class [|BadOne|] { } class Fine { }");

    [Fact]
    public Task Numbered_markup_is_located_by_its_number() =>
        Verify.VerifyAnalyzerAsync("class {|#0:BadOne|} { }", Verify.Diagnostic().WithLocation(0).WithArguments("BadOne"));

    [Fact]
    public Task A_fix_is_applied_one_by_one_and_to_all() =>
        Verify.VerifyCodeFixAsync("class [|BadOne|] { }\nclass {|T0001:BadTwo|} { }", "class GoodOne { }\nclass GoodTwo { }");

    [Fact]
    public async Task A_missing_diagnostic_fails()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Verify.VerifyAnalyzerAsync("class [|Fine|] { }"));

        Assert.Contains("Expected 1 diagnostic(s), got 0.", failure.Message, StringComparison.Ordinal);
    }
}
