namespace Benchmarks;

internal sealed partial class RatioReport
{
    // Together 100,000 lines and 2,000 methods with MDLs.
    private const int Drivers = 667, OrdinaryFiles = 720;

    // Processor time of all cores. What analyzers cost is what a compilation with them takes longer than with one that does nothing.
    private void AddAnalyzers()
    {
        AnalyzerRig ordinary = AnalyzerRig.OrdinaryCode(100), half = AnalyzerRig.Drivers(Drivers / 2, OrdinaryFiles / 2), whole = AnalyzerRig.Drivers(Drivers, OrdinaryFiles);
        AnalyzerRig longMethod = AnalyzerRig.LongMethod(statements: 5_000, branches: 300);
        var cost = new Lazy<double>(() => CostOf(whole));
        AddLine("compile-ordinary-code/no-analyzer", () => Measurement.ProcessorTimeRatio(t => ordinary.Compile(t, Analyzers.Ours), t => ordinary.Compile(t, Analyzers.None)));
        AddLine("analyze-project/bind-and-emit, 100000 lines", () => cost.Value / Measurement.ProcessorTime(whole.Compile));
        AddLine("analyze-project/flow-rules-of-the-sdk, 100000 lines", () => cost.Value
            / Measurement.ProcessorTimeOver(t => whole.Compile(t, Analyzers.FlowRulesOfTheSdk), t => whole.Compile(t, Analyzers.None)));
        AddLine("analyze-project, 100000 lines/50000 lines", () => cost.Value / CostOf(half));
        AddLine("milliseconds, one method of 5000 statements", () => CostOf(longMethod) * 1e3);
        AddLine("analyze-edited-document/analyze-project, 100000 lines", () => Measurement.ProcessorTimeRatio(whole.EditAndAnalyze, whole.AnalyzeAll));
    }

    private static double CostOf(AnalyzerRig project) => Measurement.ProcessorTimeOver(t => project.Compile(t, Analyzers.Ours), t => project.Compile(t, Analyzers.None));
}
