using MdlRuntime.Simulation;
using static MdlRuntime.KernelCore;
using static MdlRuntime.ProcessStructure;

namespace MdlRuntime.Tests.Kernel;

public sealed class SchedulerTests
{
    [Fact]
    public void A_stop_in_a_system_thread_comes_out_of_the_host_call_that_waits()
    {
        using var machine = new Machine();
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Start(() => KeBugCheckEx(0xE2, 1, 2, 3, 4));
            KeWaitForSingleObject(new KEvent());
        }));

        Assert.Equal(0xE2u, stop.Code);
        Assert.Equal(0xE2u, Assert.Throws<BugCheckException>(machine.RunUntilIdle).Code);
    }

    [Fact]
    public void A_failed_assertion_in_a_system_thread_comes_out_of_the_host_call_and_the_machine_goes_on()
    {
        using var machine = new Machine();
        var failure = new InvalidTimeZoneException("stands for an assertion");
        machine.Run(() => Start(() => throw failure));

        Assert.Same(failure, Record.Exception(machine.RunUntilIdle));
        Assert.Equal(Kirql.PASSIVE_LEVEL, machine.Run(KeGetCurrentIrql));
        machine.RunUntilIdle();
    }

    [Theory]
    [InlineData(true, 0x7Eu)]
    [InlineData(false, 0xC8u)]
    public void A_system_thread_that_ends_with_a_status_or_raised_stops_the_machine(bool raises, uint code)
    {
        using var machine = new Machine();
        machine.Run(() => Start(() =>
        {
            if (raises)
                throw new NtStatusException(NtStatus.STATUS_ACCESS_VIOLATION);
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out _);
        }));

        Assert.Equal(code, Assert.Throws<BugCheckException>(machine.RunUntilIdle).Code);
    }

    [Fact]
    public void Waiting_for_what_cannot_happen_any_more_is_an_error_of_the_host()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            var never = new KEvent();
            Assert.Contains("System/Main", Assert.Throws<InvalidOperationException>(() => { KeWaitForSingleObject(never); }).Message);
            Assert.Throws<InvalidOperationException>(() => { KeWaitForSingleObject(never); });
        });
    }

    [Fact]
    public void A_system_thread_that_met_the_deadlock_of_the_host_call_can_still_be_woken_later()
    {
        using var machine = new Machine();
        KEvent forThread = new(), forHost = new();
        bool woken = false;
        machine.Run(() =>
        {
            Start(() => { KeWaitForSingleObject(forThread); woken = true; });
            Assert.Throws<InvalidOperationException>(() => { KeWaitForSingleObject(forHost); });
        });
        Assert.False(woken);
        machine.Run(() => KeSetEvent(forThread, 0, false));
        machine.RunUntilIdle();

        Assert.True(woken);
    }

    [Fact]
    public void A_thread_that_ends_last_leaves_the_deadlock_to_the_host_call()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            Start(() => { });
            Assert.Throws<InvalidOperationException>(() => { KeWaitForSingleObject(new KEvent()); });
        });
    }

    [Fact]
    public void Disposal_ends_parked_threads_through_their_finally_blocks_one_by_one()
    {
        var ended = new List<string>();
        var machine = new Machine();
        machine.Run(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                int number = i;
                Start(() =>
                {
                    try
                    {
                        KeWaitForSingleObject(new KEvent());
                    }
                    finally
                    {
                        ended.Add($"{number}: {Record.Exception(() => { KeGetCurrentIrql(); })?.GetType().Name}");
                    }
                });
            }
        });
        machine.RunUntilIdle();
        machine.Dispose();
        machine.Dispose();

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"{i}: ObjectDisposedException"), ended.Order());
        Assert.Throws<ObjectDisposedException>(() => machine.Run(() => { }));
        Assert.Throws<ObjectDisposedException>(machine.RunUntilIdle);
    }

    [Fact]
    public void Disposal_also_ends_threads_that_wait_inside_a_host_call_of_theirs_or_never_ran()
    {
        var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        bool ended = false;
        machine.Run(() => Start(() =>
        {
            try
            {
                process.Run(() => KeWaitForSingleObject(new KEvent()));
            }
            finally
            {
                ended = true;
            }
        }));
        machine.RunUntilIdle();
        machine.Run(() => Start(() => Assert.Fail("the machine is off")));
        machine.Dispose();

        Assert.True(ended);
    }

    [Fact]
    public void A_machine_cannot_be_disposed_by_code_that_it_runs()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            Assert.Throws<InvalidOperationException>(machine.Dispose);
            Assert.Equal(Kirql.PASSIVE_LEVEL, KeGetCurrentIrql());
        });
    }

    [Fact]
    public void Host_calls_nest_and_put_the_context_back()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        machine.Run(() =>
        {
            EThread outer = PsGetCurrentThread();
            process.Run(() =>
            {
                Assert.Same(process.Object, PsGetCurrentProcess());
                Assert.Same(outer.Process, machine.Run(() => machine.Run(PsGetCurrentProcess)));
                Assert.Same(process.Object, PsGetCurrentProcess());
            });
            Assert.Same(outer, PsGetCurrentThread());
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            Assert.Throws<InvalidOperationException>(() => process.Run(() => { }));
            Assert.Equal(Kirql.DISPATCH_LEVEL, KeGetCurrentIrql());
            KeLowerIrql(old);
        });
    }

    [Fact]
    public void Host_calls_that_nest_on_different_threads_end_in_any_order()
    {
        using var machine = new Machine();
        UserProcess first = machine.CreateProcess("first"), second = machine.CreateProcess("second");
        KEvent forFirst = new(), forSecond = new();
        var log = new List<string>();
        machine.Run(() =>
        {
            Start(() =>
            {
                first.Run(() => { KeWaitForSingleObject(forFirst); log.Add("first"); });
                throw new InvalidTimeZoneException("stands for an assertion");
            });
            Start(() => second.Run(() => { KeWaitForSingleObject(forSecond); log.Add("second"); }));
        });
        machine.RunUntilIdle();
        machine.Run(() => KeSetEvent(forFirst, 0, false));
        Assert.Throws<InvalidTimeZoneException>(machine.RunUntilIdle);
        machine.Run(() => KeSetEvent(forSecond, 0, false));
        machine.RunUntilIdle();

        Assert.Equal(["first", "second"], log);
    }

    [Fact]
    public void Running_until_idle_inside_a_system_thread_waits_for_the_others_only()
    {
        using var machine = new Machine();
        var log = new List<string>();
        machine.Run(() => Start(() =>
        {
            Start(() => { KeDelayExecutionThread(KProcessorMode.KernelMode, false, -100); log.Add("inner"); });
            machine.RunUntilIdle();
            log.Add("outer");
        }));
        machine.RunUntilIdle();

        Assert.Equal(["inner", "outer"], log);
    }

    [Fact]
    public void A_nested_call_by_a_process_whose_thread_waits_is_made_by_another_thread_of_it()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        KEvent @event = new();
        process.Run(() =>
        {
            EThread main = PsGetCurrentThread();
            Start(() => process.Run(() =>
            {
                Assert.NotSame(main, PsGetCurrentThread());
                Assert.Same(process.Object, PsGetCurrentProcess());
                KeSetEvent(@event, 0, false);
            }));
            Assert.Equal(NtStatus.STATUS_SUCCESS, KeWaitForSingleObject(@event));
            Assert.Same(main, PsGetCurrentThread());
        });
    }

    [Fact]
    public void Two_machines_can_call_into_each_other_on_one_host_thread()
    {
        using Machine first = new(), second = new();
        EProcess own = first.Run(PsGetCurrentProcess);
        first.Run(() =>
        {
            second.Run(() =>
            {
                Assert.NotSame(own, PsGetCurrentProcess());
                first.Run(() => Assert.Same(own, PsGetCurrentProcess()));
                Assert.NotSame(own, PsGetCurrentProcess());
            });
            Assert.Same(own, PsGetCurrentProcess());
        });
    }

    [Fact]
    public void Host_threads_take_turns_in_one_machine()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        int inside = 0, calls = 0;
        Parallel.For(0, 200, i =>
        {
            nuint buffer = process.Allocate(64);
            process.Write(buffer, [(byte)i]);
            process.Run(() =>
            {
                Assert.Equal(1, ++inside);
                KeDelayExecutionThread(KProcessorMode.KernelMode, false, -1);
                Assert.Equal((byte)i, VirtualMemory.Read<byte>(buffer));
                calls++;
                inside--;
            });
            process.Free(buffer);
        });

        Assert.Equal(200, calls);
    }

    [Fact]
    public void Many_machines_run_side_by_side()
    {
        int[] results = new int[32];
        Parallel.For(0, results.Length, i =>
        {
            using var machine = new Machine(new() { MemoryBytes = 1 << 20, Seed = i });
            machine.Run(() =>
            {
                var done = new KEvent();
                Start(() =>
                {
                    KeDelayExecutionThread(KProcessorMode.KernelMode, false, -10);
                    results[i] = (int)machine.System.Scheduler.Now;
                    KeSetEvent(done, 0, false);
                });
                KeWaitForSingleObject(done);
            });
        });

        Assert.All(results, result => Assert.Equal(10, result));
    }

    [Fact]
    public void An_apc_runs_in_its_thread_while_that_thread_waits_or_is_outside_the_machine()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        var log = new List<string>();
        EThread main = null!;
        process.Run(() => main = PsGetCurrentThread());
        machine.Run(() => machine.System.Scheduler.QueueApc(main, new LoggingApc(log)));
        machine.RunUntilIdle();
        Assert.Equal(["app/Main at APC_LEVEL"], log);

        process.Run(() =>
        {
            KEvent @event = new();
            Start(() =>
            {
                machine.System.Scheduler.QueueApc(main, new LoggingApc(log));
                KeDelayExecutionThread(KProcessorMode.KernelMode, false, -5);
                Assert.Equal(2, log.Count);
                KeSetEvent(@event, 0, false);
            });
            KeWaitForSingleObject(@event);
        });

        Assert.Equal(["app/Main at APC_LEVEL", "app/Main at APC_LEVEL"], log);
    }

    [Fact]
    public void An_apc_is_held_back_at_apc_level()
    {
        using var machine = new Machine();
        var log = new List<string>();
        machine.Run(() =>
        {
            KeRaiseIrql(Kirql.APC_LEVEL, out Kirql old);
            machine.System.Scheduler.QueueApc(PsGetCurrentThread(), new LoggingApc(log));
            Assert.Empty(log);
            KeLowerIrql(old);
            Assert.Single(log);
        });
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_and_another_seed_another_one()
    {
        string first = TraceOf(seed: 1);

        Assert.Equal(first, TraceOf(seed: 1));
        Assert.Contains(Enumerable.Range(2, 8), seed => TraceOf(seed) != first);
    }

    private static string TraceOf(int seed)
    {
        var trace = new List<string>();
        using var machine = new Machine(new()
        {
            Seed = seed,
            Trace = record => trace.Add($"{record.Time} {record.Irql} {record.Thread} {record.Routine} {record.Value1:X}"),
        });
        machine.Run(() =>
        {
            KEvent shared = new();
            for (int i = 0; i < 6; i++)
            {
                int number = i;
                PsCreateSystemThread(out _, _ =>
                {
                    for (int round = 0; round < 5; round++)
                    {
                        var timer = new KTimer();
                        var dpc = new KDpc();
                        KeInitializeDpc(dpc, (_, _, _, _) => KeSetEvent(shared, 0, false), null);
                        KeSetTimer(timer, -(number % 3 + 1), dpc);
                        KeWaitForSingleObject(shared, -(long)Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 40, 1) & 7);
                        trace.Add($"thread {number} round {round}");
                    }
                }, null);
            }
        });
        machine.RunUntilIdle();
        return string.Join('\n', trace);
    }

    private static void Start(Action body) => PsCreateSystemThread(out _, _ => body(), null);

    private sealed class LoggingApc(List<string> log) : KApc
    {
        internal override void Run() => log.Add($"{PsGetCurrentThread()} at {KeGetCurrentIrql()}");
    }
}
