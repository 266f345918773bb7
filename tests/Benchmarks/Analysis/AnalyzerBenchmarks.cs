using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>Compilations from text to the emitted assembly, with the analyzers of the product and with one that does nothing.</summary>
public class AnalyzerBenchmarks
{
    private AnalyzerRig _drivers = null!, _ordinary = null!;

    [Params(10, 40, 160)]
    public int Classes { get; set; }

    [GlobalSetup]
    public void SetUp() => (_drivers, _ordinary) = (AnalyzerRig.Drivers(Classes), AnalyzerRig.OrdinaryCode(Classes));

    [Benchmark(Baseline = true)]
    public ulong DriversWithoutAnalyzers() => _drivers.Compile(1, Analyzers.None);

    [Benchmark]
    public ulong DriversWithAnalyzers() => _drivers.Compile(1, Analyzers.Ours);

    [Benchmark]
    public ulong OrdinaryCodeWithoutAnalyzers() => _ordinary.Compile(1, Analyzers.None);

    [Benchmark]
    public ulong OrdinaryCodeWithAnalyzers() => _ordinary.Compile(1, Analyzers.Ours);
}
