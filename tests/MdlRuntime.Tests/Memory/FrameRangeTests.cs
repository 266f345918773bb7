using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Memory;

/// <summary>Frames of chosen physical ranges.</summary>
public sealed class FrameRangeTests
{
    private const nuint Frames = 0x4000;

    [Theory]
    [InlineData(FramePolicy.Sequential, false, new ulong[] { 0x2000, 0x2001, 0x2002, 0x2003 })]
    [InlineData(FramePolicy.Scattered, false, new ulong[] { 0x2000, 0x2002, 0x2001, 0x2003 })]
    [InlineData(FramePolicy.Scattered, true, new ulong[] { 0x2000, 0x2001, 0x2002, 0x2003 })]
    public void A_range_is_used_up_in_the_manner_of_the_policy(FramePolicy policy, bool adjacent, ulong[] expected)
    {
        var frames = new FrameDatabase(Frames, policy, seed: 1);
        long free = frames.FreeCount;
        var taken = new nuint[6];

        int found = frames.AllocateBetween(new(0x2000), new(0x2003), FrameUse.MdlPages, adjacent, taken);

        Assert.Equal(expected, taken[..found].Select(frame => (ulong)frame));
        Assert.Equal(free - 4, frames.FreeCount);
        Assert.All(taken[..found], frame => Assert.Equal((FrameUse.MdlPages, 1), (frames[new(frame)].Use, frames[new(frame)].OwnerCount)));
    }

    [Fact]
    public void Low_frames_come_last_and_frame_zero_never()
    {
        var frames = new FrameDatabase(Frames, FramePolicy.Sequential, seed: 1);
        var taken = new nuint[Frames];

        int found = frames.AllocateBetween(new(0), Pfn.None, FrameUse.MdlPages, adjacent: false, taken);

        Assert.Equal(Frames - 1, (nuint)found);
        Assert.Equal([0x1000, 0x3FFF, 1, 0xFFF], (ulong[])[taken[0], taken[0x2FFF], taken[0x3000], taken[found - 1]]);
        Assert.Equal(0, frames.FreeCount);
    }

    [Fact]
    public void Frames_taken_by_range_do_not_come_up_again()
    {
        var frames = new FrameDatabase(0x40, FramePolicy.Scattered, seed: 3);
        frames.AllocateBetween(new(8), new(0x17), FrameUse.MdlPages, adjacent: false, new nuint[16]);
        var others = new HashSet<nuint>();

        while (frames.TryAllocate(FrameUse.Process, Pfn.None, out Pfn pfn))
            Assert.True(others.Add(pfn.Number) && pfn.Number is < 8 or > 0x17);

        Assert.Equal(0x40 - 1 - 16, others.Count);
    }

    [Fact]
    public void A_device_space_finds_the_window_of_a_frame()
    {
        var devices = new DeviceSpace(Frames);
        Window[] windows = [new(1), new(8), new(3)];
        foreach (Window window in windows)
            devices.Add(window);

        foreach (Window window in windows)
        {
            Assert.Same(window, devices.Find(window.First));
            Assert.Same(window, devices.Find(new(window.First.Number + window.PageCount - 1)));
        }

        Assert.Null(devices.Find(new(windows[0].First.Number - 1)));
        Assert.Null(devices.Find(new(windows[2].First.Number + 3)));
        devices.Remove(windows[1]);
        Assert.Null(devices.Find(windows[1].First));
        Assert.False(DeviceSpace.Exists(new((nuint)1 << 40)));
    }

    private sealed class Window(nuint pages) : PhysicalWindow(pages)
    {
        public override void Read(ulong offset, Span<byte> destination) => destination.Clear();

        public override void Write(ulong offset, ReadOnlySpan<byte> source)
        {
        }
    }
}
