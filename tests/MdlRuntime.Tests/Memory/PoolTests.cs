using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Memory;

public sealed class PoolTests
{
    private const uint Tag = 0x74736554;

    [Fact]
    public void Blocks_below_a_page_never_cross_one_and_never_overlap()
    {
        using var memory = new MemorySystem(8 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        var random = new Random(4);
        var blocks = new SortedDictionary<nuint, nuint>();
        for (int i = 0; i < 2000; i++)
        {
            if (blocks.Count > 0 && random.Next(3) == 0)
            {
                nuint victim = blocks.Keys.ElementAt(random.Next(blocks.Count));
                Assert.True(memory.NonPagedPool.Free(victim));
                blocks.Remove(victim);
            }

            nuint size = (nuint)random.Next(1, random.Next(4) == 0 ? (int)PAGE_SIZE : 300);
            nuint address = memory.NonPagedPool.Allocate(size, Tag, zero: true);
            Assert.Equal(0u, address % 16);
            Assert.True(BYTE_OFFSET(address) + size <= PAGE_SIZE);
            blocks.Add(address, size);
        }

        Assert.All(blocks.Zip(blocks.Skip(1)), pair => Assert.True(pair.First.Key + pair.First.Value <= pair.Second.Key));
        Assert.Equal(blocks.Count, memory.NonPagedPool.Live.Count);
    }

    [Fact]
    public void A_block_of_a_page_or_more_is_page_aligned_and_scattered()
    {
        using var memory = new MemorySystem(8 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);

        nuint address = memory.NonPagedPool.Allocate(3 * PAGE_SIZE + 1, Tag, zero: false);

        Assert.Equal(0u, BYTE_OFFSET(address));
        ReadOnlySpan<Pte> entries = memory.NonPagedRegion.Entries(address, 4);
        for (int i = 1; i < entries.Length; i++)
            Assert.NotEqual(entries[i - 1].Pfn.Number + 1, entries[i].Pfn.Number);
    }

    [Fact]
    public void Freeing_everything_gives_back_every_frame_and_address()
    {
        using var memory = new MemorySystem(8 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        long frames = memory.Frames.FreeCount;
        int pages = memory.PagedRegion.FreePages;
        nuint[] blocks = [.. Enumerable.Range(1, 500).Select(i => memory.PagedPool.Allocate((nuint)i * 37, Tag, zero: false))];

        Assert.All(blocks, block => Assert.True(memory.PagedPool.Free(block)));

        Assert.Equal(frames, memory.Frames.FreeCount);
        Assert.Equal(pages, memory.PagedRegion.FreePages);
        Assert.Empty(memory.PagedPool.Live);
    }

    [Fact]
    public void Pool_that_is_used_up_yields_no_address_and_works_again_after_a_free()
    {
        using var memory = new MemorySystem(1 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        var blocks = new List<nuint>();
        while (memory.NonPagedPool.Allocate(PAGE_SIZE, Tag, zero: false) is > 0 and nuint block)
            blocks.Add(block);

        Assert.Equal(255, blocks.Count);
        Assert.Equal((nuint)0, memory.NonPagedPool.Allocate(16, Tag, zero: false));
        Assert.Equal((nuint)0, memory.PagedPool.Allocate(16, Tag, zero: false));
        Assert.True(memory.NonPagedPool.Free(blocks[0]));
        Assert.NotEqual((nuint)0, memory.PagedPool.Allocate(16, Tag, zero: false));
    }

    [Fact]
    public void A_contiguous_block_has_consecutive_frames()
    {
        using var memory = new MemorySystem(1 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);

        nuint address = memory.NonPagedPool.Allocate(4 * PAGE_SIZE, Tag, zero: true, contiguous: true);

        nuint first = memory.NonPagedRegion[address].Pfn.Number;
        for (nuint i = 1; i < 4; i++)
            Assert.Equal(first + i, memory.NonPagedRegion[address + i * PAGE_SIZE].Pfn.Number);
    }

    [Theory]
    [InlineData(POOL_FLAG_NON_PAGED)]
    [InlineData(POOL_FLAG_PAGED)]
    public void Memory_is_zeroed_unless_it_is_asked_for_uninitialized(ulong pool)
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            nuint keeper = ExAllocatePool2(pool, 64, Tag);
            nuint block = ExAllocatePool2(pool, 64, Tag);
            RuntimeLibrary.RtlFillMemory(block, 64, 0xAB);
            ExFreePool(block);
            nuint stale = ExAllocatePool2(pool | POOL_FLAG_UNINITIALIZED, 64, Tag);
            byte left = VirtualMemory.Read<byte>(stale + 63);
            ExFreePool(stale);
            nuint zeroed = ExAllocatePool2(pool, 64, Tag);

            Assert.Equal(0xAB, left);
            Assert.Equal(block, stale);
            Assert.Equal(0, VirtualMemory.Read<byte>(zeroed + 63));
            ExFreePoolWithTag(zeroed, 0);
            ExFreePoolWithTag(keeper, Tag);
        });
    }

