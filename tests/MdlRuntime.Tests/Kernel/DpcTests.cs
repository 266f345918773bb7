using MdlRuntime.Simulation;
using static MdlRuntime.KernelCore;

namespace MdlRuntime.Tests.Kernel;

public sealed class DpcTests
{
    [Fact]
    public void A_dpc_queued_at_passive_level_runs_before_the_call_returns()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            Kirql seen = default;
            var dpc = new KDpc();
            KeInitializeDpc(dpc, (_, _, _, _) => seen = KeGetCurrentIrql(), null);

            Assert.True(KeInsertQueueDpc(dpc, null, null));

            Assert.Equal(Kirql.DISPATCH_LEVEL, seen);
            Assert.Equal(Kirql.PASSIVE_LEVEL, KeGetCurrentIrql());
        });
    }

    [Fact]
    public void Dpcs_queued_at_raised_irql_run_once_each_in_order_when_it_falls()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            var log = new List<object?>();
            KDpc[] dpcs = [Logging(log), Logging(log), Logging(log)];
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);

            Assert.True(KeInsertQueueDpc(dpcs[1], "b", null));
            Assert.True(KeInsertQueueDpc(dpcs[0], "a", null));
            Assert.False(KeInsertQueueDpc(dpcs[1], "again", null));
            Assert.True(KeInsertQueueDpc(dpcs[2], "c", null));
            Assert.Empty(log);
            KeLowerIrql(old);

            Assert.Equal(["b", "a", "c"], log);
        });
    }

    [Fact]
    public void A_removed_dpc_does_not_run_wherever_it_was_in_the_queue()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            for (int removed = 0; removed < 3; removed++)
            {
                var log = new List<object?>();
                KDpc[] dpcs = [Logging(log), Logging(log), Logging(log), Logging(log)];
                KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
                for (int i = 0; i < 3; i++)
                    KeInsertQueueDpc(dpcs[i], i, null);
                Assert.True(KeRemoveQueueDpc(dpcs[removed]));
                Assert.False(KeRemoveQueueDpc(dpcs[removed]));
                KeInsertQueueDpc(dpcs[3], 3, null);
                KeLowerIrql(old);

                Assert.Equal(Enumerable.Range(0, 4).Where(i => i != removed).Cast<object?>(), log);
            }
        });
    }

    [Fact]
    public void A_dpc_can_queue_itself_and_others_again()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            int runs = 0;
            var dpc = new KDpc();
            KeInitializeDpc(dpc, (self, _, _, _) =>
            {
                if (++runs < 3)
                    Assert.True(KeInsertQueueDpc(self, null, null));
            }, null);
            KeInsertQueueDpc(dpc, null, null);

            Assert.Equal(3, runs);
        });
    }

    [Fact]
    public void A_failed_assertion_in_a_dpc_reaches_the_host_and_leaves_the_other_dpcs_queued()
    {
        using var machine = new Machine();
        var log = new List<object?>();
        var failing = new KDpc();
        Assert.Throws<InvalidTimeZoneException>(() => machine.Run(() =>
        {
            KeInitializeDpc(failing, (_, _, _, _) => throw new InvalidTimeZoneException(), null);
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            KeInsertQueueDpc(failing, null, null);
            KeInsertQueueDpc(Logging(log), "next", null);
            KeLowerIrql(old);
        }));

        machine.Run(() => Assert.Equal(["next"], log));
    }

    [Fact]
    public void A_dpc_that_was_not_initialized_cannot_be_queued()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            var timer = new KTimer();
            Assert.Throws<ArgumentException>(() => KeInsertQueueDpc(new KDpc(), null, null));
            Assert.Throws<ArgumentException>(() => KeSetTimer(timer, -1, new KDpc()));
        });
    }

    [Fact]
    public void Queueing_and_running_a_dpc_allocates_nothing()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            var dpc = new KDpc();
            KeInitializeDpc(dpc, static (_, _, _, _) => { }, null);
            KeInsertQueueDpc(dpc, null, null);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
                KeInsertQueueDpc(dpc, null, null);

            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        });
    }

    private static KDpc Logging(List<object?> log)
    {
        var dpc = new KDpc();
        KeInitializeDpc(dpc, (_, _, argument, _) => log.Add(argument), null);
        return dpc;
    }
}
