using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Mdls;

/// <summary>The position index over a chain of MDLs.</summary>
public sealed class MdlChainTests : IDisposable
{
    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Every_byte_is_found_where_following_the_links_finds_it() => _machine.Run(() =>
    {
        uint[] lengths = [5, 0, 1, 4096, 0, 0, 7];
        Mdl[] mdls = [.. lengths.Select((length, i) => IoManager.IoAllocateMdl(0x10000u * (nuint)(i + 1), length, false, false, null)!)];
        for (int i = 1; i < mdls.Length; i++)
            mdls[i - 1].Next = mdls[i];

        var chain = new MdlChain(mdls[0]);

        Assert.Equal(lengths.Length, chain.Count);
        Assert.Equal((ulong)lengths.Sum(length => length), chain.Length);
        ulong offset = 0;
        for (int i = 0; i < mdls.Length; i++)
        {
            for (uint inside = 0; inside < lengths[i]; inside++)
            {
                Assert.Same(mdls[i], chain.Find(offset++, out uint found));
                Assert.Equal(inside, found);
            }
        }

        var beyond = Assert.Throws<ArgumentOutOfRangeException>(() => chain.Find(offset, out _));
        Assert.Equal("offset", beyond.ParamName);
    });

    [Fact]
    public void No_chain_has_no_bytes()
    {
        var chain = new MdlChain(null);

        Assert.Equal((0, 0UL), (chain.Count, chain.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Find(0, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    public void A_circle_is_refused_and_leaves_the_index_empty(int links) => _machine.Run(() =>
    {
        Mdl head = IoManager.IoAllocateMdl(0x10000, 1, false, false, null)!, last = head;
        for (int i = 1; i < links; i++)
            last = last.Next = IoManager.IoAllocateMdl(0x10000, 1, false, false, null)!;
        var chain = new MdlChain(head);
        last.Next = last;

        var refusal = Assert.Throws<ArgumentException>(() => chain.Reset(head));

        Assert.Equal("head", refusal.ParamName);
        Assert.Equal(0, chain.Count);
    });
}
