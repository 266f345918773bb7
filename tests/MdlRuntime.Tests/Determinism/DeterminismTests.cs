using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Model;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Determinism;

/// <summary>A seed decides everything: nothing of the host, of other machines or of earlier tests shows in a trace.</summary>
public sealed class DeterminismTests
{
    /// <summary>Environment variable: the file that a child process writes its trace to.</summary>
    private const string FileVariable = "MDL_TRACE_FILE";

    private const int Seed = 5;

    [Fact]
    public void The_same_seed_gives_the_same_trace_twice_in_one_process()
    {
        string first = Scenario.Trace(Seed);

        Assert.True(first.Split('\n').Length > 1_000);
        Assert.Equal(first, Scenario.Trace(Seed));
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_in_another_process()
    {
        string file = Path.GetTempFileName();
        try
        {
            RunInChild(nameof(Write_the_trace_for_another_process), file);

            Assert.Equal(Scenario.Trace(Seed), File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Another_seed_gives_another_trace() => Assert.NotEqual(Scenario.Trace(Seed), Scenario.Trace(Seed + 1));

    [Fact]
    public void Another_seed_gives_another_order_of_frames()
    {
        Assert.Equal(FramesOf(Seed), FramesOf(Seed));
        Assert.NotEqual(FramesOf(Seed), FramesOf(Seed + 1));
    }

    /// <summary>What tests that run before, after or between can do to a machine: nothing.</summary>
    [Fact]
    public void Machines_that_run_in_between_leave_no_mark()
    {
        string undisturbed = Scenario.Trace(Seed);

        string[] parts = [.. Scenario.Parts(Seed).Zip(Scenario.Parts(Seed + 1), (part, _) => part)];

        Assert.Equal(undisturbed, string.Concat(parts));
    }

    [Fact]
    public void Machines_that_run_at_the_same_time_leave_no_mark()
    {
        string undisturbed = Scenario.Trace(Seed);
        string[] traces = new string[4];

        Parallel.For(0, traces.Length, i => traces[i] = Scenario.Trace(i % 2 == 0 ? Seed : Seed + i));

        Assert.Equal([undisturbed, undisturbed], [traces[0], traces[2]]);
    }

    /// <summary>Without shared state there is nothing that the order of tests could change.</summary>
    [Fact]
    public void The_runtime_has_no_state_outside_machines()
    {
        IEnumerable<string> shared =
            from type in typeof(Machine).Assembly.GetTypes()
            from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            where field is { IsInitOnly: false, IsLiteral: false } && !field.IsDefined(typeof(ThreadStaticAttribute)) && !type.IsDefined(typeof(CompilerGeneratedAttribute))
            select $"{type.Name}.{field.Name}";

        // Numbers the kinds of layers, in the order of first use, which nothing shows.
        Assert.Equal(["LayerSlot.s_count"], shared);
    }

    /// <summary>Run by name in a child process.</summary>
    [Fact(Explicit = true)]
    public void Write_the_trace_for_another_process()
    {
        string trace = Scenario.Trace(Seed);
        Assert.NotEmpty(trace);
        File.WriteAllText(Environment.GetEnvironmentVariable(FileVariable)!, trace);
    }

    private static nuint[] FramesOf(int seed)
    {
        using var machine = new Machine(new() { Seed = seed });
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x20000);
        nuint[] frames = [];
        process.Run(() =>
        {
            Mdl mdl = IoManager.IoAllocateMdl(buffer, 0x20000, false, false, null)!;
            MemoryManager.MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
            frames = MemoryManager.MmGetMdlPfnArray(mdl).ToArray();
            MemoryManager.MmUnlockPages(mdl);
            IoManager.IoFreeMdl(mdl);
        });
        return frames;
    }

    /// <summary>Starts this test assembly with the host that runs it, for one test.</summary>
    private static void RunInChild(string test, string file)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        Type type = typeof(DeterminismTests);
        var start = new ProcessStartInfo(host, [type.Assembly.Location, "-method", $"{type.FullName}.{test}", "-explicit", "only"])
        {
            RedirectStandardOutput = true,
            Environment = { [FileVariable] = file },
        };
        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, output);
    }
}
