using BenchmarkDotNet.Attributes;
using MdlRuntime.Simulation;

namespace Benchmarks;

/// <summary>Transfers of a bus master, from mapping to flushing, against span copies of the same bytes.</summary>
[MemoryDiagnoser]
public class DmaBenchmarks
{
    private ByteCopies _copies = null!;
    private DmaRig _contiguous = null!, _scattered = null!, _bouncedIn = null!, _bouncedOut = null!;

    [Params(4, 64, 256, 1024)]
    public int KiB { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        int length = KiB << 10;
        _copies = new(length);
        _contiguous = new(length, FramePolicy.Sequential, isBounced: false, writeToDevice: false);
        _scattered = new(length, FramePolicy.Scattered, isBounced: false, writeToDevice: false);
        _bouncedIn = new(length, FramePolicy.Scattered, isBounced: true, writeToDevice: false);
        _bouncedOut = new(length, FramePolicy.Scattered, isBounced: true, writeToDevice: true);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (DmaRig rig in (DmaRig[])[_contiguous, _scattered, _bouncedIn, _bouncedOut])
            rig.Dispose();
    }

    [Benchmark(Baseline = true)]
    public ulong Copy() => _copies.Once(1);

    [Benchmark]
    public ulong DirectContiguous() => _contiguous.Transfer(1);

    [Benchmark]
    public ulong PageCopies() => _copies.OnceToScatteredPages(1);

    [Benchmark]
    public ulong DirectScattered() => _scattered.Transfer(1);

    [Benchmark]
    public ulong TwoCopies() => _copies.TwiceToScatteredPages(1);

    [Benchmark]
    public ulong BouncedToMemory() => _bouncedIn.Transfer(1);

    [Benchmark]
    public ulong BouncedToDevice() => _bouncedOut.Transfer(1);
}
