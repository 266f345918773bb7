using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class LocalDiagnosticsTests
{
    [Fact]
    public Task A_fixable_diagnostic_of_the_compilation_end_fails() =>
        Failure.Contains(
            () => Test(CodeFixTestBehaviors.None).RunAsync(),
            "Context: Local diagnostics",
            "not reported by the analysis of its own file",
            "/0/Test0.cs(1,7,1,13)");

    [Fact]
    public Task The_check_can_be_skipped() => Test(CodeFixTestBehaviors.SkipLocalDiagnosticCheck).RunAsync();

    [Fact]
    public Task A_diagnostic_of_the_compilation_end_passes_without_a_fix() =>
        new AnalyzerTestOf<CompilationEndAnalyzer> { TestCode = "class [|BadOne|] { }" }.RunAsync();

    private static CSharpCodeFixTest<CompilationEndAnalyzer, BadNameFix, DefaultVerifier> Test(CodeFixTestBehaviors behaviors) =>
        new() { TestCode = "class [|BadOne|] { }", FixedCode = "class GoodOne { }", CodeFixTestBehaviors = behaviors };
}
