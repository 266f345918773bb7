namespace MdlRuntime.Tests.Memory;

public sealed class RunBitmapTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Runs_never_overlap_and_are_found_whenever_one_is_long_enough(bool reusesSoon)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int count = random.Next(1, 400);
            var bitmap = new RunBitmap(count, reusesSoon);
            var used = new bool[count];
            var runs = new List<(int First, int Length)>();
            for (int step = 0; step < 400; step++)
            {
                if (runs.Count > 0 && random.Next(2) == 0)
                {
                    (int First, int Length) run = runs[random.Next(runs.Count)];
                    runs.Remove(run);
                    bitmap.Release(run.First, run.Length);
                    used.AsSpan(run.First, run.Length).Clear();
                }

                int length = random.Next(1, random.Next(2) == 0 ? 4 : 150);
                bool expected = LongestFreeRun(used) >= length;
                Assert.Equal(expected, bitmap.TryTake(length, out int first));
                if (expected)
                {
                    Assert.DoesNotContain(true, used[first..(first + length)]);
                    used.AsSpan(first, length).Fill(true);
                    runs.Add((first, length));
                }

                Assert.Equal(used.Count(slot => !slot), bitmap.FreeCount);
            }
        }
    }

    [Fact]
    public void A_released_slot_is_reused_only_when_the_search_comes_round()
    {
        var bitmap = new RunBitmap(8);
        Assert.True(bitmap.TryTake(1, out int first));
        bitmap.Release(first, 1);

        var taken = new List<int>();
        while (bitmap.TryTake(1, out int slot))
            taken.Add(slot);

        Assert.Equal(0, first);
        Assert.Equal([2, 4, 6, 0, 3, 5, 7, 1], taken);
    }

    [Fact]
    public void Where_stale_uses_do_not_matter_a_released_run_is_the_next_one_taken()
    {
        var bitmap = new RunBitmap(64, reusesSoon: true);
        Assert.True(bitmap.TryTake(3, out _));
        Assert.True(bitmap.TryTake(5, out int first));
        bitmap.Release(first, 5);

        Assert.True(bitmap.TryTake(5, out int again));
        Assert.Equal(first, again);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(9)]
    public void A_run_that_is_empty_or_longer_than_everything_is_refused(int length)
    {
        var bitmap = new RunBitmap(8);

        Assert.False(bitmap.TryTake(length, out _));
        Assert.Equal(8, bitmap.FreeCount);
    }

    private static int LongestFreeRun(bool[] used)
    {
        int longest = 0, run = 0;
        foreach (bool slot in used)
        {
            run = slot ? 0 : run + 1;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
