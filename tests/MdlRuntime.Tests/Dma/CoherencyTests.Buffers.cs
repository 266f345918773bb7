using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

// The tails of transfers, shared lines and common buffers.
public sealed partial class CoherencyTests
{
    [Theory, Proves("DMA-240")]
    [InlineData(100u, 4u)]
    [InlineData(5u, 5u)]
    [InlineData(64u, 0u)]
    public void The_tail_of_a_transfer_arrives_with_the_flush(uint count, uint held)
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, Length);
            DeviceWrites(adapter, logical, Bytes(count, 5));
            Assert.Equal([.. Bytes(count - held, 5), .. Bytes(held, 0)], Load(mdl)[..(int)count]);

            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, Length, writeToDevice: false);
            Assert.Equal(Bytes(count, 5), Load(mdl)[..(int)count]);
        });
    }

    [Fact, Proves("DMA-240", "DMA-299")]
    public void The_tail_of_a_transfer_arrives_with_FlushDmaBuffer_too()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(s_version3);
        Mdl mdl = bench.Lock(Length, 0);
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, Length);
            DeviceWrites(adapter, logical, Bytes(100, 5));
            Assert.Equal([.. Bytes(96, 5), .. Bytes(4, 0)], Load(mdl)[..100]);

            Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.FlushDmaBuffer(mdl, readOperation: true));

            Assert.Equal(Bytes(100, 5), Load(mdl)[..100]);
        });
    }

    [Fact, Proves("DMA-240")]
    public void A_tail_is_not_held_for_a_device_that_goes_on_nor_in_a_common_buffer()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(s_version3);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(Length, out PhysicalAddress logical, cacheEnabled: true);
            DeviceWrites(adapter, logical.QuadPart, 1, 2, 3);
            Assert.Equal(0x00030201, VirtualMemory.Read<int>(buffer) & 0xFF_FFFF);
            adapter.FreeCommonBuffer(Length, logical, buffer, cacheEnabled: true);
        });
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, Length);
            DeviceWrites(adapter, logical, 1, 2, 3);
            DeviceWrites(adapter, logical + 3, 4, 5, 6);
            Assert.Equal([1, 2, 3, 0, 0, 0], Load(mdl)[..6]);
            Assert.Equal([1, 2, 3, 4, 5, 6], DeviceReads(adapter, logical, 6));
        });
    }

    [Fact, Proves("DMA-322")]
    public void A_store_beside_a_buffer_tears_the_line_that_they_share()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl page = bench.Lock(4096, 0);
        byte[] expected = [.. Bytes(32, 0), .. Bytes(96, 5)];
        bench.AtDispatch(() =>
        {
            nuint view = ViewOf(page);
            KeFlushIoBuffers(page, readOperation: true, dmaOperation: true);
            (long logical, _) = Map(adapter, page, null, page.VirtualAddress, 4096);

            // The buffer is bytes 32 to 127; a neighbour's counter in front of it is counted before the device writes.
            VirtualMemory.Write(view, 1);
            DeviceWrites(adapter, logical + 32, Bytes(96, 5));
            adapter.FlushAdapterBuffers(page, null, page.VirtualAddress, 4096, writeToDevice: false);
            Assert.Equal(Bytes(32, 0), Load(page)[32..64]);
            Assert.Equal(Bytes(64, 5), Load(page)[64..128]);
        });
        bench.Machine.RunUntilIdle();
        bench.AtDispatch(() =>
        {
            KeFlushIoBuffers(page, readOperation: true, dmaOperation: true);
            Assert.Equal([1, .. new byte[63], .. expected[64..]], Load(page)[..128]);
        });
    }

    [Fact, Proves("DMA-217", "DMA-225")]
    public void Common_buffers_are_uncached_and_need_no_flush()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBuffer(Length, out PhysicalAddress logical, cacheEnabled: true);
            VirtualMemory.CopyFrom(buffer, Numbered(Length));
            Assert.Equal(Numbered(Length), DeviceReads(adapter, logical.QuadPart, Length));
            DeviceWrites(adapter, logical.QuadPart, Bytes(Length, 5));
            Assert.Equal(5, VirtualMemory.Read<byte>(buffer + 4095));
        });
    }

    [Fact, Proves("DMA-239", "DMA-299")]
    public void A_cached_common_buffer_is_flushed_after_the_device_has_written_and_before_it_is_read()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(s_version3);
        bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBufferWithBounds(null, null, Length, 0, MemoryCachingType.MmCached, 0, out PhysicalAddress logical);
            Mdl packet = IoManager.IoAllocateMdl(buffer, Length, false, false, null)!;
            MmBuildMdlForNonPagedPool(packet);
            VirtualMemory.CopyFrom(buffer, Bytes(Length, 0));
            KeFlushIoBuffers(packet, readOperation: true, dmaOperation: true);
            for (byte round = 1; round < 4; round++)
            {
                DeviceWrites(adapter, logical.QuadPart, Bytes(Length, round));
                Assert.Equal(round - 1, VirtualMemory.Read<byte>(buffer + 100));

                if (round == 2)
                    adapter.FlushDmaBuffer(packet, readOperation: true);
                else
                    KeFlushIoBuffers(packet, readOperation: true, dmaOperation: true);
                Assert.Equal(round, VirtualMemory.Read<byte>(buffer + 100));
            }

            IoManager.IoFreeMdl(packet);
            adapter.FreeCommonBuffer(Length, logical, buffer, cacheEnabled: true);
        });
    }

    [Fact, Proves("DMA-224", "DMA-235")]
    public void Memory_that_was_a_cached_common_buffer_is_flushed_like_any_other_after_it_was_freed()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(s_version3), request = bench.GetAdapter(ScatterGather64);
        nuint frame = bench.Machine.Run(() =>
        {
            nuint buffer = adapter.AllocateCommonBufferWithBounds(null, null, PAGE_SIZE, 0, MemoryCachingType.MmCached, 0, out PhysicalAddress logical);
            nuint first = (nuint)(MmGetPhysicalAddress(buffer).QuadPart >> PAGE_SHIFT);
            adapter.FreeCommonBuffer(PAGE_SIZE, logical, buffer, cacheEnabled: true);
            return first;
        });
        Mdl mdl = bench.Lock(Length, 0, frame);
        bench.AtDispatch(() =>
        {
            KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true);
            ReceiveOnce(request, mdl, 5);
            Assert.Equal(Bytes(Length, 5), Load(mdl));
        });
    }

    [Fact, Proves("DMA-299")]
    public void FlushDmaBuffer_does_what_KeFlushIoBuffers_does_for_DMA()
    {
        using var bench = new DmaBench(Incoherent());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64), version3 = bench.GetAdapter(s_version3);
        Mdl mdl = bench.Lock(Length, 0x40);
        bench.AtDispatch(() =>
        {
            Store(mdl, 1);
            Assert.Equal(NtStatus.STATUS_SUCCESS, version3.FlushDmaBuffer(mdl, readOperation: false));
            Assert.Equal(Bytes(Length, 1), SendOnce(adapter, mdl));
            Assert.Equal(NtStatus.STATUS_SUCCESS, version3.FlushDmaBuffer(mdl, readOperation: true));
            ReceiveOnce(adapter, mdl, 2);
            Assert.Equal(Bytes(Length, 2), Load(mdl));
        });
    }
}
