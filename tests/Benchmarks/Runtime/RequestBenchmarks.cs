using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>A direct-I/O read of one page from handle to driver and back, and the same request without data.</summary>
[MemoryDiagnoser]
public class RequestBenchmarks
{
    private const int Cycles = 1000;

    private readonly RequestRig _rig = new();

    [GlobalCleanup]
    public void CleanUp() => _rig.Dispose();

    [Benchmark(OperationsPerInvoke = Cycles, Baseline = true)]
    public ulong ReadNothing() => _rig.ReadNothing(Cycles);

    [Benchmark(OperationsPerInvoke = Cycles)]
    public ulong ReadPage() => _rig.Read(Cycles);
}
