using MdlRuntime.Simulation;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Memory;

public sealed class UserSpaceTests
{
    [Fact]
    public void Freed_frames_and_addresses_can_be_used_again_for_ever()
    {
        using var memory = new MemorySystem(4 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        var space = new UserSpace(memory);
        long free = memory.Frames.FreeCount;
        for (int round = 0; round < 2000; round++)
        {
            Assert.True(space.TryAllocate(600, PteFlags.Writable, out nuint address));
            space.Remove(space.RegionAt(address)!);
        }

        Assert.Equal(free, memory.Frames.FreeCount);
        Assert.Empty(space.Regions);
    }

    [Fact]
    public void An_allocation_that_memory_cannot_hold_takes_neither_frames_nor_addresses()
    {
        using var memory = new MemorySystem(1 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        var space = new UserSpace(memory);
        Assert.False(space.TryAllocate((nuint)1 << 34, PteFlags.Writable, out _));
        Assert.False(space.TryAllocate((nuint)memory.Frames.FreeCount + 1, PteFlags.Writable, out _));

        Assert.True(space.TryAllocate((nuint)memory.Frames.FreeCount, PteFlags.Writable, out _));
        Assert.Equal(0, memory.Frames.FreeCount);
    }

    [Fact]
    public void Regions_never_touch_and_stale_addresses_are_reused_last()
    {
        using var memory = new MemorySystem(1 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        var space = new UserSpace(memory);
        Assert.True(space.TryAllocate(16, PteFlags.Writable, out nuint first));
        Assert.True(space.TryAllocate(1, PteFlags.Writable, out nuint second));
        space.Remove(space.RegionAt(first)!);
        Assert.True(space.TryAllocate(1, PteFlags.Writable, out nuint third));

        Assert.Equal(0u, first % UserSpace.AllocationGranularity);
        Assert.True(second > first + 16 * PAGE_SIZE);
        Assert.True(third > second);
        Assert.Equal(PteFlags.None, space.FlagsOf(first));
    }

    [Fact]
    public void The_search_for_addresses_wraps_around_and_passes_over_what_is_in_use()
    {
        using var memory = new MemorySystem(1 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        var space = new UserSpace(memory);
        nuint top = PAGE_ALIGN(UserSpace.HighestViewAddress);
        space.MapView(top, [1], PteFlags.Writable, MemoryCachingType.MmCached);
        space.MapView(UserSpace.LowestAddress, [1], PteFlags.Writable, MemoryCachingType.MmCached);

        space.MapView(top - 0x10000, [1], PteFlags.Writable, MemoryCachingType.MmCached);
        Assert.True(space.TryFindRange(1, out nuint address));

        Assert.Equal(UserSpace.LowestAddress + UserSpace.AllocationGranularity, address);
        Assert.False(space.TryFindRange(0, out _));
        Assert.False(space.TryFindRange(UserSpace.HighestViewAddress >> PAGE_SHIFT, out _));
        Assert.True(space.TryFindRange((top - 0x10000 >> PAGE_SHIFT) - 0x40, out nuint large));
        Assert.Equal(address, large);
    }

    [Fact]
    public void Overlap_is_seen_on_the_first_and_the_last_page_and_not_beside_them()
    {
        using var memory = new MemorySystem(1 << 20, FramePolicy.Scattered, systemPtes: 16, seed: 0);
        var space = new UserSpace(memory);
        space.MapView(0x100000, [1, 2, 3], PteFlags.Writable, MemoryCachingType.MmCached);

        Assert.False(space.Overlaps(0xFF000, 1));
        Assert.True(space.Overlaps(0xFF000, 2));
        Assert.True(space.Overlaps(0x102000, 1));
        Assert.False(space.Overlaps(0x103000, 1));
    }

    [Fact]
    [Proves("MDL-563")]
    public void The_user_half_ends_below_the_probe_limit()
    {
        Assert.True(UserSpace.IsUserRange(unchecked((nuint)0x7FFF_FFFE_FFFF), 1));
        Assert.False(UserSpace.IsUserRange(unchecked((nuint)0x7FFF_FFFE_FFFF), 2));
        Assert.False(UserSpace.IsUserRange(unchecked((nuint)0x7FFF_FFFF_0000), 0));
        Assert.False(UserSpace.IsUserRange(0x1000, nuint.MaxValue));
    }
}
