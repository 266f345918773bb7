using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>The names of old drivers stand for the routines of the table, and see null adapters that a method call cannot.</summary>
public sealed class ObsoleteNamesTests
{
    [Fact, Proves("DMA-012")]
    public void Old_names_lead_to_the_routines_of_the_table()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0x20, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = null;
            IoAllocateAdapterChannel(adapter, bench.Device, 1, (_, _, mapRegisterBase, _) =>
            {
                registers = mapRegisterBase;
                return IoAllocationAction.DeallocateObjectKeepRegisters;
            }, null);
            uint length = 100;
            PhysicalAddress logical = IoMapTransfer(adapter, mdl, registers, mdl.VirtualAddress, ref length, writeToDevice: false);
            DeviceWrites(adapter, logical.QuadPart, Numbered(100));
            Assert.True(IoFlushAdapterBuffers(adapter, mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false));
            IoFreeMapRegisters(adapter, registers, 1);
            Assert.Equal(Numbered(100), bench.Read(mdl, mdl.VirtualAddress, 100));

            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => IoAllocationAction.KeepObject, null);
            IoFreeAdapterChannel(adapter);
            adapter.PutDmaAdapter();
        });
    }

    public static TheoryData<string, Action<DeviceObject, Mdl>> Calls => new()
    {
        { "IoAllocateAdapterChannel", (device, _) => IoAllocateAdapterChannel(null, device, 1, (_, _, _, _) => default, null) },
        { "IoMapTransfer", (_, mdl) => { uint length = 1; IoMapTransfer(null, mdl, null, mdl.VirtualAddress, ref length, false); } },
        { "IoFlushAdapterBuffers", (_, mdl) => IoFlushAdapterBuffers(null, mdl, null, mdl.VirtualAddress, 1, false) },
        { "IoFreeAdapterChannel", (_, _) => IoFreeAdapterChannel(null) },
        { "IoFreeMapRegisters", (_, _) => IoFreeMapRegisters(null, null, 1) },
    };

    [Theory, Proves("DMA-082", "DMA-012")]
    [MemberData(nameof(Calls))]
    public void A_null_adapter_is_a_stop(string routine, Action<DeviceObject, Mdl> call)
    {
        using (var strict = new DmaBench())
        {
            Mdl mdl = strict.Lock(1, 0);
            BugCheckException stop = strict.Stops(0x19, () => call(strict.Device, mdl));
            Assert.Contains(routine, stop.Message, StringComparison.Ordinal);
        }

        using var off = new DmaBench(Physical(VerifierMode.Off));
        Mdl locked = off.Lock(1, 0);
        BugCheckException fault = Assert.Throws<BugCheckException>(() => off.AtDispatch(() => call(off.Device, locked)));
        Assert.Equal((0xD1u, 0x08ul), (fault.Code, fault.Parameter1));
    }

    [Fact, Proves("DMA-082")]
    public void A_method_of_a_null_adapter_stops_where_the_driver_reads_the_table()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter? adapter = null;
        DriverObject driver = bench.Machine.LoadDriver("careless", (driver, _) =>
        {
            driver.AddDevice = (_, _) =>
            {
                adapter!.GetDmaAlignment();
                return NtStatus.STATUS_SUCCESS;
            };
            return NtStatus.STATUS_SUCCESS;
        });
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Plug(driver));
        Assert.Equal((0x7Eu, 0xC0000005ul), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("DMA-012", "DMA-062", "DMA-311")]
    public void HalGetAdapter_has_had_its_day()
    {
        using (var strict = new DmaBench())
            Assert.Equal((0xE6u, 0x1Eul), Stop(Assert.Throws<BugCheckException>(() => strict.Machine.Run(() => HalGetAdapter(ScatterGather64, out _)))));

        using var off = new DmaBench(Physical(VerifierMode.Off));
        Assert.Null(off.Machine.Run(() => HalGetAdapter(ScatterGather64, out _)));
    }

    private static (uint, ulong) Stop(BugCheckException stop) => (stop.Code, stop.Parameter1);
}
