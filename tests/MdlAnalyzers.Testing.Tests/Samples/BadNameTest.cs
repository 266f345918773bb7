using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace MdlAnalyzers.Testing.Tests;

/// <summary>A test of the sample analyzer.</summary>
internal class BadNameTest : CSharpAnalyzerTest<BadNameAnalyzer, DefaultVerifier>;

/// <summary>A test of one of the derived sample analyzers.</summary>
internal class AnalyzerTestOf<TAnalyzer> : CSharpAnalyzerTest<TAnalyzer, DefaultVerifier>
    where TAnalyzer : DiagnosticAnalyzer, new();

/// <summary>A test of the sample analyzer with one of the sample fixes.</summary>
internal class FixTestOf<TFix> : CSharpCodeFixTest<BadNameAnalyzer, TFix, DefaultVerifier>
    where TFix : Microsoft.CodeAnalysis.CodeFixes.CodeFixProvider, new()
{
    public Func<ImmutableArray<CodeAction>, ImmutableArray<CodeAction>> ActionFilter { get; init; } = static actions => actions;

    protected override ImmutableArray<CodeAction> FilterCodeActions(ImmutableArray<CodeAction> actions) => ActionFilter(actions);
}

/// <summary>A test of the sample analyzer with the sample fix.</summary>
internal class BadNameFixTest : FixTestOf<BadNameFix>;
