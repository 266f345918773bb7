using MdlRuntime.Simulation;
using static MdlRuntime.KernelCore;
using static MdlRuntime.ProcessStructure;

namespace MdlRuntime.Tests.Kernel;

public sealed class ThreadTests
{
    [Fact]
    public void A_waiting_caller_lets_system_threads_run_and_goes_on_when_one_sets_its_event()
    {
        using var machine = new Machine(new() { Seed = 7 });
        machine.Run(() =>
        {
            var log = new List<string>();
            KEvent ping = NewEvent(), pong = NewEvent();
            Start(() =>
            {
                KeWaitForSingleObject(ping);
                log.Add("pong");
                KeSetEvent(pong, 0, wait: false);
            });

            log.Add("ping");
            KeSetEvent(ping, 0, wait: false);
            Assert.Equal(NtStatus.STATUS_SUCCESS, KeWaitForSingleObject(pong));

            Assert.Equal(["ping", "pong"], log);
        });
    }

    [Fact]
    public void A_notification_event_wakes_all_and_stays_set_and_a_synchronization_event_wakes_one_each_time()
    {
        using var machine = new Machine();
        int woken = 0;
        KEvent notification = NewEvent(notification: true), synchronization = NewEvent();
        foreach (KEvent @event in (KEvent[])[notification, synchronization])
        {
            machine.Run(() =>
            {
                for (int i = 0; i < 3; i++)
                    Start(() => { KeWaitForSingleObject(@event); woken++; });
            });
        }

        machine.RunUntilIdle();
        Assert.Equal(0, woken);
        machine.Run(() => Assert.Equal(0, KeSetEvent(notification, 0, false)));
        machine.RunUntilIdle();
        Assert.Equal(3, woken);
        machine.Run(() => Assert.Equal(1, KeSetEvent(notification, 0, false)));
        for (int i = 1; i <= 3; i++)
        {
            machine.Run(() => Assert.Equal(0, KeSetEvent(synchronization, 0, false)));
            machine.RunUntilIdle();
            Assert.Equal(3 + i, woken);
        }

        machine.Run(() =>
        {
            KeSetEvent(synchronization, 0, false);
            Assert.Equal(NtStatus.STATUS_SUCCESS, KeWaitForSingleObject(synchronization, 0));
            Assert.Equal(NtStatus.STATUS_TIMEOUT, KeWaitForSingleObject(synchronization, 0));
            KeClearEvent(notification);
            Assert.Equal(NtStatus.STATUS_TIMEOUT, KeWaitForSingleObject(notification, 0));
        });
    }

