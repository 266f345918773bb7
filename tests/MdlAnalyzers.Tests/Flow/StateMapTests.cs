using MdlAnalyzers.Flow;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>The map that states are made of.</summary>
public sealed class StateMapTests
{
    [Fact]
    public void AnyChanges_BehaveAsInADictionary()
    {
        var random = new Random(17);
        var expected = new Dictionary<int, int>();
        StateMap<int, int> map = StateMap<int, int>.Empty;
        for (int step = 0; step < 5_000; step++)
        {
            int key = random.Next(300);
            if (random.Next(3) == 0)
            {
                expected.Remove(key);
                map = map.Remove(key);
            }
            else
            {
                expected[key] = step % 7;
                map = map.Set(key, step % 7);
            }

            Assert.Equal(expected.Count, map.Count);
            Assert.Equal(expected.ContainsKey(key), map.TryGetValue(key, out int value));
            Assert.Equal(expected.GetValueOrDefault(key), value);
        }

        Assert.Equal(expected.OrderBy(pair => pair.Key), map.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void SameEntries_AreEqualWhateverTheirHistory()
    {
        StateMap<int, int> up = StateMap<int, int>.Empty, down = StateMap<int, int>.Empty;
        for (int i = 0; i < 100; i++)
            (up, down) = (up.Set(i, i), down.Set(1_000 + i, i).Set(99 - i, 99 - i));
        down = down.RemoveWhere(1_000, (key, least) => key >= least);

        Assert.Equal(up, down);
        Assert.Equal(up.GetHashCode(), down.GetHashCode());
        Assert.Empty(Differences(up, down));
    }

    [Fact]
    public void Change_LeavesTheOldMapAsItWas()
    {
        StateMap<int, int> old = StateMap<int, int>.Empty.Set(1, 1).Set(2, 2);
        StateMap<int, int> changed = old.Set(1, 5).Remove(2).Set(3, 3);

        Assert.Equal([new(1, 1), new(2, 2)], old.OrderBy(pair => pair.Key));
        Assert.Equal([new(1, 5), new(3, 3)], changed.OrderBy(pair => pair.Key));
        Assert.NotEqual(old, changed);
    }

    [Fact]
    public void Differences_AreEntriesThatTheOtherHasNotOrHasOtherwise()
    {
        StateMap<int, int> map = StateMap<int, int>.Empty.Set(1, 1).Set(2, 2).Set(3, 3);

        Assert.Equal([new(2, 2), new(3, 3)], Differences(map, map.Set(2, 0).Remove(3)).OrderBy(pair => pair.Key));
    }

    private static List<KeyValuePair<int, int>> Differences(StateMap<int, int> map, StateMap<int, int> other)
    {
        var differences = new List<KeyValuePair<int, int>>();
        foreach (KeyValuePair<int, int> pair in map.Except(other))
            differences.Add(pair);
        return differences;
    }
}
