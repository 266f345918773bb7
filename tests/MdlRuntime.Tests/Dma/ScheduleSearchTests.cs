using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;

namespace MdlRuntime.Tests.Dma;

/// <summary>Many orders of the same threads and devices: in none of them a byte is lost, doubled or misplaced.</summary>
public sealed class ScheduleSearchTests
{
    [Theory, Proves("DMA-126", "DMA-134", "DMA-137", "DMA-182", "DMA-371", "DMA-376")]
    [InlineData(SchedulingPolicy.Fifo, 0, 100, 60)]
    [InlineData(SchedulingPolicy.Random, 0, 400, 399)]
    [InlineData(SchedulingPolicy.PreemptionBounded, 1, 200, 199)]
    [InlineData(SchedulingPolicy.PreemptionBounded, 3, 300, 299)]
    [InlineData(SchedulingPolicy.PreemptionBounded, int.MaxValue, 200, 199)]
    public void No_schedule_loses_or_doubles_a_byte(SchedulingPolicy policy, int bound, int schedules, int different)
    {
        var seen = new HashSet<int>();
        for (int seed = 0; seed < schedules; seed++)
        {
            ScheduleRun run = ScheduleRun.Play(new() { Seed = seed, Scheduling = policy, PreemptionBound = bound });
            Assert.True(run.IsExact, $"{policy}, bound {bound}, seed {seed}: a medium differs from what {run.Finished} finished threads wrote");
            seen.Add(run.Hash);
        }

        Assert.True(seen.Count >= different, $"only {seen.Count} of {schedules} schedules were different");
    }

    [Theory]
    [InlineData(SchedulingPolicy.Fifo, 0, false)]
    [InlineData(SchedulingPolicy.Random, 0, false)]
    [InlineData(SchedulingPolicy.PreemptionBounded, 0, false)]
    [InlineData(SchedulingPolicy.PreemptionBounded, 1, true)]
    public void A_driver_that_touches_a_request_it_has_started_fails_where_the_device_may_be_faster(SchedulingPolicy policy, int bound, bool fails)
    {
        Assert.Equal(fails, Enumerable.Range(0, 60).Any(seed => Fails(new() { Seed = seed, Scheduling = policy, PreemptionBound = bound })));

        static bool Fails(MachineOptions options)
        {
            using var machine = new Machine(options);
            var driver = new TransferDriver(@"\Device\Late", new(machine, new MemoryMedium(new byte[0x1000])), DmaBench.ScatterGather64) { MarksPendingLate = true };
            machine.LoadDriver("late", driver.DriverEntry);
            UserProcess app = machine.CreateProcess("app");
            nuint buffer = app.Allocate(100);
            DeviceHandle handle = app.Open(driver.Name);
            try
            {
                return handle.Read(buffer, 100).Information != 100;
            }
            catch (BugCheckException)
            {
                return true;
            }
        }
    }

    [Theory]
    [InlineData(SchedulingPolicy.Fifo)]
    [InlineData(SchedulingPolicy.Random)]
    [InlineData(SchedulingPolicy.PreemptionBounded)]
    public void The_same_seed_gives_the_same_trace_of_several_devices_and_threads(SchedulingPolicy policy)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            var options = new MachineOptions { Seed = seed, Scheduling = policy, PreemptionBound = 5 };
            string trace = ScheduleRun.Play(options, keepsTrace: true).Trace;
            Assert.True(trace.Split('\n').Length > 200);
            Assert.Equal(trace, ScheduleRun.Play(options, keepsTrace: true).Trace);
            Assert.NotEqual(trace, ScheduleRun.Play(options with { Seed = seed + 100 }, keepsTrace: true).Trace);
        }
    }
}
