using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>Transfers through buffers of the verifier, and what is found around them.</summary>
public sealed class GuardedTransferTests
{
    private static readonly MachineOptions s_guarded = new() { LogicalEqualsPhysical = true, VerifyDmaBuffers = true };

    public static TheoryData<DeviceDescription, bool> Kinds
    {
        get
        {
            var kinds = new TheoryData<DeviceDescription, bool>();
            foreach (DeviceDescription description in (DeviceDescription[])[ScatterGather64, ScatterGather32, Packet64, Packet24])
            {
                kinds.Add(description, false);
                kinds.Add(description, true);
            }

            return kinds;
        }
    }

    [Fact, Proves("DMA-098", "DMA-315")]
    public void A_device_that_could_reach_the_pages_is_pointed_elsewhere()
    {
        using var bench = new DmaBench(s_guarded);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x800, 0x2000);
        bench.Write(mdl, mdl.VirtualAddress, Bytes(100, 1));
        bench.AtDispatch(() =>
        {
            (long logical, uint length) = Map(adapter, mdl, null, mdl.VirtualAddress, 100);

            Assert.Equal((100u, 0x800L), (length, logical & 0xFFF));
            Assert.NotEqual(0x200_0800, logical);
            Pfn pfn = new((nuint)(logical >> 12));
            Assert.Equal("DmaVrfy0"u8, bench.Machine.System.Memory.Arena.Bytes(pfn, 0x800 - 8, 8));
            Assert.Equal("DmaVrfy0"u8, bench.Machine.System.Memory.Arena.Bytes(pfn, 0x800 + 100, 8));
            Assert.Equal(Bytes(0x800 - 8, 0x0F), bench.Machine.System.Memory.Arena.Bytes(pfn, 0, 0x800 - 8));

            DeviceWrites(adapter, logical, Bytes(100, 2));
            Assert.Equal(Bytes(100, 1), bench.Read(mdl, mdl.VirtualAddress, 100));
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false);
            Assert.Equal(Bytes(100, 2), bench.Read(mdl, mdl.VirtualAddress, 100));
        });
    }

    [Theory, Proves("DMA-098")]
    [MemberData(nameof(Kinds))]
    public void Every_byte_goes_through_them_and_every_page_of_them_comes_back(DeviceDescription description, bool iommu)
    {
        using var bench = new DmaBench(s_guarded with { Iommu = iommu });
        DmaAdapter adapter = bench.GetAdapter(description);
        Mdl first = bench.Lock(5000, 0xF38), second = bench.Lock(3000, 0x10);
        first.Next = second;
        byte[] data = Numbered(8000);
        long free = bench.Machine.FreeFrames;
        bench.AtDispatch(() =>
        {
            bench.Write(first, first.VirtualAddress, data.AsSpan(0, 5000));
            bench.Write(second, second.VirtualAddress, data.AsSpan(5000));
            ScatterGatherList sent = bench.GetList(adapter, first, first.VirtualAddress, 8000, writeToDevice: true);
            Assert.Equal(data, Elements(sent).SelectMany(element => DeviceReads(adapter, element.Address, element.Length)));
            adapter.PutScatterGatherList(sent, writeToDevice: true);

            Array.Reverse(data);
            ScatterGatherList received = bench.GetList(adapter, first, first.VirtualAddress, 8000);
            int done = 0;
            foreach ((long address, uint length) in Elements(received))
            {
                DeviceWrites(adapter, address, data.AsSpan(done, (int)length));
                done += (int)length;
            }

            Assert.NotEqual(free, bench.Machine.FreeFrames);
            adapter.PutScatterGatherList(received, writeToDevice: false);
            Assert.Equal(data, bench.Read(first, first.VirtualAddress, 5000).Concat(bench.Read(second, second.VirtualAddress, 3000)));
        });
        Assert.Equal(free, bench.Machine.FreeFrames);
    }

    [Theory, Proves("DMA-315", "DMA-318")]
    [InlineData(-1, 1ul)]
    [InlineData(100, 2ul)]
    [InlineData(-9, 4ul)]
    [InlineData(-0x1800, 4ul)]
    [InlineData(108, 5ul)]
    [InlineData(0x17FF, 5ul)]
    public void What_is_written_around_them_by_whomever_is_found_when_they_are_flushed(int distance, ulong subCode)
    {
        using var bench = new DmaBench(s_guarded);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x800);
        long logical = 0;
        BugCheckException stop = bench.Stops(0x0F, () =>
        {
            logical = Map(adapter, mdl, null, mdl.VirtualAddress, 100).Address;
            Spoil(bench, (ulong)(logical + distance));
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false);
        });
        ulong start = (ulong)logical, corrupt = (ulong)(logical + distance);
        Assert.Equal(subCode < 3 ? (subCode, 100, start) : (subCode, start, corrupt), (stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("DMA-315")]
    public void A_write_of_the_device_is_reported_once()
    {
        using var bench = new DmaBench(s_guarded with { Verifier = VerifierMode.Survey });
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(5000, 0x800);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            (long logical, uint length) = Map(adapter, mdl, registers, mdl.VirtualAddress, 5000);
            DeviceWrites(adapter, logical + length, 1, 2, 3);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 5000, writeToDevice: false);
            adapter.FreeMapRegisters(registers, 2);
        });
        Finding finding = Assert.Single(bench.Machine.Findings);
        Assert.Equal((0xE6u, 0x0Ful, 2ul, "MDL2003"), (finding.BugCheckCode, finding.Parameter1, finding.Parameter2, finding.RuleId));
    }

    [Fact, Proves("DMA-314")]
    public void Only_the_first_64_registers_of_a_driver_are_watched()
    {
        using var bench = new DmaBench(s_guarded);
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { MaximumLength = 1 << 20 });
        Mdl first = bench.Lock(63 * PAGE_SIZE, 0x800), second = bench.Lock(PAGE_SIZE, 0, 0x2000);
        bench.AtDispatch(() =>
        {
            ScatterGatherList list = bench.GetList(adapter, first, first.VirtualAddress, 63 * PAGE_SIZE);
            Assert.Equal(0x200_0000, Map(adapter, second, null, second.VirtualAddress, PAGE_SIZE).Address);
            adapter.FlushAdapterBuffers(second, null, second.VirtualAddress, PAGE_SIZE, writeToDevice: false);

            adapter.PutScatterGatherList(list, writeToDevice: false);
            Assert.NotEqual(0x200_0000, Map(adapter, second, null, second.VirtualAddress, PAGE_SIZE).Address);
        });
    }

    [Theory, Proves("DMA-098", "DMA-370")]
    [InlineData(VerifierMode.Off, true)]
    [InlineData(VerifierMode.Strict, false)]
    public void Without_verifier_or_option_transfers_stay_in_place(VerifierMode verifier, bool option)
    {
        using var bench = new DmaBench(s_guarded with { Verifier = verifier, VerifyDmaBuffers = option });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x800, 0x2000);
        bench.AtDispatch(() => Assert.Equal(0x200_0800, Map(adapter, mdl, null, mdl.VirtualAddress, 100).Address));
    }

    [Fact, Proves("DMA-315", "DMA-318")]
    public void A_change_behind_a_free_register_is_found_when_it_is_handed_out()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        ulong page = bench.Machine.System.Layer<DmaSystem>().Registers.Address(1);
        Spoil(bench, page + 5);

        BugCheckException stop = bench.Stops(0x0F, () => bench.Allocate(adapter, 3));

        Assert.Equal((3ul, page + 5, "MDL4003"), (stop.Parameter2, stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("DMA-315", "DMA-318")]
    public void A_change_behind_a_free_register_is_found_when_an_adapter_is_released()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        ulong page = bench.Machine.System.Layer<DmaSystem>().Registers.Address(40);
        Spoil(bench, page);

        BugCheckException stop = bench.Stops(0x0F, adapter.PutDmaAdapter);

        Assert.Equal((3ul, page), (stop.Parameter2, stop.Parameter3));
    }

    private static void Spoil(DmaBench bench, ulong physical) =>
        bench.Machine.System.Memory.Arena.Byte(new((nuint)(physical >> 12)), (uint)(physical & 0xFFF)) ^= 0x5A;
}
