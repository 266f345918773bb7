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
            var ping = new KEvent();
            var pong = new KEvent();
            KeInitializeEvent(ping, notification: false, state: false);
            KeInitializeEvent(pong, notification: false, state: false);
            PsCreateSystemThread(out _, _ =>
            {
                KeWaitForSingleObject(ping);
                log.Add("pong");
                KeSetEvent(pong, 0, wait: false);
            }, null);

            log.Add("ping");
            KeSetEvent(ping, 0, wait: false);
            Assert.Equal(NtStatus.STATUS_SUCCESS, KeWaitForSingleObject(pong));

            Assert.Equal(["ping", "pong"], log);
        });
    }

    [Fact]
    public void A_stop_in_a_system_thread_comes_out_of_the_host_call_that_waits()
    {
        using var machine = new Machine();
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            var never = new KEvent();
            PsCreateSystemThread(out _, _ => KeBugCheckEx(0xE2, 1, 2, 3, 4), null);
            KeWaitForSingleObject(never);
        }));

        Assert.Equal(0xE2u, stop.Code);
        Assert.Equal(0xE2u, Assert.Throws<BugCheckException>(machine.RunUntilIdle).Code);
    }

    [Fact]
    public void Waiting_for_what_cannot_happen_any_more_is_an_error_of_the_host()
    {
        using var machine = new Machine();
        machine.Run(() => Assert.Throws<InvalidOperationException>(() => KeWaitForSingleObject(new KEvent())));
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
}
