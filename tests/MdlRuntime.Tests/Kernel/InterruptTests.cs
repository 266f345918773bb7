using MdlRuntime.Simulation;
using static MdlRuntime.KernelCore;

namespace MdlRuntime.Tests.Kernel;

public sealed class InterruptTests
{
    private const Kirql Low = (Kirql)5, High = (Kirql)8;

    [Fact]
    public void Interrupts_that_were_held_back_are_taken_highest_first_when_the_irql_falls()
    {
        using var machine = new Machine();
        var log = new List<string>();
        Connect(machine, 1, Low, () => log.Add("low"));
        Connect(machine, 2, High, () => log.Add("high"));
        machine.Run(() =>
        {
            KeRaiseIrql(Kirql.HIGH_LEVEL, out _);
            foreach (uint vector in (uint[])[1, 2, 1, 2])
                machine.System.Interrupts.Request(vector);
            Assert.Empty(log);
            KeLowerIrql(Kirql.PASSIVE_LEVEL);
        });

        Assert.Equal(["high", "high", "low", "low"], log);
    }

    [Fact]
    public void Lowering_within_the_device_levels_lets_only_higher_lines_through()
    {
        using var machine = new Machine();
        var log = new List<string>();
        Connect(machine, 1, Low, () => log.Add("low"));
        Connect(machine, 2, High, () => log.Add("high"));
        machine.Run(() =>
        {
            KeRaiseIrql(Kirql.HIGH_LEVEL, out _);
            machine.System.Interrupts.Request(1);
            machine.System.Interrupts.Request(2);
            KeLowerIrql(High);
            Assert.Empty(log);
            KeLowerIrql(Low);
            Assert.Equal(["high"], log);
            KeLowerIrql(Kirql.PASSIVE_LEVEL);
        });

        Assert.Equal(["high", "low"], log);
    }

    [Fact]
    public void A_service_routine_is_interrupted_by_a_higher_line_and_not_by_its_own()
    {
        using var machine = new Machine();
        var log = new List<string>();
        int depth = 0;
        Connect(machine, 1, Low, () =>
        {
            log.Add($"low {++depth}");
            if (log.Count == 1)
            {
                machine.System.Interrupts.Request(1);
                machine.System.Interrupts.Request(2);
            }

            depth--;
            log.Add("end");
        });
        Connect(machine, 2, High, () => log.Add($"high at {KeGetCurrentIrql()}"));

        machine.Run(() => machine.System.Interrupts.Request(1));

        Assert.Equal(["low 1", "high at 8", "end", "low 1", "end"], log);
    }

    [Fact]
    public void A_dpc_queued_by_a_service_routine_runs_after_it_below_every_interrupt()
    {
        using var machine = new Machine();
        var log = new List<string>();
        var dpc = new KDpc();
        KeInitializeDpc(dpc, (_, _, _, _) =>
        {
            log.Add($"dpc at {KeGetCurrentIrql()}");
            machine.System.Interrupts.Request(2);
            log.Add("dpc ends");
        }, null);
        Connect(machine, 1, Low, () =>
        {
            KeInsertQueueDpc(dpc, null, null);
            log.Add("isr ends");
        });
        Connect(machine, 2, High, () => log.Add("isr in dpc"));

        machine.Run(() => machine.System.Interrupts.Request(1));

        Assert.Equal(["isr ends", "dpc at DISPATCH_LEVEL", "isr in dpc", "dpc ends"], log);
    }

    [Fact]
    public void A_line_that_other_host_threads_assert_between_runs_is_served_by_the_next_one()
    {
        using var machine = new Machine();
        int served = 0;
        Connect(machine, 1, Low, () => served++);

        Parallel.For(0, 100, _ => machine.System.Interrupts.Request(1));
        Assert.Equal(0, served);
        machine.RunUntilIdle();

        Assert.Equal(100, served);
    }

    [Fact]
    public void A_vector_nobody_serves_stays_requested_until_somebody_connects()
    {
        using var machine = new Machine();
        int served = 0;
        machine.Run(() => machine.System.Interrupts.Request(7));
        Connect(machine, 7, Low, () => served++);
        machine.RunUntilIdle();

        Assert.Equal(1, served);
    }

    [Fact]
    public void Every_handler_of_a_shared_vector_is_asked()
    {
        using var machine = new Machine();
        var log = new List<string>();
        KInterrupt first = Connect(machine, 3, Low, () => log.Add("first"));
        Connect(machine, 3, Low, () => log.Add("second"));
        machine.Run(() => machine.System.Interrupts.Request(3));
        machine.Run(() => Assert.True(machine.System.Interrupts.Disconnect(first)));
        machine.Run(() => machine.System.Interrupts.Request(3));

        Assert.Equal(["first", "second", "second"], log);
    }

    [Fact]
    public void Synchronized_code_keeps_the_service_routine_out()
    {
        using var machine = new Machine();
        var log = new List<string>();
        KInterrupt interrupt = Connect(machine, 1, Low, () => log.Add("isr"));
        machine.Run(() => Assert.True(KeSynchronizeExecution(interrupt, _ =>
        {
            machine.System.Interrupts.Request(1);
            log.Add($"synchronized at {(int)KeGetCurrentIrql()}");
            return true;
        }, null)));

        Assert.Equal(["synchronized at 5", "isr"], log);
    }

    [Theory]
    [InlineData(0xC8u, false)]
    [InlineData(0x1Eu, true)]
    public void A_service_routine_that_ends_raised_or_with_a_status_stops_the_machine(uint code, bool raises)
    {
        using var machine = new Machine();
        Connect(machine, 1, Low, () =>
        {
            if (raises)
                throw new NtStatusException(NtStatus.STATUS_UNSUCCESSFUL);
            KeRaiseIrql(High, out _);
        });

        Assert.Equal(code, Assert.Throws<BugCheckException>(() => machine.Run(() => machine.System.Interrupts.Request(1))).Code);
    }

    [Fact]
    public void Interrupts_and_dpcs_that_come_while_user_code_runs_still_run_in_kernel_mode()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(16);
        nuint pool = machine.Run(() => Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 16, 1));
        Connect(machine, 1, Low, () => VirtualMemory.Write(pool, 42));
        machine.System.Interrupts.Request(1);

        process.Write(buffer, [1, 2, 3]);

        Assert.Equal(42, machine.Run(() => VirtualMemory.Read<int>(pool)));
    }

    private static KInterrupt Connect(Machine machine, uint vector, Kirql irql, Action body)
    {
        var interrupt = new KInterrupt(vector, irql, (_, _) => { body(); return true; }, context: null);
        machine.Run(() => machine.System.Interrupts.Connect(interrupt));
        return interrupt;
    }
}
