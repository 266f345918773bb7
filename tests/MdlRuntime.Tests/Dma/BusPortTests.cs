using MdlRuntime.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>What a device reaches through its adapter, and what happens when it leaves it.</summary>
public sealed class BusPortTests
{
    [Fact, Proves("DMA-001", "DMA-255")]
    public void A_device_reads_and_writes_through_logical_addresses_across_pages()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4296, 0xF38, 0x1000, 0x1001);
        var port = new BusPort(adapter);
        PhysicalAddress logical = default;
        bench.AtDispatch(() => logical = new(Map(adapter, mdl, null, mdl.VirtualAddress, 4296).Address));

        port.Write(logical, Numbered(4296));

        byte[] read = new byte[100];
        port.Read(new(logical.QuadPart + 150), read);
        Assert.Equal(Numbered(250)[150..], read);
        Assert.Equal(Numbered(4296), bench.Read(mdl, mdl.VirtualAddress, 4296));
    }

    [Theory, Proves("DMA-328", "DMA-099", "DMA-184")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Survey)]
    public void A_physical_address_is_answered_by_nothing(VerifierMode mode)
    {
        using var bench = new DmaBench(new() { Verifier = mode });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Lock(4096, 0, 0x1000);
        BusFaultException fault = Assert.Throws<BusFaultException>(() => DeviceReads(adapter, 0x1000000, 16));
        Assert.Equal(0x1000000, fault.LogicalAddress.QuadPart);
        Assert.Contains("0x1000000: it is a physical address", fault.Message);
        Assert.Equal(mode == VerifierMode.Survey ? ["MDL4001"] : [], bench.Machine.Findings.Select(finding => finding.RuleId));
    }

    [Fact, Proves("DMA-301", "DMA-320", "DMA-328")]
    public void A_physical_address_stops_a_verified_machine()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceReads(adapter, 0x1000000, 16));
        Assert.Equal((0xE6u, 0x26ul, 0x1000000ul, 0ul, "MDL4001"), (stop.Code, stop.Parameter1, stop.Parameter3, stop.Parameter4, stop.RuleId));
    }

    [Fact, Proves("DMA-171", "DMA-301")]
    public void A_device_that_writes_after_the_flush_is_a_finding()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x1000);
        long logical = 0;
        bench.AtDispatch(() =>
        {
            logical = Map(adapter, mdl, null, mdl.VirtualAddress, 4096).Address;
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 4096, writeToDevice: false);
        });
        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceWrites(adapter, logical, 1));
        Assert.Equal((0x26ul, (ulong)logical, 1ul, "MDL4003"), (stop.Parameter1, stop.Parameter3, stop.Parameter4, stop.RuleId));
    }

    [Fact, Proves("DMA-171")]
    public void Without_verifier_a_device_that_writes_after_the_flush_changes_memory()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 64);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 64, writeToDevice: false);
            DeviceWrites(adapter, logical, Bytes(64, 0x55));

            Assert.Equal(Bytes(64, 0x55), DeviceReads(adapter, logical, 64));
            Assert.Equal(Bytes(64, 0), bench.Read(mdl, mdl.VirtualAddress, 64));
        });
    }

    [Theory, Proves("DMA-315", "DMA-336")]
    [InlineData(-1, 5ul, 4ul)]
    [InlineData(61, 4ul, 5ul)]
    public void A_device_that_writes_outside_the_mapped_bytes_is_a_finding(int offset, ulong count, ulong side)
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(64, 0x100, 0x1000);
        long logical = 0;
        bench.AtDispatch(() => logical = Map(adapter, mdl, null, mdl.VirtualAddress, 64).Address);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => DeviceWrites(adapter, logical + offset, Bytes((uint)count, 1)));
        Assert.Equal((0x0Ful, side, (ulong)logical), (stop.Parameter1, stop.Parameter2, stop.Parameter3));
    }

    [Fact, Proves("DMA-178", "DMA-301")]
    public void A_device_that_writes_what_is_mapped_for_reading_is_a_finding()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        long logical = 0;
        bench.AtDispatch(() => logical = Map(adapter, mdl, null, mdl.VirtualAddress, 64, writeToDevice: true).Address);
        Assert.Equal("MDL4008", Assert.Throws<BugCheckException>(() => DeviceWrites(adapter, logical, 1)).RuleId);
    }

    [Fact, Proves("DMA-006", "DMA-078")]
    public void Adapters_of_one_device_share_a_bus_and_those_of_another_do_not()
    {
        using var bench = new DmaBench(new());
        DmaAdapter reads = bench.GetAdapter(ScatterGather64), writes = bench.GetAdapter(ScatterGather64);
        DeviceObject device = bench.NewDevice();
        DmaAdapter other = bench.Machine.Run(() => IoManager.IoGetDmaAdapter(device, ScatterGather64, out _))!;
        Mdl mdl = bench.Lock(64, 0, 0x1000);
        long logical = 0;
        bench.AtDispatch(() => logical = Map(reads, mdl, null, mdl.VirtualAddress, 64).Address);
        Assert.Equal(Bytes(64, 0), DeviceReads(writes, logical, 64));
        Assert.Equal(0x26ul, Assert.Throws<BugCheckException>(() => DeviceReads(other, logical, 64)).Parameter1);
    }

    [Fact]
    public void The_end_of_the_address_space_does_not_wrap()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Assert.Throws<BusFaultException>(() => DeviceReads(adapter, -8, 16));
        Assert.Throws<BusFaultException>(() => DeviceReads(adapter, (256L << 20) - 8, 16));
        Assert.Equal(8, DeviceReads(adapter, (256L << 20) - 8, 8).Length);
        new BusPort(adapter).Read(new(-8), []);
    }
}
