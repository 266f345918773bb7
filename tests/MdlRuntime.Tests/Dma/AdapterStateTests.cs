using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>What the machine counts for each adapter.</summary>
public sealed class AdapterStateTests
{
    [Fact, Proves("DMA-312", "DMA-179")]
    public void Allocated_and_freed_are_counted_in_pairs_until_they_meet()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(5000, 0);
        PhysicalAddress logical = default;
        nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out logical, true));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            adapter.FreeMapRegisters(registers, 1);
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 5000);
            adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, given, _) =>
            {
                registers = given;
                return KeepObject;
            }, null);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 100);

            DmaAdapterState during = Only(bench);
            Assert.Equal((adapter.Address, 5100ul), (during.Address, during.MappedBytes));
            Assert.Equal((new(4, 1), new(1, 0), new(1, 0), new(3, 2)), Counts(during));
            Assert.Equal(3u, during.MapRegisters.Outstanding);

            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false);
            Assert.Equal(5000ul, Only(bench).MappedBytes);
            adapter.FreeAdapterChannel();
            adapter.PutScatterGatherList(list, writeToDevice: false);
        });
        bench.Machine.Run(() => adapter.FreeCommonBuffer(PAGE_SIZE, logical, buffer, true));

        DmaAdapterState after = Only(bench);
        Assert.Equal((new(4, 4), new(1, 1), new(1, 1), new(3, 3)), Counts(after));
        Assert.Equal(0ul, after.MappedBytes);
        bench.Machine.Run(adapter.PutDmaAdapter);
        Assert.Empty(bench.Machine.DmaAdapters);
    }

    [Fact, Proves("DMA-313")]
    public void A_register_file_shows_what_each_register_maps()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(10000, 0xF38);
        nuint start = mdl.VirtualAddress;
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 4);
            MapRegisterFile empty = Assert.Single(Only(bench).Files);
            Assert.Equal(new MapRegisterEntry[4], empty.Entries);
            Assert.NotEqual(0ul, empty.Base);

            Map(adapter, mdl, registers, start, 4396);
            MapRegisterFile mapped = Assert.Single(Only(bench).Files);
            Assert.Equal(empty.Base, mapped.Base);
            Assert.Equal([new(200, start), new(4096, start + 200), new(100, start + 4296), default], mapped.Entries);

            adapter.FlushAdapterBuffers(mdl, registers, start, 4396, writeToDevice: false);
            Assert.Equal(new MapRegisterEntry[4], Assert.Single(Only(bench).Files).Entries);
            adapter.FreeMapRegisters(registers, 4);
            Assert.Empty(Only(bench).Files);
        });
    }

    [Fact, Proves("DMA-312", "DMA-077")]
    public void Each_adapter_has_its_own()
    {
        using var bench = new DmaBench();
        DmaAdapter first = bench.GetAdapter(Packet24), second = bench.GetAdapter(Packet24);
        bench.AtDispatch(() => bench.Allocate(second, 2));

        Assert.Equal([(first.Address, 0u), (second.Address, 2u)],
            bench.Machine.DmaAdapters.OrderBy(state => state.MapRegisters.Outstanding).Select(state => (state.Address, state.MapRegisters.Allocated)));
    }

    [Fact, Proves("DMA-318", "DMA-312")]
    public void A_finding_tells_what_happened_to_the_registers_and_the_mdl()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Survey));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false);
            adapter.FreeMapRegisters(registers, 1);
            adapter.FreeMapRegisters(registers, 1);
        });

        Assert.Equal([0x20ul, 0x05ul], bench.Machine.Findings.Select(finding => finding.Parameter1));
        Assert.Contains(bench.Machine.Findings[0].History, line => line.Contains("MmProbeAndLockPages", StringComparison.Ordinal));
        Assert.Contains(bench.Machine.Findings[1].History, line => line.Contains("FreeMapRegisters", StringComparison.Ordinal));
    }

    private static DmaAdapterState Only(DmaBench bench) => Assert.Single(bench.Machine.DmaAdapters);

    private static (AllocationCount Registers, AllocationCount Lists, AllocationCount Buffers, AllocationCount Channels) Counts(DmaAdapterState state) =>
        (state.MapRegisters, state.ScatterGatherLists, state.CommonBuffers, state.AdapterChannels);
}
