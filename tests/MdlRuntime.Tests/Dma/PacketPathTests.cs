using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Where the routines of a packet-based transfer run, how often, and what a flush ends.</summary>
public sealed class PacketPathTests
{
    [Fact, Proves("DMA-129", "DMA-137")]
    public void A_routine_that_had_to_wait_runs_in_the_thread_that_released()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        DeviceObject other = bench.NewDevice();
        EThread? asked = null, ran = null;
        bench.AtDispatch(() => adapter.AllocateAdapterChannel(other, 1, (_, _, _, _) => IoAllocationAction.KeepObject, null));
        bench.App.Run(() =>
        {
            asked = ProcessStructure.PsGetCurrentThread();
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) =>
            {
                Assert.Equal(Kirql.DISPATCH_LEVEL, KeGetCurrentIrql());
                ran = ProcessStructure.PsGetCurrentThread();
                return IoAllocationAction.DeallocateObject;
            }, null);
            KeLowerIrql(old);
        });
        Assert.Null(ran);

        EThread releasing = bench.Machine.Run(ProcessStructure.PsGetCurrentThread);
        bench.AtDispatch(adapter.FreeAdapterChannel);

        Assert.Same(releasing, ran);
        Assert.NotSame(asked, ran);
    }

    [Fact, Proves("DMA-130", "DMA-126", "DMA-128", "DMA-200")]
    public void One_request_in_stages_has_one_AdapterControl_and_programs_its_device_at_device_irql()
    {
        var events = new List<(string, Kirql)>();
        using var machine = new Machine(new()
        {
            MapRegisters = 2,
            Trace = record =>
            {
                if (record.Routine is "StartIo" or "KeFlushIoBuffers" or "AllocateAdapterChannel" or "AdapterControl" or "BlockDevice.Doorbell" or "InterruptService"
                    or "DpcRoutine" or "FlushAdapterBuffers" or "FreeMapRegisters" or "IoStartNextPacket" or "IoCompleteRequest")
                    events.Add((record.Routine, record.Irql));
            },
        });
        var driver = new TransferDriver(@"\Device\Path", new(machine, new MemoryMedium(new byte[0x3000]), new() { ScatterGather = false }), Packet64);
        machine.LoadDriver("path", driver.DriverEntry);
        UserProcess app = machine.CreateProcess("app");
        nuint buffer = app.Allocate(0x3000);
        using DeviceHandle handle = app.Open(driver.Name);
        events.Clear();

        Assert.Equal((nuint)0x3000, handle.Read(buffer, 0x3000).Information);

        Kirql dispatch = Kirql.DISPATCH_LEVEL, device = (Kirql)7;
        Assert.Equal(
            [
                ("StartIo", dispatch), ("KeFlushIoBuffers", dispatch), ("AllocateAdapterChannel", dispatch), ("AdapterControl", dispatch), ("BlockDevice.Doorbell", device),
                ("InterruptService", device), ("DpcRoutine", dispatch), ("FlushAdapterBuffers", dispatch), ("BlockDevice.Doorbell", device),
                ("InterruptService", device), ("DpcRoutine", dispatch), ("FlushAdapterBuffers", dispatch), ("FreeMapRegisters", dispatch), ("IoStartNextPacket", dispatch),
                ("IoCompleteRequest", dispatch),
            ],
            events);
    }

    [Fact, Proves("DMA-135")]
    public void Two_requests_for_the_dpc_before_it_runs_are_one()
    {
        using var bench = new DmaBench();
        int runs = 0;
        bench.Machine.Run(() => IoInitializeDpcRequest(bench.Device, (_, _, _, _) => runs++));
        bench.AtDispatch(() =>
        {
            IoRequestDpc(bench.Device, null, null);
            IoRequestDpc(bench.Device, null, null);
            Assert.Equal(0, runs);
        });
        Assert.Equal(1, runs);
        bench.AtDispatch(() => IoRequestDpc(bench.Device, null, null));
        Assert.Equal(2, runs);
    }

    [Fact, Proves("DMA-168", "DMA-171")]
    public void A_flush_ends_the_mapping_and_leaves_the_registers()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0);
        BugCheckException stop = bench.Stops(0x26, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            for (int round = 0; round < 3; round++)
            {
                Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
                adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false);
            }

            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
            DeviceWrites(adapter, logical, 1);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false);
            DeviceWrites(adapter, logical, 2);
        });
        Assert.Equal("MDL4003", stop.RuleId);
    }

    [Fact, Proves("DMA-171")]
    public void Without_verifier_what_the_device_delivers_after_the_flush_is_lost()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
            DeviceWrites(adapter, logical, Bytes(40, 0x55));
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false);
            DeviceWrites(adapter, logical + 40, Bytes(60, 0x55));

            Assert.Equal(Bytes(40, 0x55), bench.Read(mdl, mdl.VirtualAddress, 40));
            Assert.DoesNotContain((byte)0x55, bench.Read(mdl, mdl.VirtualAddress + 40, 60));
        });
    }

    [Fact, Proves("DMA-169", "DMA-131")]
    public void A_flush_of_more_than_was_mapped_reports_that_not_all_arrived()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(200, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
            Assert.False(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 200, writeToDevice: false));
            Assert.False(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false));
        });
    }

    [Theory, Proves("DMA-120")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_transfer_takes_no_system_page_table_entries(bool isBounced)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(isBounced ? Packet24 : ScatterGather64);
        Mdl mdl = bench.Lock(8192, 0, 0x1000, 0x2000);
        int free = bench.Machine.FreeSystemPtes;
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 8192);
            Assert.Equal(free, bench.Machine.FreeSystemPtes);
            adapter.PutScatterGatherList(list, writeToDevice: false);
        });
        bench.Machine.Run(() => MemoryManager.MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute));
        Assert.True(bench.Machine.FreeSystemPtes <= free - 2);
    }
}
