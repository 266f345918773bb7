using MdlRuntime.Verification;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>Worked examples of splitting, of wrong bases and of lengths past a buffer, number by number.</summary>
public sealed class WorkedExampleTests
{
    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-349", "DMA-089", "DMA-116", "DMA-194")]
    public void Ten_thousand_bytes_at_offset_0xF38_take_four_pages_and_as_many_registers()
    {
        using var bench = new DmaBench();
        bench.GetAdapter(ScatterGather64 with { MaximumLength = 10000 }, out uint granted);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        Assert.Equal((4u, 4u, 4), (granted, ADDRESS_AND_SIZE_TO_SPAN_PAGES(mdl.VirtualAddress, 10000), mdl.Pfns.Length));
        // 200 + 4096 + 4096 + 1608
        Assert.Equal((200u, 1608u), (PAGE_SIZE - 0xF38, 10000 - 200 - 2 * PAGE_SIZE));
    }

    [Theory, Proves("DMA-361", "DMA-195", "DMA-193", "DMA-196", "DMA-197", "DMA-200")]
    [InlineData(0u, 49152u, false, new uint[] { 20480, 20480, 8192 }, new uint[] { 5, 5, 2 })]
    [InlineData(0x200u, 45056u, false, new uint[] { 19968, 20480, 4608 }, new uint[] { 5, 5, 2 })]
    [InlineData(0x200u, 45056u, true, new uint[] { 16384, 16384, 12288 }, new uint[] { 5, 5, 4 })]
    public void Twelve_pages_go_through_five_registers_in_three_operations(uint offset, uint length, bool isConservative, uint[] chunks, uint[] registers)
    {
        using var bench = new DmaBench(Physical(mapRegisters: 5));
        DmaAdapter adapter = bench.GetAdapter(Packet64 with { MaximumLength = 1 << 16 }, out uint granted);
        Mdl mdl = bench.Lock(length, offset, [.. Enumerable.Range(0, 12).Select(i => (nuint)(0x3000 + 2 * i))]);
        Assert.Equal((5u, 12u), (granted, ADDRESS_AND_SIZE_TO_SPAN_PAGES(mdl.VirtualAddress, length)));
        var (done, used) = (new List<uint>(), new List<uint>());
        bench.AtDispatch(() =>
        {
            MapRegisters? given = bench.Allocate(adapter, granted);
            for (nuint va = mdl.VirtualAddress; va < mdl.VirtualAddress + length;)
            {
                uint limit = isConservative ? (granted - 1) * PAGE_SIZE : granted * PAGE_SIZE - BYTE_OFFSET(va);
                uint chunk = (uint)Math.Min(limit, mdl.VirtualAddress + length - va);
                Assert.Equal(chunk, Map(adapter, mdl, given, va, chunk).Length);
                done.Add(chunk);
                used.Add(given!.Map.RegistersUsed);
                Assert.True(adapter.FlushAdapterBuffers(mdl, given, va, chunk, writeToDevice: false));
                va += chunk;
            }

            adapter.FreeMapRegisters(given, granted);
        });
        Assert.Equal(chunks, done);
        Assert.Equal(registers, used);
    }

    [Fact, Proves("DMA-361", "DMA-158", "DMA-377")]
    public void The_documented_formula_needs_a_sixth_register_for_five()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 5));
        DmaAdapter adapter = bench.GetAdapter(Packet64 with { MaximumLength = 1 << 16 });
        Mdl mdl = bench.Lock(45056, 0x200);
        BugCheckException stop = bench.Stops(0x0C, () => Map(adapter, mdl, bench.Allocate(adapter, 5), mdl.VirtualAddress, 5 * PAGE_SIZE));
        Assert.Equal((6ul, 5ul), (stop.Parameter2, stop.Parameter3));
    }

    [Theory, Proves("DMA-362", "DMA-184", "DMA-187", "DMA-188")]
    [InlineData(0x0000_0000_0000_0000ul, 0xF_FFF8_009E_DCC0ul, 0x000u)]
    [InlineData(0x0000_0000_0000_0F38ul, 0xF_FFF8_009E_DCC0ul, 0xF38u)]
    [InlineData(0xFFFF_9A80_1122_3F38ul, 0xF_FFF1_A89F_EEE3ul, 0xF38u)]
    public void Wrong_bases_lead_to_page_indexes_far_outside_the_list(ulong currentVa, ulong index, uint offset)
    {
        nuint s = unchecked((nuint)0x0000_7FF6_1234_0000);
        nuint va = unchecked((nuint)currentVa);
        Assert.Equal((index, offset), (unchecked(va - s) >> PAGE_SHIFT, BYTE_OFFSET(va)));
    }

    /// <summary>Where one source tolerates the slack of the last page, lists here refuse every excess, as is recommended (DMA-375).</summary>
    [Theory, Proves("DMA-366", "DMA-375", "DMA-263", "DMA-400")]
    [InlineData(10_000u, false)]
    [InlineData(10_001u, true)]
    [InlineData(10_200u, true)]
    [InlineData(10_201u, true)]
    public void A_list_past_the_end_of_the_buffer_is_refused(uint length, bool isRefused)
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { MaximumLength = 1 << 16 });
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        NtStatus expected = isRefused ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
        int runs = 0;
        bench.AtDispatch(() =>
        {
            Assert.Equal(expected, adapter.CalculateScatterGatherList(mdl, mdl.VirtualAddress, length, out _, out _));
            Assert.Equal(expected, adapter.GetScatterGatherList(bench.Device, mdl, mdl.VirtualAddress, length, (_, _, _, _) => runs++, null, false));
        });
        Assert.Equal(isRefused ? 0 : 1, runs);
    }
}
