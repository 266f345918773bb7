using System.Reflection;
using MdlRuntime.Annotations;
using MdlRuntime.Simulation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Mdls;

/// <summary>Values of constants, and what the surface of an MDL consists of.</summary>
public sealed class MdlConstantTests
{
    [Fact, Proves("MDL-021", "MDL-022", "DMA-027")]
    public void Each_bit_of_the_flag_word_has_its_name()
    {
        string[] names =
        [
            "MDL_MAPPED_TO_SYSTEM_VA", "MDL_PAGES_LOCKED", "MDL_SOURCE_IS_NONPAGED_POOL", "MDL_ALLOCATED_FIXED_SIZE",
            "MDL_PARTIAL", "MDL_PARTIAL_HAS_BEEN_MAPPED", "MDL_IO_PAGE_READ", "MDL_WRITE_OPERATION",
            "MDL_LOCKED_PAGE_TABLES", "MDL_FREE_EXTRA_PTES", "MDL_DESCRIBES_AWE", "MDL_IO_SPACE",
            "MDL_NETWORK_HEADER", "MDL_MAPPING_CAN_FAIL", "MDL_PAGE_CONTENTS_INVARIANT", "MDL_INTERNAL",
        ];
        Assert.Equal(names, Enumerable.Range(0, 16).Select(bit => Enum.GetName((MdlFlags)(1 << bit))));
        Assert.Equal(0x0927, (int)MdlFlags.MDL_MAPPING_FLAGS);
        Assert.True(unchecked((short)MdlFlags.MDL_INTERNAL) < 0);
    }

    [Fact, Proves("MDL-071")]
    public void Page_protections_have_the_values_of_the_headers() => Assert.Equal(
        [
            ("PAGE_NOACCESS", 0x01u), ("PAGE_READONLY", 0x02u), ("PAGE_READWRITE", 0x04u), ("PAGE_WRITECOPY", 0x08u), ("PAGE_EXECUTE", 0x10u),
            ("PAGE_EXECUTE_READ", 0x20u), ("PAGE_EXECUTE_READWRITE", 0x40u), ("PAGE_EXECUTE_WRITECOPY", 0x80u), ("PAGE_GUARD", 0x100u),
            ("PAGE_NOCACHE", 0x200u), ("PAGE_WRITECOMBINE", 0x400u),
        ],
        Enum.GetValues<PageProtection>().Select(value => (value.ToString(), (uint)value)));

    [Theory, Proves("MDL-072")]
    [InlineData("MM_DONT_ZERO_ALLOCATION", 0x01)]
    [InlineData("MM_ALLOCATE_FROM_LOCAL_NODE_ONLY", 0x02)]
    [InlineData("MM_ALLOCATE_FULLY_REQUIRED", 0x04)]
    [InlineData("MM_ALLOCATE_NO_WAIT", 0x08)]
    [InlineData("MM_ALLOCATE_PREFER_CONTIGUOUS", 0x10)]
    [InlineData("MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS", 0x20)]
    [InlineData("MM_ALLOCATE_FAST_LARGE_PAGES", 0x40)]
    [InlineData("MM_ALLOCATE_TRIM_IF_NECESSARY", 0x80)]
    [InlineData("MM_ALLOCATE_AND_HOT_REMOVE", 0x100)]
    public void Allocation_options_have_the_values_of_the_headers(string name, uint value) =>
        Assert.Equal(value, (uint)Enum.Parse<MmAllocateFlags>(name));

    [Fact, Proves("MDL-072")]
    public void No_node_in_particular_has_a_number() => Assert.Equal(0x8000_0000, MM_ANY_NODE_OK);

    [Theory, Proves("MDL-036")]
    [InlineData(0x1001u, 0u, 1u)]
    [InlineData(0xFFFu, 2u, 2u)]
    [InlineData(0x1FFFu, 0x1002u, 3u)]
    public void The_older_span_macro_counts_the_same(uint va, uint size, uint pages)
    {
        Assert.Equal(pages, COMPUTE_PAGES_SPANNED(va, size));
        Assert.Equal(ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, size), COMPUTE_PAGES_SPANNED(va, size));
    }

    [Theory, Proves("MDL-038")]
    [InlineData(0x12ul, 8ul, 0x10ul, 0x18ul)]
    [InlineData(0x10ul, 8ul, 0x10ul, 0x10ul)]
    [InlineData(0ul, 0x1000ul, 0ul, 0ul)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFul, 16ul, 0xFFFF_FFFF_FFFF_FFF0ul, 0ul)]
    public void Alignment_macros_round_to_powers_of_two(ulong value, ulong alignment, ulong down, ulong up)
    {
        (nuint number, nuint to) = ((nuint)value, (nuint)alignment);
        Assert.Equal(((nuint)down, (nuint)up), (ALIGN_DOWN_BY(number, to), ALIGN_UP_BY(number, to)));
        Assert.Equal(((nuint)down, (nuint)up), (ALIGN_DOWN_POINTER_BY(number, to), ALIGN_UP_POINTER_BY(number, to)));
    }

    [Theory, Proves("MDL-062")]
    [InlineData(0, 0, 0x50)]
    [InlineData(0xFFF, 0, 0x50)]
    [InlineData(0, 2, 0xD1)]
    public void The_bad_pointer_stops_where_a_null_pointer_would_only_raise(uint offset, byte irql, uint code)
    {
        BugCheckException stop = Stops(code, (_, _, _) =>
        {
            Assert.Throws<NtStatusException>(() => VirtualMemory.Read<byte>(0));
            AtIrql((Kirql)irql, () => VirtualMemory.Read<byte>(MM_BAD_POINTER + offset));
        });
        Assert.Equal(MM_BAD_POINTER + offset, stop.Parameter1);
        Assert.Equal(0u, BYTE_OFFSET(MM_BAD_POINTER));
    }

    [Fact, Proves("MDL-003", "MDL-004")]
    public void Only_the_link_and_the_flags_can_be_set_and_the_rest_is_marked_as_opaque()
    {
        PropertyInfo[] properties = typeof(Mdl).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        Assert.Equal(["MdlFlags", "Next"], properties.Where(property => property.SetMethod is { IsPublic: true }).Select(property => property.Name).Order());
        Assert.Equal(
            ["ByteCount", "ByteOffset", "MappedSystemVa", "Process", "Size", "StartVa"],
            properties.Where(property => property.IsDefined(typeof(OpaqueMemberAttribute))).Select(property => property.Name).Order());
    }

    [Fact, Proves("MDL-061")]
    public void No_macro_asks_what_an_mdl_is() =>
        Assert.DoesNotContain(typeof(MemoryManager).GetMethods(), method => method.Name.StartsWith("MmIsMdl", StringComparison.Ordinal));
}
