using System.Globalization;
using System.Runtime;
using MdlRuntime.Simulation;

namespace Benchmarks;

/// <summary>Prints one <c>name: value</c> line per measurement; a ratio of 1 is the floor.</summary>
internal sealed class RatioReport : IDisposable
{
    private const double WarmUpSeconds = 0.05;

    private readonly List<(string Name, Func<double> Measure)> _lines = [];
    private readonly List<Operation> _operations = [];
    private readonly List<IDisposable> _rigs = [];

    private RatioReport()
    {
        AddMdls();
        AddRequests();
        AddDma();
        AddAnalyzers();
    }

    /// <summary>Measures everything, or what contains one of the filters in its name.</summary>
    public static void Print(TextWriter output, string[] filters)
    {
        using var report = new RatioReport();
        output.WriteLine(Configuration());
        // All of them twice before the first measurement: the JIT compiler works in the background.
        for (int round = 0; round < 2; round++)
        {
            foreach (Operation operation in report._operations)
                Measurement.WarmUp(operation, WarmUpSeconds);
        }

        foreach ((string name, Func<double> measure) in report._lines)
        {
            if (filters.Length > 0 && !filters.Any(filter => name.Contains(filter, StringComparison.Ordinal)))
                continue;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {measure():0.00}"));
            output.Flush();
        }
    }

    public void Dispose()
    {
        foreach (IDisposable rig in _rigs)
            rig.Dispose();
    }

    private static string Configuration()
    {
        string tiering = AppContext.TryGetSwitch("System.Runtime.TieredPGO", out bool pgo) && !pgo ? "off" : "on";
        return $"configuration: {RuntimeInformation.FrameworkDescription} {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} cores, "
            + $"tiered PGO {tiering}, server GC {(GCSettings.IsServerGC ? "on" : "off")}, verifier off";
    }

    private void AddMdls()
    {
        var pool = new SlotPool();
        foreach (int pages in (int[])[1, 16, 256])
        {
            MdlRig rig = Keep(new MdlRig(pages));
            var walk = new PageWalk(pages);
            string suffix = pages == 1 ? "1 page" : $"{pages} pages";
            AddRatio($"mdl-allocate-free/slot-pool, {suffix}", rig.AllocateAndFree, pool.TakeAndPut);
            AddRatio($"mdl-lock-unlock/page-walk, {suffix}", rig.LockAndUnlock, walk.CountUpAndDown);
            AddRatio($"mdl-map-unmap/page-walk, {suffix}", rig.MapAndUnmap, walk.CountUpAndDown);
            AddBytes($"mdl-allocate-free bytes, {suffix}", rig.AllocateAndFree);
            AddBytes($"mdl-lock-unlock bytes, {suffix}", rig.LockAndUnlock);
            AddBytes($"mdl-map-unmap bytes, {suffix}", rig.MapAndUnmap);
        }
    }

    private void AddRequests()
    {
        RequestRig rig = Keep(new RequestRig());
        AddRatio("direct-read-4KiB/parts", rig.Read, rig.ReadNothing, rig.Parts.AllocateAndFree, rig.Parts.LockAndUnlock, rig.Parts.MapAndUnmap);
        AddBytes("direct-read-4KiB bytes", rig.Read);
        AddBytes("empty-read bytes", rig.ReadNothing);
    }

    private void AddDma()
    {
        foreach (int kibibytes in (int[])[64, 256, 1024])
        {
            int length = kibibytes << 10;
            var copies = new ByteCopies(length);
            DmaRig contiguous = Keep(new DmaRig(length, FramePolicy.Sequential, isBounced: false, writeToDevice: false));
            DmaRig scattered = Keep(new DmaRig(length, FramePolicy.Scattered, isBounced: false, writeToDevice: false));
            DmaRig bouncedIn = Keep(new DmaRig(length, FramePolicy.Scattered, isBounced: true, writeToDevice: false));
            DmaRig bouncedOut = Keep(new DmaRig(length, FramePolicy.Scattered, isBounced: true, writeToDevice: true));
            AddRatio($"dma-direct-contiguous/copy, {kibibytes} KiB", contiguous.Transfer, copies.Once);
            AddRatio($"dma-direct-scattered/page-copies, {kibibytes} KiB", scattered.Transfer, copies.OnceToScatteredPages);
            AddRatio($"dma-bounced-to-memory/two-copies, {kibibytes} KiB", bouncedIn.Transfer, copies.TwiceToScatteredPages);
            AddRatio($"dma-bounced-to-device/two-copies, {kibibytes} KiB", bouncedOut.Transfer, copies.TwiceFromScatteredPages);
            AddBytes($"dma-direct bytes, {kibibytes} KiB", scattered.Transfer);
            AddBytes($"dma-bounced bytes, {kibibytes} KiB", bouncedIn.Transfer);
        }
    }

    /// <summary>Processor time of a whole compilation, from text to the emitted assembly.</summary>
    private void AddAnalyzers()
    {
        const int few = 10, many = 40;
        AnalyzerRig ordinary = AnalyzerRig.OrdinaryCode(many), small = AnalyzerRig.Drivers(few), large = AnalyzerRig.Drivers(many);
        AddProcessorTime("compile-ordinary-code/no-analyzer", ordinary.WithAnalyzers, ordinary.WithoutAnalyzers);
        AddProcessorTime($"compile-driver-code/no-analyzer, {few} drivers", small.WithAnalyzers, small.WithoutAnalyzers);
        AddProcessorTime($"compile-driver-code/no-analyzer, {many} drivers", large.WithAnalyzers, large.WithoutAnalyzers);
        AddProcessorTime($"compile-driver-code, {many} drivers/{few} drivers", large.WithAnalyzers, small.WithAnalyzers);
    }

    private T Keep<T>(T rig) where T : IDisposable
    {
        _rigs.Add(rig);
        return rig;
    }

    private void AddRatio(string name, Operation subject, params Operation[] floor)
    {
        _operations.Add(subject);
        _operations.AddRange(floor);
        _lines.Add((name, () => Measurement.Ratio(subject, floor)));
    }

    private void AddProcessorTime(string name, Operation subject, Operation floor) =>
        _lines.Add((name, () => Measurement.ProcessorTimeRatio(subject, floor)));

    private void AddBytes(string name, Operation subject) => _lines.Add((name, () => Measurement.AllocatedBytes(subject)));
}
