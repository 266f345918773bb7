namespace Benchmarks;

/// <summary>
/// The floor for locking and mapping: each page is looked up in a two-level table, its frame counted up and noted; then the frames noted
/// are counted down. Frames are scattered as those of a machine are.
/// </summary>
internal sealed class PageWalk
{
    private const int LeafSize = 512, FrameCount = 65536, Stride = 40503;

    private readonly struct Entry(uint frame, ushort flags)
    {
        public readonly uint Frame = frame;
        public readonly ushort Flags = flags;
    }

    private readonly Entry[][] _table;
    private readonly int[] _counts = new int[FrameCount];
    private readonly uint[] _noted;

    public PageWalk(int pages)
    {
        _noted = new uint[pages];
        _table = new Entry[(pages + LeafSize - 1) / LeafSize][];
        for (int i = 0; i < _table.Length; i++)
        {
            _table[i] = new Entry[LeafSize];
            for (int j = 0; j < LeafSize; j++)
                _table[i][j] = new((uint)((i * LeafSize + j + 1) * Stride % FrameCount), flags: 1);
        }
    }

    public ulong CountUpAndDown(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            for (int page = 0; page < _noted.Length; page++)
            {
                ref readonly Entry entry = ref _table[page / LeafSize][page % LeafSize];
                if (entry.Flags == 0)
                    return 0;
                _counts[entry.Frame]++;
                _noted[page] = entry.Frame;
            }

            foreach (uint frame in _noted)
                sum += (ulong)_counts[frame]--;
        }

        return sum;
    }
}
