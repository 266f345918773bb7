using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Benchmarks;

internal sealed partial class RatioReport
{
    // Together 100,000 lines and 2,000 methods with MDLs.
    private const int Drivers = 667, OrdinaryFiles = 720;

    // What analyzers cost is what a compilation with them takes longer than one with an analyzer that does nothing.
    private void AddAnalyzers()
    {
        AnalyzerRig ordinary = AnalyzerRig.OrdinaryCode(100), half = AnalyzerRig.Drivers(Drivers / 2, OrdinaryFiles / 2), whole = AnalyzerRig.Drivers(Drivers, OrdinaryFiles);
        AnalyzerRig longMethod = AnalyzerRig.LongMethod(statements: 5_000, branches: 300);
        Add("compile-ordinary-code/no-analyzer", static t => t[1] / t[0], With(ordinary, Analyzers.None), With(ordinary, Analyzers.Ours));
        Add("analyze-project/bind-and-emit, 100000 lines", static t => (t[1] - t[0]) / t[2], With(whole, Analyzers.None), With(whole, Analyzers.Ours), whole.Compile);
        Add("analyze-project/flow-rules-of-the-sdk, 100000 lines", static t => (t[1] - t[0]) / (t[2] - t[0]), With(whole, Analyzers.None), With(whole, Analyzers.Ours), With(whole, Analyzers.FlowRulesOfTheSdk));
        Add("analyze-project, 100000 lines/50000 lines", static t => (t[1] - t[0]) / (t[3] - t[2]), With(whole, Analyzers.None), With(whole, Analyzers.Ours), With(half, Analyzers.None), With(half, Analyzers.Ours));
        Add("milliseconds, one method of 5000 statements", static t => (t[1] - t[0]) * 1e3, With(longMethod, Analyzers.None), With(longMethod, Analyzers.Ours));
        Add("analyze-edited-document/analyze-project, 100000 lines", static t => t[1] / t[0], whole.AnalyzeAll, whole.EditAndAnalyze);

        void Add(string name, Func<double[], double> figure, params Operation[] operations) => AddLine(name, () => Measurement.ProcessorTimes(figure, operations));
    }

    private static Operation With(AnalyzerRig project, ImmutableArray<DiagnosticAnalyzer> analyzers) => times => project.Compile(times, analyzers);
}
