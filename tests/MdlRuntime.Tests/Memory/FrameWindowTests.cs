namespace MdlRuntime.Tests.Memory;

public sealed class FrameWindowTests
{
    [Fact]
    public void Host_memory_of_a_frame_is_the_frame_itself()
    {
        using var arena = new FrameArena(1 << 20);

        arena.Memory(new(7), 0xE50, 3).Span.Fill(0x5A);

        Assert.Equal([0, 0x5A, 0x5A, 0x5A, 0], arena.Bytes(new(7), 0xE4F, 5).ToArray());
    }

    [Fact]
    public void A_run_may_cross_a_window_border()
    {
        using var arena = new FrameArena((1L << 30) + (1 << 20));
        var last = new Pfn((1 << 18) - 1);

        Memory<byte> run = arena.Memory(last, 0xFFF, 2);
        run.Span.Fill(0x5A);

        Assert.Equal(0x5A, arena.Byte(last, 0xFFF));
        Assert.Equal(0x5A, arena.Byte(new(last.Number + 1), 0));
    }

    [Fact]
    public void A_run_beyond_the_end_of_memory_is_refused()
    {
        using var arena = new FrameArena(1 << 20);

        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Memory(new(0xFF), 0xFFF, 2));
    }

    [Fact]
    public void Host_memory_is_dead_once_the_arena_is()
    {
        var arena = new FrameArena(1 << 20);
        Memory<byte> run = arena.Memory(new(7), 0, 16);
        arena.Dispose();

        Assert.Throws<ObjectDisposedException>(() => run.Span[0]);
        Assert.Throws<ObjectDisposedException>(() => run.Pin());
    }
}
