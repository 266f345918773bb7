using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Memory;

public sealed class FrameDatabaseTests
{
    private const nuint LowFrames = 0x1000;

    public static TheoryData<FramePolicy, int> PoliciesAndSizes
    {
        get
        {
            TheoryData<FramePolicy, int> data = [];
            foreach (FramePolicy policy in Enum.GetValues<FramePolicy>())
            {
                foreach (int count in (int[])[2, 3, 4, 5, 6, 7, 8, 12, 13, 256, 8193, 65536])
                    data.Add(policy, count);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(PoliciesAndSizes))]
    public void Every_frame_but_the_first_is_handed_out_once(FramePolicy policy, int count)
    {
        var frames = new FrameDatabase((nuint)count, policy, seed: 1);

        List<nuint> taken = TakeAll(frames);

        Assert.Equal(Enumerable.Range(1, count - 1).Select(number => (nuint)number), taken.Order());
        Assert.Equal(0, frames.FreeCount);
    }

    [Theory]
    [InlineData(FramePolicy.Scattered)]
    [InlineData(FramePolicy.HighFirst)]
    public void Scattered_policies_never_make_virtual_neighbours_adjacent_not_even_after_frees(FramePolicy policy)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var frames = new FrameDatabase(2048, policy, seed);
            var random = new Random(seed);
            var buffers = new List<List<nuint>>();
            for (int round = 0; round < 200; round++)
            {
                if (buffers.Count > 0 && random.Next(3) == 0)
                {
                    int victim = random.Next(buffers.Count);
                    foreach (nuint frame in buffers[victim])
                        frames.RemoveOwner(new(frame));
                    buffers.RemoveAt(victim);
                }

                // As long as there is a choice: some frames stay free.
                int pages = random.Next(1, 64);
                if (frames.FreeCount < pages + 8)
                    continue;

                List<nuint> buffer = Take(frames, pages);
                Assert.All(buffer.Zip(buffer.Skip(1)), pair => Assert.False(AreAdjacent(pair.First, pair.Second), $"seed {seed}: {pair}"));
                buffers.Add(buffer);
            }
        }
    }

    [Fact]
    public void The_order_depends_on_the_seed_and_on_nothing_else()
    {
        List<nuint> first = Take(new(65536, FramePolicy.Scattered, seed: 5), 100);

        Assert.Equal(first, Take(new(65536, FramePolicy.Scattered, seed: 5), 100));
        Assert.NotEqual(first, Take(new(65536, FramePolicy.Scattered, seed: 6), 100));
    }

    [Fact]
    public void Sequential_hands_out_the_lowest_free_frame_and_reversed_the_highest()
    {
        var sequential = new FrameDatabase(256, FramePolicy.Sequential, seed: 0);
        var reversed = new FrameDatabase(256, FramePolicy.Reversed, seed: 0);

        Assert.Equal([1, 2, 3, 4], Take(sequential, 4));
        Assert.Equal([255, 254, 253, 252], Take(reversed, 4));
        foreach (nuint number in (nuint[])[2, 3])
            sequential.RemoveOwner(new(number));
        foreach (nuint number in (nuint[])[253, 254])
            reversed.RemoveOwner(new(number));

        Assert.Equal([2, 3, 5], Take(sequential, 3));
        Assert.Equal([254, 253, 251], Take(reversed, 3));
    }

    [Theory]
    [InlineData(FramePolicy.Scattered)]
    [InlineData(FramePolicy.Sequential)]
    [InlineData(FramePolicy.Reversed)]
    [InlineData(FramePolicy.HighFirst)]
    public void Frames_of_24_bit_devices_come_last_even_after_they_were_freed(FramePolicy policy)
    {
        const int count = 0x4000;
        var frames = new FrameDatabase(count, policy, seed: 3);
        List<nuint> taken = TakeAll(frames);

        Assert.All(taken.Take(count - (int)LowFrames), frame => Assert.True(frame >= LowFrames));
        Assert.All(taken.Skip(count - (int)LowFrames), frame => Assert.True(frame < LowFrames));
        frames.RemoveOwner(new(0x2000));
        frames.RemoveOwner(new(0x10));
        Assert.Equal([0x2000, 0x10], Take(frames, 2));
    }

    [Fact]
    public void High_first_uses_the_upper_half_before_the_lower_one_even_after_frees()
    {
        var frames = new FrameDatabase(0x4000, FramePolicy.HighFirst, seed: 3);
        const nuint middle = (LowFrames + 0x4000) / 2;

        List<nuint> upper = Take(frames, (int)(0x4000 - middle));
        List<nuint> lower = Take(frames, 1);
        frames.RemoveOwner(new(upper[0]));
        frames.RemoveOwner(new(lower[0]));

        Assert.All(upper, frame => Assert.True(frame >= middle));
        Assert.True(lower[0] < middle);
        Assert.Equal([upper[0], lower[0]], Take(frames, 2));
    }

    [Fact]
    public void A_locked_frame_without_owner_is_freed_by_its_last_unlock()
    {
        var frames = new FrameDatabase(256, FramePolicy.Scattered, seed: 0);
        long free = frames.FreeCount;
        Assert.True(frames.TryAllocate(FrameUse.Process, Pfn.None, out Pfn pfn));
        frames.Lock(pfn);
        frames.Lock(pfn);

        frames.RemoveOwner(pfn);
        frames.Unlock(pfn);
        Assert.Equal(free - 1, frames.FreeCount);
        frames.Unlock(pfn);

        Assert.Equal(free, frames.FreeCount);
        Assert.Equal(FrameUse.Free, frames[pfn].Use);
    }

    [Fact]
    public void Forced_frames_come_first_as_far_as_they_are_free()
    {
        var frames = new FrameDatabase(256, FramePolicy.Scattered, seed: 0);
        frames.ForceNext(10, 11, 10, 12);

        Assert.Equal([10, 11, 12], Take(frames, 3));
    }

    [Fact]
    public void Contiguous_frames_lie_between_the_bounds_and_do_not_cross_a_boundary()
    {
        var frames = new FrameDatabase(256, FramePolicy.Scattered, seed: 0);

        Assert.True(frames.TryAllocateContiguous(3, new(14), new(40), boundary: 16, FrameUse.Contiguous, out Pfn first));
        Assert.Equal((nuint)16, first.Number);
        Assert.True(frames.TryAllocateContiguous(2, new(14), new(40), boundary: 16, FrameUse.Contiguous, out Pfn second));
        Assert.Equal((nuint)14, second.Number);
        Assert.False(frames.TryAllocateContiguous(23, new(14), new(40), boundary: 0, FrameUse.Contiguous, out _));
        Assert.True(frames.TryAllocateContiguous(22, new(14), new(40), boundary: 0, FrameUse.Contiguous, out Pfn third));
        Assert.Equal((nuint)19, third.Number);
        Assert.False(frames.TryAllocateContiguous(17, Pfn.None with { Number = 0 }, Pfn.None, boundary: 16, FrameUse.Contiguous, out _));
        Assert.Equal(255 - 27, frames.FreeCount);
    }

    [Fact]
    public void Contiguous_frames_are_not_taken_from_24_bit_memory_while_there_are_others()
    {
        var frames = new FrameDatabase(0x2001, FramePolicy.Scattered, seed: 0);

        Assert.True(frames.TryAllocateContiguous(0x1001, default, Pfn.None, boundary: 0, FrameUse.Contiguous, out Pfn first));
        Assert.True(frames.TryAllocateContiguous(1, default, Pfn.None, boundary: 0, FrameUse.Contiguous, out Pfn low));

        Assert.Equal(LowFrames, first.Number);
        Assert.Equal((nuint)1, low.Number);
    }

    [Fact]
    public void Taking_frames_by_number_again_and_again_neither_loses_nor_doubles_one()
    {
        var frames = new FrameDatabase(64, FramePolicy.Scattered, seed: 9);
        for (int round = 0; round < 50; round++)
        {
            Assert.True(frames.TryAllocateContiguous(8, new(20), Pfn.None, boundary: 0, FrameUse.Contiguous, out Pfn first));
            List<nuint> some = Take(frames, 5);
            for (nuint i = 0; i < 8; i++)
                frames.RemoveOwner(new(first.Number + i));
            foreach (nuint frame in some)
                frames.RemoveOwner(new(frame));
        }

        Assert.Equal(63, frames.FreeCount);
        Assert.Equal(63, TakeAll(frames).Distinct().Count());
    }

    private static bool AreAdjacent(nuint a, nuint b) => a == b + 1 || b == a + 1;

    private static List<nuint> TakeAll(FrameDatabase frames)
    {
        List<nuint> taken = Take(frames, (int)frames.FreeCount);
        Assert.False(frames.TryAllocate(FrameUse.Process, Pfn.None, out _));
        return taken;
    }

    /// <summary>Takes frames as those of one buffer: each the virtual neighbour of the one before.</summary>
    private static List<nuint> Take(FrameDatabase frames, int count)
    {
        var taken = new List<nuint>();
        Pfn neighbour = Pfn.None;
        for (int i = 0; i < count; i++)
        {
            Assert.True(frames.TryAllocate(FrameUse.Process, neighbour, out neighbour));
            taken.Add(neighbour.Number);
        }

        return taken;
    }
}
