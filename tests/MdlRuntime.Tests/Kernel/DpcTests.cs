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
    public void A_dpc_queued_at_dispatch_level_runs_when_the_irql_falls()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            int runs = 0;
            var dpc = new KDpc();
            KeInitializeDpc(dpc, (_, _, _, _) => runs++, null);
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);

            Assert.True(KeInsertQueueDpc(dpc, null, null));
            Assert.False(KeInsertQueueDpc(dpc, null, null));
            Assert.Equal(0, runs);
            KeLowerIrql(old);

            Assert.Equal(1, runs);
        });
    }
}