    [Fact]
    public void A_wait_ends_when_its_time_is_over_and_virtual_time_has_passed_by_exactly_that()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            var @event = NewEvent();
            Assert.Equal(NtStatus.STATUS_TIMEOUT, KeWaitForSingleObject(@event, -250));
            Assert.Equal(250, machine.System.Scheduler.Now);
            Assert.Equal(NtStatus.STATUS_TIMEOUT, KeWaitForSingleObject(@event, 400));
            Assert.Equal(400, machine.System.Scheduler.Now);
            Assert.Equal(NtStatus.STATUS_TIMEOUT, KeWaitForSingleObject(@event, 399));
            Assert.Equal(400, machine.System.Scheduler.Now);
        });
    }

    [Fact]
    public void A_wait_that_is_satisfied_leaves_no_time_limit_behind()
    {
        using var machine = new Machine();
        var @event = NewEvent();
        machine.Run(() =>
        {
            Start(() => KeSetEvent(@event, 0, false));
            Assert.Equal(NtStatus.STATUS_SUCCESS, KeWaitForSingleObject(@event, -1_000_000));
        });
        machine.RunUntilIdle();

        Assert.Equal(0, machine.System.Scheduler.Now);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-long.MaxValue)]
    public void The_longest_times_do_not_wrap(long timeout)
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            KeDelayExecutionThread(KProcessorMode.KernelMode, false, -10);
            var @event = NewEvent();
            Start(() =>
            {
                KeDelayExecutionThread(KProcessorMode.KernelMode, false, -1000);
                KeSetEvent(@event, 0, false);
            });
            Assert.Equal(NtStatus.STATUS_SUCCESS, KeWaitForSingleObject(@event, timeout));
        });
    }

    [Fact]
    public void A_delay_lets_timers_expire_in_virtual_time()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            int expired = 0;
            var dpc = new KDpc();
            var timer = new KTimer();
            KeInitializeDpc(dpc, (_, _, _, _) => expired++, null);
            KeInitializeTimer(timer);
            Assert.False(KeSetTimer(timer, -1000, dpc));

            KeDelayExecutionThread(KProcessorMode.KernelMode, alertable: false, -500);
            Assert.Equal(0, expired);
            KeDelayExecutionThread(KProcessorMode.KernelMode, alertable: false, -501);

            Assert.Equal(1, expired);
        });
    }

    [Fact]
    public void A_timer_set_again_moves_and_a_cancelled_one_never_expires()
    {
        using var machine = new Machine();
        var expiries = new List<long>();
        machine.Run(() =>
        {
            var dpc = new KDpc();
            KTimer moved = new(), cancelled = new();
            KeInitializeDpc(dpc, (_, _, _, _) => expiries.Add(machine.System.Scheduler.Now), null);
            Assert.False(KeSetTimer(moved, -100, dpc));
            Assert.True(KeSetTimer(moved, 300, dpc));
            Assert.False(KeSetTimer(cancelled, -200, dpc));
            Assert.True(KeCancelTimer(cancelled));
            Assert.False(KeCancelTimer(cancelled));
        });
        machine.RunUntilIdle();

        Assert.Equal([300], expiries);
    }

    [Fact]
    public void Timers_that_are_moved_for_ever_do_not_pile_up()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            var dpc = new KDpc();
            var timer = new KTimer();
            KeInitializeDpc(dpc, static (_, _, _, _) => { }, null);
            for (int i = 0; i < 1000; i++)
                KeSetTimer(timer, -1_000_000, dpc);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100_000; i++)
                KeSetTimer(timer, -1_000_000, dpc);

            // Clearing out takes a short list now and then; a queue that grew would take megabytes.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
        });
    }

    [Fact]
    public void Polling_with_the_shortest_delay_lets_others_run_and_time_pass()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            bool expired = false, ran = false;
            var dpc = new KDpc();
            KeInitializeDpc(dpc, (_, _, _, _) => expired = true, null);
            KeSetTimer(new KTimer(), -20, dpc);
            Start(() => ran = true);
            while (!expired || !ran)
                KeDelayExecutionThread(KProcessorMode.KernelMode, false, 0);
        });

        Assert.Equal(20, machine.System.Scheduler.Now);
    }

    [Fact]
    public void System_threads_run_in_the_system_process_at_passive_level()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        EThread? seen = null, created = null;
        process.Run(() => PsCreateSystemThread(out created, _ =>
        {
            seen = PsGetCurrentThread();
            Assert.NotSame(process.Object, PsGetCurrentProcess());
            Assert.Equal(Kirql.PASSIVE_LEVEL, KeGetCurrentIrql());
        }, null));
        machine.RunUntilIdle();

        Assert.NotNull(created);
        Assert.Same(created, seen);
    }

    [Fact]
    public void Attachments_nest_and_belong_to_their_thread()
    {
        using var machine = new Machine();
        UserProcess first = machine.CreateProcess("first"), second = machine.CreateProcess("second");
        machine.Run(() =>
        {
            EProcess system = PsGetCurrentProcess();
            KeStackAttachProcess(first.Object);
            KeStackAttachProcess(second.Object);
            Assert.Same(second.Object, PsGetCurrentProcess());
            Start(() => Assert.Same(system, PsGetCurrentProcess()));
            KeDelayExecutionThread(KProcessorMode.KernelMode, false, -1);
            KeUnstackDetachProcess();
            Assert.Same(first.Object, PsGetCurrentProcess());
            KeUnstackDetachProcess();
            Assert.Same(system, PsGetCurrentProcess());
        });
    }

    [Fact]
    public void Each_thread_keeps_its_own_irql_across_a_wait()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            KEvent @event = NewEvent();
            KeRaiseIrql(Kirql.APC_LEVEL, out Kirql old);
            Start(() =>
            {
                Assert.Equal(Kirql.PASSIVE_LEVEL, KeGetCurrentIrql());
                KeSetEvent(@event, 0, false);
            });
            KeWaitForSingleObject(@event);
            Assert.Equal(Kirql.APC_LEVEL, KeGetCurrentIrql());
            KeLowerIrql(old);
        });
    }

    private static void Start(Action body) => PsCreateSystemThread(out _, _ => body(), null);

    private static KEvent NewEvent(bool notification = false)
    {
        var @event = new KEvent();
        KeInitializeEvent(@event, notification, state: false);
        return @event;
    }
}
