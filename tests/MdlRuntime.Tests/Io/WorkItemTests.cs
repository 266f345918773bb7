using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

public sealed class WorkItemTests
{
    [Fact]
    public void A_work_item_of_a_dispatch_level_routine_runs_at_passive_level_in_a_system_thread()
    {
        (Kirql Irql, EProcess? Process) seen = (Kirql.HIGH_LEVEL, null);
        EProcess system = null!;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            IoMarkIrpPending(irp);
            IoWorkItem item = IoAllocateWorkItem(device)!;
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            IoQueueWorkItem(item, (_, context) =>
            {
                seen = (KeGetCurrentIrql(), ProcessStructure.PsGetCurrentProcess());
                IoFreeWorkItem(item);
                Complete((Irp)context!, NtStatus.STATUS_SUCCESS, 3);
            }, irp);
            KeLowerIrql(old);
            return NtStatus.STATUS_PENDING;
        });
        test.Machine.Run(() => system = ProcessStructure.PsGetCurrentProcess());

        Assert.Equal((nuint)3, test.Handle.Read(test.Process.Allocate(8), 8).Information);
        Assert.Equal((nuint)3, test.Handle.Read(test.Process.Allocate(8), 8).Information);

        Assert.Equal((Kirql.PASSIVE_LEVEL, system), seen);
    }

    [Fact]
    public void Work_items_run_in_the_order_they_were_queued()
    {
        var log = new List<int>();
        using var test = new TestDevice(Neither);
        test.Machine.Run(() =>
        {
            for (int i = 0; i < 3; i++)
                IoQueueWorkItem(IoAllocateWorkItem(test.Device)!, (_, context) => log.Add((int)context!), i);
        });
        Assert.Empty(log);

        test.Machine.RunUntilIdle();

        Assert.Equal([0, 1, 2], log);
    }

    [Fact]
    public void Freeing_a_queued_work_item_stops_the_machine()
    {
        using var test = new TestDevice(Neither);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
        {
            IoWorkItem item = IoAllocateWorkItem(test.Device)!;
            IoQueueWorkItem(item, (_, _) => { }, null);
            IoFreeWorkItem(item);
        }));

        Assert.Equal(0xE4u, stop.Code);
    }
}
