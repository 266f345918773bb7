using MdlRuntime.Simulation;
using static MdlRuntime.KernelCore;
using static MdlRuntime.ProcessStructure;

namespace MdlRuntime.Tests.Kernel;

/// <summary>Which orders of threads, devices and timers the policies run.</summary>
public sealed class SchedulingPolicyTests
{
    private const int Seeds = 40;

    [Fact]
    public void Fifo_takes_threads_in_the_order_in_which_they_became_ready_whatever_the_seed()
    {
        for (int seed = 0; seed < Seeds; seed++)
            Assert.Equal("0 1 2 3 0 1 2 3 ", Turns(new() { Seed = seed, Scheduling = SchedulingPolicy.Fifo }));
    }

    [Fact]
    public void Random_takes_them_in_orders_that_the_seed_decides()
    {
        Assert.Equal(Turns(new() { Seed = 3 }), Turns(new() { Seed = 3 }));
        Assert.True(Enumerable.Range(0, Seeds).Select(seed => Turns(new() { Seed = seed })).Distinct().Count() > 10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void No_more_interruptions_happen_than_the_bound_allows(int bound)
    {
        int most = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            int count = 0;
            var options = new MachineOptions
            {
                Seed = seed,
                Scheduling = SchedulingPolicy.PreemptionBounded,
                PreemptionBound = bound,
                Trace = record => count += record.Routine == "Interruption" ? 1 : 0,
            };
            CountInTurn(options, accesses: 300);
            Assert.InRange(count, 0, bound);
            most = Math.Max(most, count);
        }

        Assert.Equal(bound, most);
    }

    [Fact]
    public void System_threads_interrupt_each_other_between_accesses_to_memory_only_where_that_is_bounded()
    {
        Assert.All(Outcomes(SchedulingPolicy.Random, 0), total => Assert.Equal(20, total));
        Assert.All(Outcomes(SchedulingPolicy.Fifo, 0), total => Assert.Equal(20, total));
        Assert.All(Outcomes(SchedulingPolicy.PreemptionBounded, 0), total => Assert.Equal(20, total));
        // An increment between the read and the write of another is lost.
        Assert.Contains(Outcomes(SchedulingPolicy.PreemptionBounded, 2), total => total < 20);

        static IEnumerable<int> Outcomes(SchedulingPolicy policy, int bound) => Enumerable.Range(0, Seeds)
            .Select(seed => CountInTurn(new() { Seed = seed, Scheduling = policy, PreemptionBound = bound }, accesses: 10));
    }

    [Fact]
    public void User_threads_do_not_race_where_threads_are_taken_in_order()
    {
        using var machine = new Machine(new() { Scheduling = SchedulingPolicy.Fifo });
        UserProcess process = machine.CreateProcess("app");
        nuint counter = process.Allocate(sizeof(int));
        for (int thread = 0; thread < 3; thread++)
            process.StartThread(() => Increment(counter, 20));

        machine.RunUntilIdle();

        process.Run(() => Assert.Equal(60, VirtualMemory.Read<int>(counter)));
    }

    [Theory]
    [InlineData(SchedulingPolicy.Random, false)]
    [InlineData(SchedulingPolicy.Fifo, false)]
    [InlineData(SchedulingPolicy.PreemptionBounded, true)]
    public void A_timer_expires_while_code_runs_only_where_code_is_interrupted(SchedulingPolicy policy, bool expected)
    {
        Assert.Equal(expected, Enumerable.Range(0, Seeds).Any(seed => ExpiresEarly(new() { Seed = seed, Scheduling = policy, PreemptionBound = 1 })));

        static bool ExpiresEarly(MachineOptions options)
        {
            using var machine = new Machine(options);
            return machine.Run(() =>
            {
                bool expired = false;
                (KTimer timer, KDpc dpc) = (new(), new());
                KeInitializeTimer(timer);
                KeInitializeDpc(dpc, (_, _, _, _) =>
                {
                    Assert.Equal(Kirql.DISPATCH_LEVEL, KeGetCurrentIrql());
                    expired = true;
                }, null);
                KeSetTimer(timer, -10_000, dpc);
                for (int i = 0; i < 20; i++)
                {
                    KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
                    Assert.Equal(Kirql.DISPATCH_LEVEL, KeGetCurrentIrql());
                    KeLowerIrql(old);
                }

                return expired;
            });
        }
    }

    [Fact]
    public void An_interruption_waits_until_the_irql_lets_it_through()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var machine = new Machine(new() { Seed = seed, Scheduling = SchedulingPolicy.PreemptionBounded, PreemptionBound = int.MaxValue });
            machine.Run(() =>
            {
                bool runs = false;
                (KTimer timer, KDpc dpc) = (new(), new());
                KeInitializeTimer(timer);
                KeInitializeDpc(dpc, (_, _, _, _) => runs = true, null);
                KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
                KeSetTimer(timer, -10_000, dpc);
                for (int i = 0; i < 20; i++)
                {
                    KeRaiseIrql((Kirql)5, out Kirql dispatch);
                    KeLowerIrql(dispatch);
                    Assert.False(runs);
                }

                KeLowerIrql(old);
            });
        }
    }

    /// <summary>The order in which four threads with two turns each come.</summary>
    private static string Turns(MachineOptions options)
    {
        string turns = "";
        using var machine = new Machine(options);
        machine.Run(() =>
        {
            for (int i = 0; i < 4; i++)
            {
                int number = i;
                PsCreateSystemThread(out _, _ =>
                {
                    turns += $"{number} ";
                    KeDelayExecutionThread(KProcessorMode.KernelMode, false, -1);
                    turns += $"{number} ";
                }, null);
            }
        });
        machine.RunUntilIdle();
        return turns;
    }

    /// <summary>What two system threads make of a counter in pool that both increment without a lock.</summary>
    private static int CountInTurn(MachineOptions options, int accesses)
    {
        using var machine = new Machine(options);
        nuint counter = machine.Run(() =>
        {
            nuint pool = Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, sizeof(int), 0x31474154);
            for (int i = 0; i < 2; i++)
                PsCreateSystemThread(out _, _ => Increment(pool, accesses), null);
            return pool;
        });
        machine.RunUntilIdle();
        return machine.Run(() => VirtualMemory.Read<int>(counter));
    }

    private static void Increment(nuint counter, int times)
    {
        for (int i = 0; i < times; i++)
            VirtualMemory.Write(counter, VirtualMemory.Read<int>(counter) + 1);
    }
}
