using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

public sealed class InterruptTests
{
    [Fact]
    public void An_interrupt_completes_a_read_through_the_dpc_of_the_device()
    {
        var log = new List<(string, Kirql)>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            IoMarkIrpPending(irp);
            IoStartPacket(device, irp);
            return NtStatus.STATUS_PENDING;
        }, driver => driver.DriverStartIo = (_, _) => log.Add(("StartIo", KeGetCurrentIrql())));
        test.Machine.Run(() =>
        {
            IoInitializeDpcRequest(test.Device, (_, device, irp, context) =>
            {
                log.Add(((string)context!, KeGetCurrentIrql()));
                Complete(irp!, NtStatus.STATUS_SUCCESS, 8);
                IoStartNextPacket(device, cancelable: false);
            });
            Assert.Equal(NtStatus.STATUS_SUCCESS, IoConnectInterrupt(out _, (_, _) =>
            {
                log.Add(("Isr", KeGetCurrentIrql()));
                IoRequestDpc(test.Device, test.Device.CurrentIrp, "Dpc");
                return true;
            }, null, vector: 5, (Kirql)7));
        });
        Task<IoStatusBlock> read = test.Handle.ReadAsync(test.Process.Allocate(8), 8);

        InterruptLine.ForVector(test.Machine, 5).Assert();
        test.Machine.RunUntilIdle();

        Assert.Equal([("StartIo", Kirql.DISPATCH_LEVEL), ("Isr", (Kirql)7), ("Dpc", Kirql.DISPATCH_LEVEL)], log);
        Assert.Equal((nuint)8, ResultOf(read).Information);
    }

    [Fact]
    public void A_disconnected_routine_is_not_called_again()
    {
        int calls = 0;
        using var machine = new Machine();
        machine.Run(() =>
        {
            IoConnectInterrupt(out KInterrupt? interrupt, (_, _) => ++calls > 0, null, vector: 5, (Kirql)7);
            InterruptLine line = InterruptLine.ForVector(machine, 5);
            line.Assert();
            IoDisconnectInterrupt(interrupt!);
            line.Assert();
            Assert.Throws<ArgumentException>(() => IoDisconnectInterrupt(interrupt!));
        });

        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_level_that_is_no_device_irql_is_refused()
    {
        using var machine = new Machine();
        machine.Run(() => Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER,
            IoConnectInterrupt(out _, (_, _) => true, null, vector: 5, Kirql.DISPATCH_LEVEL)));
    }
}
