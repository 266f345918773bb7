using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using static MdlRuntime.Executive;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmCopyFlags;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmCopyMemory, whose source may be bad.</summary>
public sealed class MemoryCopyTests
{
    [Fact, Proves("MDL-333")]
    public void It_copies_from_virtual_and_physical_addresses() => InProcess((machine, process, buffer) =>
    {
        process.Write(buffer + 0xFFE, [1, 2, 3, 4]);
        nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x40, Tag);

        Assert.Equal(STATUS_SUCCESS, MmCopyMemory(pool, buffer + 0xFFE, 4, MM_COPY_MEMORY_VIRTUAL, out nuint transferred));
        Assert.Equal((4, 0x0403_0201), ((int)transferred, VirtualMemory.Read<int>(pool)));
        ulong physical = (ulong)MmGetPhysicalAddress(buffer + 0x1000).QuadPart;
        Assert.Equal(STATUS_SUCCESS, MmCopyMemory(pool + 8, physical, 2, MM_COPY_MEMORY_PHYSICAL, out _));
        Assert.Equal(0x0403, VirtualMemory.Read<short>(pool + 8));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-333")]
    public void A_bad_source_ends_the_copy_without_a_stop() => InProcess((machine, _, _) =>
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x2000, Tag);
        nuint freed = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);
        ExFreePool(freed);
        using var device = new DeviceMemory(machine, 0x1000);
        nuint registers = MmMapIoSpace(device.Base, 0x1000, MemoryCachingType.MmNonCached);
        ulong[] bad = [freed, 0, 0x1000, registers, unchecked((ulong)-4096L), 0x0000_9000_0000_0000];

        Assert.All(bad, address =>
        {
            Assert.Equal(STATUS_INVALID_ADDRESS, MmCopyMemory(pool, address, 0x10, MM_COPY_MEMORY_VIRTUAL, out nuint transferred));
            Assert.Equal((nuint)0, transferred);
        });
        Assert.Equal(STATUS_INVALID_ADDRESS, MmCopyMemory(pool, (ulong)device.Base.QuadPart, 1, MM_COPY_MEMORY_PHYSICAL, out _));
        Assert.Equal(STATUS_INVALID_ADDRESS, MmCopyMemory(pool, 0x0FFF_F800, 0x1000, MM_COPY_MEMORY_PHYSICAL, out nuint some));
        Assert.Equal((nuint)0x800, some);
    });

    [Theory, Proves("MDL-333")]
    [InlineData(MmCopyFlags.None)]
    [InlineData(MM_COPY_MEMORY_PHYSICAL | MM_COPY_MEMORY_VIRTUAL)]
    [InlineData((MmCopyFlags)4)]
    public void Exactly_one_kind_of_source_is_named(MmCopyFlags flags) => InProcess((_, _, buffer) =>
        Assert.Equal(STATUS_INVALID_PARAMETER, MmCopyMemory(buffer, buffer + 0x1000, 4, flags, out _)));

    [Fact, Proves("MDL-333", "MDL-517")]
    public void Apc_level_is_the_highest() =>
        Finds(0xC4, "MDL6004", (_, _, _) =>
        {
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x10, Tag);
            return new(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmCopyMemory(pool, pool + 8, 8, MM_COPY_MEMORY_VIRTUAL, out _)), 0x20019, 2);
        });
}
