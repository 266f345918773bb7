using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Mdls;

/// <summary>Page arithmetic and the values of the MDL constants.</summary>
public sealed class PageMacroTests
{
    [Fact, Proves("MDL-029")]
    public void A_page_has_4096_bytes() => Assert.Equal((4096u, 12), (PAGE_SIZE, PAGE_SHIFT));

    [Theory, Proves("MDL-030", "MDL-568", "DMA-031")]
    [InlineData(0x1000ul, 0u)]
    [InlineData(0x1FFFul, 0xFFFu)]
    [InlineData(0xFFFF_F800_1234_5678ul, 0x678u)]
    public void Byte_offset(ulong address, uint offset) => Assert.Equal(offset, BYTE_OFFSET((nuint)address));

    [Theory, Proves("MDL-031", "MDL-568", "DMA-031")]
    [InlineData(0x1FFFul, 0x1000ul)]
    [InlineData(0xFFFul, 0ul)]
    public void Page_align(ulong address, ulong page) => Assert.Equal((nuint)page, PAGE_ALIGN((nuint)address));

    [Theory, Proves("MDL-032", "MDL-569", "DMA-032")]
    [InlineData(0ul, 0ul)]
    [InlineData(1ul, 1ul)]
    [InlineData(4096ul, 1ul)]
    [InlineData(4097ul, 2ul)]
    [InlineData(0xFFFF_FFFFul, 0x100000ul)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFul, 0x10000000000000ul)]
    public void Bytes_to_pages(ulong size, ulong pages) => Assert.Equal((nuint)pages, BYTES_TO_PAGES((nuint)size));

    [Theory, Proves("MDL-033", "MDL-570", "DMA-032")]
    [InlineData(0ul, 0ul)]
    [InlineData(1ul, 4096ul)]
    [InlineData(4096ul, 4096ul)]
    [InlineData(4097ul, 8192ul)]
    [InlineData(0xFFFF_FFFF_FFFF_F000ul, 0xFFFF_FFFF_FFFF_F000ul)]
    [InlineData(0xFFFF_FFFF_FFFF_F001ul, 0ul)]
    public void Round_to_pages(ulong size, ulong rounded) => Assert.Equal((nuint)rounded, ROUND_TO_PAGES((nuint)size));

    [Theory, Proves("MDL-034", "MDL-035", "MDL-037", "MDL-571", "DMA-033")]
    [InlineData(0x1000u, 0u, 0u)]
    [InlineData(0x1001u, 0u, 1u)]
    [InlineData(0x1000u, 1u, 1u)]
    [InlineData(0xFFFu, 1u, 1u)]
    [InlineData(0xFFFu, 2u, 2u)]
    [InlineData(0x1000u, 0x1000u, 1u)]
    [InlineData(0x1001u, 0x1000u, 2u)]
    [InlineData(0x1FFFu, 0x1002u, 3u)]
    [InlineData(0x1000u, 0xFFFF_F000u, 0xFFFFFu)]
    public void Span_pages(uint address, uint size, uint pages) => Assert.Equal(pages, ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, size));

    [Fact, Proves("MDL-582", "MDL-065", "MDL-067")]
    public void Priority_values()
    {
        Assert.Equal(0x40000010u, (uint)(MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute));
        Assert.Equal(0xC0000020u, (uint)(MmPagePriority.HighPagePriority | MmPagePriority.MdlMappingNoWrite | MmPagePriority.MdlMappingNoExecute));
    }

    [Fact, Proves("MDL-063", "MDL-064", "MDL-070")]
    public void Enumeration_values()
    {
        Assert.Equal((0, 1), ((int)KProcessorMode.KernelMode, (int)KProcessorMode.UserMode));
        Assert.Equal((0, 1, 2), ((int)LockOperation.IoReadAccess, (int)LockOperation.IoWriteAccess, (int)LockOperation.IoModifyAccess));
        Assert.Equal((-1, 0, 1, 2, 6), ((int)MemoryCachingType.MmNotMapped, (int)MemoryCachingType.MmNonCached, (int)MemoryCachingType.MmCached,
            (int)MemoryCachingType.MmWriteCombined, (int)MemoryCachingType.MmMaximumCacheType));
    }

    [Fact, Proves("MDL-008")]
    public void The_end_in_the_last_page_follows_from_offset_and_length() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewMdl(buffer + 0xFFB, 10);
        Assert.Equal(5u, BYTE_OFFSET(MmGetMdlByteOffset(mdl) + MmGetMdlByteCount(mdl)));
    });

    [Fact, Proves("MDL-097", "MDL-342")]
    public void An_mdl_over_non_paged_memory_is_just_freed()
    {
        using Machine machine = NewMachine();
        machine.Run(() => IoFreeMdl(NewNonPaged(0x1000)));
        Assert.Empty(machine.Findings);
    }
}
