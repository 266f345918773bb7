using System.Globalization;
using System.Text;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;
using MdlRuntime.Tests.Model;
using MdlRuntime.Verification;
using static MdlRuntime.KernelCore;

namespace MdlRuntime.Tests.Determinism;

/// <summary>A busy life of several machines with one seed; every trace record becomes a line of text.</summary>
internal sealed class Scenario
{
    private const int MediumBytes = 40_000, MemorySteps = 1000;

    private readonly StringBuilder _text = new();

    public static string Trace(int seed) => string.Concat(Parts(seed));

    /// <summary>The trace in parts; between two parts anything else may happen in the same process.</summary>
    public static IEnumerable<string> Parts(int seed)
    {
        yield return Part(scenario => scenario.UseDisk(seed));
        yield return Part(scenario => scenario.UseThreads(seed));
        foreach (VerifierMode mode in Enum.GetValues<VerifierMode>())
            yield return Part(scenario => scenario.UseMemory(seed, mode));
    }

    private static string Part(Action<Scenario> play)
    {
        var scenario = new Scenario();
        play(scenario);
        return scenario._text.ToString();
    }

    /// <summary>Direct I/O through a driver with DMA, interrupts, DPCs and timers, in pieces and with bounced pages.</summary>
    private void UseDisk(int seed)
    {
        byte[] bytes = [.. Enumerable.Range(0, MediumBytes).Select(i => (byte)(i * 31))];
        foreach (BlockDeviceOptions device in (BlockDeviceOptions[])[new(), new() { AddressBits = 24 }, new() { ScatterGather = false }])
        {
            using var rig = new DiskRig(new MemoryMedium(bytes), device, Options(seed));
            rig.Read(10_000, pageOffset: 0xE50);
            rig.Write([1, 2, 3], pageOffset: 0xFFE, position: 5_000);
            rig.Read(0);
            rig.AssertClean();
        }
    }

    /// <summary>Threads whose order the seed decides.</summary>
    private void UseThreads(int seed)
    {
        using var machine = new Machine(Options(seed));
        machine.Run(() =>
        {
            var shared = new KEvent();
            KeInitializeEvent(shared, notification: false, state: true);
            for (int i = 0; i < 6; i++)
            {
                ProcessStructure.PsCreateSystemThread(out _, _ =>
                {
                    for (int round = 0; round < 5; round++)
                    {
                        KeWaitForSingleObject(shared);
                        KeDelayExecutionThread(KProcessorMode.KernelMode, false, -3);
                        KeSetEvent(shared, 0, false);
                    }
                }, null);
            }
        });
        machine.RunUntilIdle();
    }

    /// <summary>The same calls whatever the seed: only frames, addresses and findings can differ.</summary>
    private void UseMemory(int seed, VerifierMode mode)
    {
        var random = new Random(7);
        int actions = Enum.GetValues<MemoryAction>().Length;
        using var bench = new MemoryBench(mode, seed, Add);
        for (int i = 0; i < MemorySteps && !bench.IsStopped; i++)
            bench.Perform(new((MemoryAction)random.Next(actions), random.Next(256), random.Next(256), random.Next(512), Dares: false));
    }

    private MachineOptions Options(int seed) => new() { Seed = seed, Trace = Add, MemoryBytes = 64 << 20 };

    private void Add(TraceRecord record) => _text.Append(CultureInfo.InvariantCulture,
        $"{record.Time} {record.Irql} {record.Thread} {record.Routine} {record.Subject ?? "-"} {record.Value1:X} {record.Value2:X} {record.Value3:X}\n");
}
