using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>MDL routines against their floors, by pages; one operation is a thousand cycles.</summary>
[MemoryDiagnoser]
public class MdlBenchmarks
{
    private const int Cycles = 1000;

    private RentedArrays _arrays = null!;
    private MdlRig _rig = null!;
    private PageWalk _walk = null!;

    [Params(1, 16, 256)]
    public int Pages { get; set; }

    [GlobalSetup]
    public void SetUp() => (_rig, _walk, _arrays) = (new(Pages), new(Pages), new(Pages));

    [GlobalCleanup]
    public void CleanUp() => _rig.Dispose();

    [Benchmark(OperationsPerInvoke = Cycles)]
    public ulong RentedArrays() => _arrays.RentAndReturn(Cycles);

    [Benchmark(OperationsPerInvoke = Cycles)]
    public ulong AllocateAndFree() => _rig.AllocateAndFree(Cycles);

    [Benchmark(OperationsPerInvoke = Cycles, Baseline = true)]
    public ulong PageWalk() => _walk.CountUpAndDown(Cycles);

    [Benchmark(OperationsPerInvoke = Cycles)]
    public ulong LockAndUnlock() => _rig.LockAndUnlock(Cycles);

    [Benchmark(OperationsPerInvoke = Cycles)]
    public ulong MapAndUnmap() => _rig.MapAndUnmap(Cycles);
}
