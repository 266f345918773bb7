using System.Globalization;
using System.Runtime;
using MdlRuntime.Verification;

namespace Benchmarks;

/// <summary>Prints one <c>name: value</c> line per measurement; a ratio of 1 is the floor.</summary>
internal sealed partial class RatioReport : IDisposable
{
    private const double WarmUpSeconds = 0.05;

    private readonly List<(string Name, Func<double> Measure, Operation[] Operations)> _lines = [];
    private readonly List<IDisposable> _rigs = [];

    private RatioReport()
    {
        AddMdls();
        AddAccess();
        AddRequests();
        AddDma();
        AddMappings();
        AddFiles();
        AddMachines();
        AddAnalyzers();
    }

    /// <summary>Measures everything, or what contains one of the filters in its name.</summary>
    public static void Print(TextWriter output, string[] filters)
    {
        using var report = new RatioReport();
        output.WriteLine(Configuration());
        report._lines.RemoveAll(line => filters.Length > 0 && !filters.Any(filter => line.Name.Contains(filter, StringComparison.Ordinal)));
        // All of them twice before the first measurement: the JIT compiler works in the background.
        for (int round = 0; round < 2; round++)
        {
            foreach (Operation operation in report._lines.SelectMany(static line => line.Operations))
                Measurement.WarmUp(operation, WarmUpSeconds);
        }

        foreach ((string name, Func<double> measure, _) in report._lines)
        {
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
        foreach (int pages in (int[])[1, 16, 256])
        {
            MdlRig rig = Keep(new MdlRig(pages)), strict = Keep(new MdlRig(pages, VerifierMode.Strict));
            var walk = new PageWalk(pages);
            string suffix = pages == 1 ? "1 page" : $"{pages} pages";
            AddRatio($"mdl-allocate-free/array-pool, {suffix}", rig.AllocateAndFree, new RentedArrays(pages).RentAndReturn);
            AddRatio($"mdl-lock-unlock/page-walk, {suffix}", rig.LockAndUnlock, walk.CountUpAndDown);
            AddRatio($"mdl-map-unmap/page-walk, {suffix}", rig.MapAndUnmap, walk.CountUpAndDown);
            AddRatio($"host-lock-unlock/mdl-lock-unlock, {suffix}", Keep(new HostPages(pages)).LockAndUnlock, rig.LockAndUnlock);
            AddStrict($"mdl-allocate-free, {suffix}", strict.AllocateAndFree, rig.AllocateAndFree);
            AddStrict($"mdl-lock-unlock, {suffix}", strict.LockAndUnlock, rig.LockAndUnlock);
            AddStrict($"mdl-map-unmap, {suffix}", strict.MapAndUnmap, rig.MapAndUnmap);
        }
    }

    private void AddAccess()
    {
        AccessRig access = Keep(new AccessRig());
        AddRatio("access-sequential/bare-table", access.Sequential, access.TableSequential);
        AddRatio("access-random/bare-table", access.AtRandom, access.TableAtRandom);
        AddBytes("access", access.AtRandom);
        ReachRig reach = Keep(new ReachRig());
        AddRatio("byte-at-end/byte-at-start, MDL of 63 MiB", reach.LargeEnd, reach.LargeStart);
        AddRatio("byte-at-end/byte-at-start, chain of 1000", reach.ChainEnd, reach.ChainStart);
        AddBytes("chain-find", reach.ChainEnd);
    }

    private void AddRequests()
    {
        RequestRig one = Keep(new RequestRig()), four = Keep(new RequestRig(drivers: 4)), eight = Keep(new RequestRig(drivers: 8));
        RequestRig strict = Keep(new RequestRig(VerifierMode.Strict));
        AddRatio("direct-read-4KiB/parts", one.Read, one.ReadNothing, one.Parts.AllocateAndFree, one.Parts.LockAndUnlock, one.Parts.MapAndUnmap);
        AddMicroseconds("direct-read-4KiB", one.Read);
        AddRatio("request-4-drivers/4-requests", four.ReadNothing, one.ReadNothing, one.ReadNothing, one.ReadNothing, one.ReadNothing);
        AddRatio("request-8-drivers/2-requests-4-drivers", eight.ReadNothing, four.ReadNothing, four.ReadNothing);
        AddBytes("request-8-drivers", eight.ReadNothing);
        AddBytes("empty-read", one.ReadNothing);
        AddStrict("direct-read-4KiB", strict.Read, one.Read);
        AddStrict("empty-read", strict.ReadNothing, one.ReadNothing);
    }

    private T Keep<T>(T rig) where T : IDisposable
    {
        _rigs.Add(rig);
        return rig;
    }

    private void AddRatio(string name, Operation subject, params Operation[] floor) =>
        AddLine(name, () => Measurement.Ratio(subject, floor), [subject, .. floor]);

    /// <summary>What a page costs more than in the floor, in nanoseconds.</summary>
    private void AddNanosecondsPerPage(string name, Operation subject, Operation floor, int pages) =>
        AddLine($"nanoseconds per page over, {name}", () => Measurement.NanosecondsOver(subject, floor) / pages, subject, floor);

    /// <summary>What a verified machine costs over one without, and what either allocates.</summary>
    private void AddStrict(string name, Operation strict, Operation off)
    {
        AddRatio($"strict/off, {name}", strict, off);
        AddBytes(name, off);
        AddBytes($"strict, {name}", strict);
    }

    private void AddMicroseconds(string name, Operation subject) => AddLine($"microseconds, {name}", () => Measurement.Microseconds(subject), subject);

    private void AddBytes(string name, Operation subject) => AddLine($"bytes, {name}", () => Measurement.AllocatedBytes(subject), subject);

    // The operations are run before anything is measured.
    private void AddLine(string name, Func<double> measure, params Operation[] operations) => _lines.Add((name, measure, operations));
}
