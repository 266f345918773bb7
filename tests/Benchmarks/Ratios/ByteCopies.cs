namespace Benchmarks;

/// <summary>The floor for DMA: the same bytes copied once, or through an intermediate buffer, to contiguous or to scattered pages.</summary>
internal sealed class ByteCopies
{
    private const int Page = 4096, FrameCount = 16384, Stride = 10007;

    private readonly byte[] _source;
    private readonly byte[] _intermediate;
    private readonly byte[] _memory = new byte[FrameCount * Page];

    public ByteCopies(int length)
    {
        _source = new byte[length];
        _intermediate = new byte[length];
        new Random(1).NextBytes(_source);
    }

    public ulong Once(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            _source[0]++;
            _source.CopyTo(_memory, 0);
            sum += _memory[0];
        }

        return sum;
    }

    public ulong OnceToScatteredPages(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            _source[0]++;
            sum += Scatter(_source);
        }

        return sum;
    }

    public ulong TwiceToScatteredPages(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            _source[0]++;
            _source.CopyTo(_intermediate, 0);
            sum += Scatter(_intermediate);
        }

        return sum;
    }

    public ulong TwiceFromScatteredPages(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            for (int done = 0; done < _source.Length; done += Page)
                _memory.AsSpan(FrameOf(done), Page).CopyTo(_intermediate.AsSpan(done));
            _intermediate.CopyTo(_source, 0);
            sum += _source[0];
        }

        return sum;
    }

    private ulong Scatter(byte[] from)
    {
        for (int done = 0; done < from.Length; done += Page)
            from.AsSpan(done, Page).CopyTo(_memory.AsSpan(FrameOf(done), Page));
        return _memory[FrameOf(0)];
    }

    private static int FrameOf(int offset) => (offset / Page + 1) * Stride % FrameCount * Page;
}
