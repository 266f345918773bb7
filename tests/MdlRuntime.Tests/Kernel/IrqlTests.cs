using MdlRuntime.Simulation;
using static MdlRuntime.KernelCore;

namespace MdlRuntime.Tests.Kernel;

public sealed class IrqlTests
{
    public static TheoryData<string, uint, Action> Misuses => new()
    {
        { "raise downwards", 0x09, () => { KeRaiseIrql(Kirql.DISPATCH_LEVEL, out _); KeRaiseIrql(Kirql.APC_LEVEL, out _); } },
        { "lower upwards", 0x0A, () => KeLowerIrql(Kirql.APC_LEVEL) },
        { "return raised", 0x4A, () => KeRaiseIrql(Kirql.APC_LEVEL, out _) },
        { "dpc returns raised", 0xC8, () => InDpc(() => KeRaiseIrql(Kirql.HIGH_LEVEL, out _)) },
        { "dpc returns lowered", 0xC8, () => InDpc(() => KeLowerIrql(Kirql.PASSIVE_LEVEL)) },
        { "wait raised", 0x0A, () => { KeRaiseIrql(Kirql.DISPATCH_LEVEL, out _); KeWaitForSingleObject(new KEvent()); } },
        { "delay raised", 0x0A, () => { KeRaiseIrql(Kirql.DISPATCH_LEVEL, out _); KeDelayExecutionThread(KProcessorMode.KernelMode, false, -1); } },
        { "wait in a dpc", 0xB8, () => InDpc(() => KeWaitForSingleObject(new KEvent(), -10)) },
        { "acquire a held lock", 0x0F, () => { var spinLock = new KSpinLock(); KeAcquireSpinLock(spinLock, out _); KeAcquireSpinLock(spinLock, out _); } },
        { "release a free lock", 0x10, () => KeReleaseSpinLock(new KSpinLock(), Kirql.PASSIVE_LEVEL) },
        { "detach without attach", 0x06, KeUnstackDetachProcess },
        { "raise in a dpc without handler", 0x1E, () => InDpc(() => throw new NtStatusException(NtStatus.STATUS_IN_PAGE_ERROR)) },
    };

    [Theory]
    [MemberData(nameof(Misuses))]
    public void Misuse_stops_the_machine_for_good(string misuse, uint code, Action driverCode)
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(16);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(driverCode));

        Assert.True(code == stop.Code, $"{misuse}: {stop.Message}");
        Assert.All((Action[])
        [
            () => machine.Run(() => { }), () => machine.Run(() => 1), machine.RunUntilIdle, () => machine.CreateProcess("late"),
            () => process.Run(() => { }), () => process.Allocate(1), () => process.Free(buffer), () => process.Write(buffer, [1]),
            () => process.Read(buffer, new byte[1]), () => process.Protect(buffer, 1, PageProtection.PAGE_READONLY),
        ], entry => Assert.Equal((stop.Code, stop.Message), Described(Assert.Throws<BugCheckException>(entry))));
    }

    [Fact]
    public void A_driver_that_swallows_a_stop_meets_it_again_at_its_next_call()
    {
        using var machine = new Machine();

        Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Assert.Throws<BugCheckException>(() => KeBugCheckEx(0xE2, 1, 2, 3, 4));
            KeGetCurrentIrql();
        }));
    }

    [Fact]
    public void An_irql_above_high_level_does_not_exist()
    {
        using var machine = new Machine();
        machine.Run(() => Assert.Throws<ArgumentOutOfRangeException>(() => KeRaiseIrql((Kirql)16, out _)));
    }

    [Fact]
    public void A_spin_lock_raises_to_dispatch_level_and_back()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            var spinLock = new KSpinLock();
            KeInitializeSpinLock(spinLock);
            KeAcquireSpinLock(spinLock, out Kirql old);
            Assert.Equal((Kirql.DISPATCH_LEVEL, Kirql.PASSIVE_LEVEL), (KeGetCurrentIrql(), old));
            KeReleaseSpinLock(spinLock, old);
            Assert.Equal(Kirql.PASSIVE_LEVEL, KeGetCurrentIrql());
            KeAcquireSpinLock(spinLock, out old);
            KeReleaseSpinLock(spinLock, old);
        });
    }

    [Fact]
    public void A_failed_assertion_at_raised_irql_reaches_the_host_unchanged_and_the_machine_goes_on()
    {
        using var machine = new Machine();
        var failure = new InvalidTimeZoneException("stands for an assertion");

        Exception? seen = Record.Exception(() => machine.Run(() =>
        {
            KeRaiseIrql(Kirql.HIGH_LEVEL, out _);
            throw failure;
        }));

        Assert.Same(failure, seen);
        Assert.Equal(Kirql.PASSIVE_LEVEL, machine.Run(KeGetCurrentIrql));
    }

    [Fact]
    public void Outside_a_machine_a_routine_says_how_to_enter_one()
    {
        Assert.Contains("Machine.Run", Assert.Throws<InvalidOperationException>(() => { KeGetCurrentIrql(); }).Message);
        using var machine = new Machine();
        machine.Run(() => { });
        Assert.Contains("Machine.Run", Assert.Throws<InvalidOperationException>(() => { KeGetCurrentIrql(); }).Message);
    }

    private static (uint, string) Described(BugCheckException stop) => (stop.Code, stop.Message);

    private static void InDpc(Action action)
    {
        var dpc = new KDpc();
        KeInitializeDpc(dpc, (_, _, _, _) => action(), null);
        KeInsertQueueDpc(dpc, null, null);
    }
}
