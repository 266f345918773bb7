namespace MdlRuntime;

/// <summary>
/// A position index over a chain of MDLs: finds the MDL that describes a byte of the whole in logarithmic time, where following
/// <see cref="Mdl.Next"/> is linear. It describes the chain as it was at <see cref="Reset"/>.
/// </summary>
public sealed class MdlChain
{
    private Mdl[] _mdls = [];

    /// <summary>For each MDL, the bytes of the chain up to its end.</summary>
    private ulong[] _ends = [];

    /// <summary>Makes an index of no chain.</summary>
    public MdlChain()
    {
    }

    /// <summary>Makes an index of a chain.</summary>
    /// <param name="head">Its first MDL, or null for a request without one.</param>
    /// <exception cref="ArgumentException">The chain is a circle.</exception>
    public MdlChain(Mdl? head) => Reset(head);

    /// <summary>MDLs in the chain.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that all MDLs describe together.</summary>
    public ulong Length => Count == 0 ? 0 : _ends[Count - 1];

    /// <summary>Indexes another chain, or the same one after a change. Any IRQL.</summary>
    /// <param name="head">Its first MDL, or null for a request without one.</param>
    /// <exception cref="ArgumentException">The chain is a circle; the index is empty then.</exception>
    public void Reset(Mdl? head)
    {
        Count = 0;
        ulong end = 0;
        int count = 0;
        ChainWalk walk = new(head);
        while (walk.TryMoveNext())
        {
            if (count == _mdls.Length)
            {
                Array.Resize(ref _mdls, Math.Max(8, 2 * count));
                Array.Resize(ref _ends, _mdls.Length);
            }

            _mdls[count] = walk.Current;
            _ends[count++] = end += walk.Current.Length;
        }

        if (walk.IsCircular)
            throw new ArgumentException($"the chain of {head} is a circle", nameof(head));
        Count = count;
    }

    /// <summary>Finds the MDL that describes a byte of the chain; MDLs of no bytes describe none. Any IRQL.</summary>
    /// <param name="offset">Bytes from the start of the chain, 0 to <see cref="Length"/> - 1.</param>
    /// <param name="inside">Bytes from the first byte that the returned MDL describes.</param>
    /// <returns>The MDL.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The chain ends before the offset.</exception>
    public Mdl Find(ulong offset, out uint inside)
    {
        if (offset >= Length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"allowed: below the {Length} bytes of the chain");

        int low = 0, high = Count - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ends[middle] > offset)
                high = middle;
            else
                low = middle + 1;
        }

        inside = (uint)(offset - (low == 0 ? 0 : _ends[low - 1]));
        return _mdls[low];
    }
}
