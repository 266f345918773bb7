using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class CrashTests
{
    [Fact]
    public Task A_crash_fails_and_shows_the_exception() =>
        Failure.Contains(() => new AnalyzerTestOf<CrashingAnalyzer> { TestCode = "class BadOne { }" }.RunAsync(), "An analyzer threw (AD0001)", "ArithmeticException", "crash in analyzer");

    [Fact]
    public Task A_crash_that_is_not_reached_passes() => new AnalyzerTestOf<CrashingAnalyzer> { TestCode = "class Fine { }" }.RunAsync();

    [Fact]
    public Task A_crash_cannot_be_expected() =>
        Failure.Contains(
            () => new AnalyzerTestOf<CrashingAnalyzer> { TestCode = "class BadOne { }", ExpectedDiagnostics = { DiagnosticResult.CompilerError("AD0001") } }.RunAsync(),
            "An analyzer threw");

    [Fact]
    public Task A_crash_cannot_be_disabled() =>
        Failure.Contains(
            () => new AnalyzerTestOf<CrashingAnalyzer> { TestCode = "class BadOne { }", DisabledDiagnostics = { "AD0001" } }.RunAsync(),
            "An analyzer threw");

    [Fact]
    public Task A_crash_cannot_be_configured_away() =>
        Failure.Contains(
            () => new AnalyzerTestOf<CrashingAnalyzer>
            {
                TestState =
                {
                    Sources = { "class BadOne { }" },
                    AnalyzerConfigFiles = { ("/.globalconfig", "is_global = true\ndotnet_diagnostic.AD0001.severity = none\n") },
                },
            }.RunAsync(),
            "An analyzer threw");

    [Fact]
    public Task A_crash_cannot_be_filtered_out() =>
        Failure.Contains(() => new FilteringTest { TestCode = "class BadOne { }" }.RunAsync(), "An analyzer threw");

    [Fact]
    public Task A_filter_leaves_out_other_diagnostics() => new FilteringNameTest { TestCode = "class BadOne { }" }.RunAsync();

    private sealed class FilteringTest : AnalyzerTestOf<CrashingAnalyzer>
    {
        protected override ImmutableArray<(Project project, Diagnostic diagnostic)> FilterDiagnostics(ImmutableArray<(Project project, Diagnostic diagnostic)> diagnostics) => [];
    }

    private sealed class FilteringNameTest : BadNameTest
    {
        protected override ImmutableArray<(Project project, Diagnostic diagnostic)> FilterDiagnostics(ImmutableArray<(Project project, Diagnostic diagnostic)> diagnostics) => [];
    }
}
