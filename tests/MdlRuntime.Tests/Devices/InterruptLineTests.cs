using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using static MdlRuntime.KernelCore;

namespace MdlRuntime.Tests.Devices;

public sealed class InterruptLineTests
{
    private const uint Vector = 0x31;
    private const Kirql DeviceIrql = (Kirql)7;

    private readonly Machine _machine = new();
    private readonly List<Kirql> _services = [];

    [Fact]
    public void A_line_asserted_by_the_host_interrupts_in_the_next_run()
    {
        Connect();
        InterruptLine.ForVector(_machine, Vector).Assert();
        Assert.Empty(_services);

        _machine.RunUntilIdle();

        Assert.Equal([DeviceIrql], _services);
    }

    [Fact]
    public void A_line_asserted_by_machine_code_below_its_irql_interrupts_at_once()
    {
        Connect();
        _machine.Run(() =>
        {
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            InterruptLine.ForVector(_machine, Vector).Assert();

            Assert.Equal([DeviceIrql], _services);
            Assert.Equal(Kirql.DISPATCH_LEVEL, KeGetCurrentIrql());
            KeLowerIrql(old);
        });
    }

    [Fact]
    public void A_line_asserted_at_its_own_irql_waits_until_the_irql_falls()
    {
        KInterrupt interrupt = Connect();
        _machine.Run(() =>
        {
            KeSynchronizeExecution(interrupt, _ => AssertWhileHeldBack(), null);

            Assert.Equal([DeviceIrql], _services);
        });

        bool AssertWhileHeldBack()
        {
            InterruptLine.ForVector(_machine, Vector).Assert();
            Assert.Empty(_services);
            return true;
        }
    }

    [Fact]
    public void A_request_without_a_service_routine_waits_for_one()
    {
        InterruptLine.ForVector(_machine, Vector).Assert();
        _machine.RunUntilIdle();

        Connect();
        _machine.RunUntilIdle();

        Assert.Equal([DeviceIrql], _services);
    }

    [Fact]
    public void Only_the_service_routines_of_the_vector_run()
    {
        Connect();
        InterruptLine.ForVector(_machine, Vector + 1).Assert();

        _machine.RunUntilIdle();

        Assert.Empty(_services);
    }

    [Fact]
    public void A_stopped_machine_cannot_be_interrupted()
    {
        InterruptLine line = InterruptLine.ForVector(_machine, Vector);
        Assert.Throws<BugCheckException>(() => _machine.Run(() => KeBugCheckEx(0xE2, 0, 0, 0, 0)));

        Assert.Throws<BugCheckException>(line.Assert);
    }

    [Fact]
    public void A_line_needs_a_machine() =>
        Assert.Throws<ArgumentNullException>("machine", () => InterruptLine.ForVector(null!, Vector));

    private KInterrupt Connect()
    {
        var interrupt = new KInterrupt(Vector, DeviceIrql, Serve, null);
        _machine.System.Interrupts.Connect(interrupt);
        return interrupt;
    }

    private bool Serve(KInterrupt interrupt, object? context)
    {
        _services.Add(KeGetCurrentIrql());
        return true;
    }
}