    [Theory]
    [InlineData(0ul, 16ul, Tag)]
    [InlineData(POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED, 16ul, Tag)]
    [InlineData(POOL_FLAG_PAGED, 16ul, 0u)]
    [InlineData(POOL_FLAG_NON_PAGED, 1ul << 40, Tag)]
    public void A_bad_argument_or_an_impossible_length_yields_null(ulong flags, ulong bytes, uint tag)
    {
        using var machine = new Machine();
        Assert.Equal((nuint)0, machine.Run(() => ExAllocatePool2(flags, (nuint)bytes, tag)));
    }

    [Theory]
    [Proves("MDL-102", "MDL-536", "MDL-518")]
    [InlineData(VerifierMode.Off, 0xC2u, "BAD_POOL_CALLER")]
    [InlineData(VerifierMode.Strict, 0xC4u, "DRIVER_VERIFIER_DETECTED_VIOLATION")]
    public void Freeing_twice_stops_the_machine(VerifierMode mode, uint code, string name)
    {
        using var machine = new Machine(new() { Verifier = mode });
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            nuint block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, Tag);
            ExFreePool(block);
            ExFreePool(block);
        }));

        Assert.Equal((code, name), (stop.Code, stop.Name));
    }

    [Fact]
    [Proves("MDL-536")]
    public void Freeing_with_a_strange_tag_or_inside_a_block_stops_with_bad_pool_caller()
    {
        Assert.Equal((0xC2u, 0x0Aul, (ulong)Tag, 0x21ul), StopOf(block => ExFreePoolWithTag(block, 0x21)));
        Assert.Equal((0xC2u, 0x46ul, 0ul, 0ul), StopOf(block => ExFreePool(block + 16)));

        static (uint, ulong, ulong, ulong) StopOf(Action<nuint> misuse)
        {
            using var machine = new Machine(new() { Verifier = VerifierMode.Off });
            var stop = Assert.Throws<BugCheckException>(() => machine.Run(() => misuse(ExAllocatePool2(POOL_FLAG_PAGED, 64, Tag))));
            return (stop.Code, stop.Parameter1, stop.Parameter3, stop.Parameter4);
        }
    }

    [Theory]
    [Proves("MDL-518")]
    [InlineData(POOL_FLAG_PAGED, Kirql.DISPATCH_LEVEL, 0x01ul)]
    [InlineData(POOL_FLAG_NON_PAGED, Kirql.HIGH_LEVEL, 0x02ul)]
    public void Allocating_too_high_is_found_by_the_verifier(ulong pool, Kirql irql, ulong subcode)
    {
        using var machine = new Machine();
        var stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            KernelCore.KeRaiseIrql(irql, out _);
            ExAllocatePool2(pool, 64, Tag);
        }));

        Assert.Equal((0xC4u, subcode, (ulong)irql, 64ul), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter4));
    }

    [Theory]
    [Proves("MDL-518")]
    [InlineData(POOL_FLAG_PAGED, Kirql.DISPATCH_LEVEL, 0x11ul)]
    [InlineData(POOL_FLAG_NON_PAGED, Kirql.HIGH_LEVEL, 0x12ul)]
    public void Freeing_too_high_is_found_by_the_verifier(ulong pool, Kirql irql, ulong subcode)
    {
        using var machine = new Machine();
        nuint block = machine.Run(() => ExAllocatePool2(pool, 64, Tag));
        var stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            KernelCore.KeRaiseIrql(irql, out _);
            ExFreePool(block);
        }));

        Assert.Equal((0xC4u, subcode, (ulong)irql, (ulong)block), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter4));
    }

    [Fact]
    [Proves("MDL-518")]
    public void Allocating_nothing_is_found_by_the_verifier_and_yields_null_without_it()
    {
        using var strict = new Machine();
        using var off = new Machine(new() { Verifier = MdlRuntime.Verification.VerifierMode.Off });

        Assert.Equal(0ul, Assert.Throws<BugCheckException>(() => strict.Run(() => ExAllocatePool2(POOL_FLAG_PAGED, 0, Tag))).Parameter1);
        Assert.Equal((nuint)0, off.Run(() => ExAllocatePool2(POOL_FLAG_PAGED, 0, Tag)));
    }
}
