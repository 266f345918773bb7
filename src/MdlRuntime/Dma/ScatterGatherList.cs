using MdlRuntime.Annotations;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>The fragments of a transfer as the device has to address them, in buffer order. WDK: SCATTER_GATHER_LIST.</summary>
[MdlEntity(MdlEntity.ScatterGatherList)]
public sealed class ScatterGatherList : ITracked
{
    /// <summary>One element per page of the longest transfer at the worst offset.</summary>
    private const uint LargestCapacity = 0x10_0001;

    private ScatterGatherElement[] _elements = [];
    private int _count;

    internal ScatterGatherList()
    {
    }

    /// <summary>Makes a caller-supplied list (MapTransferEx, BuildScatterGatherList).</summary>
    /// <param name="capacity">Elements that it has room for, at most 1048577: one per page of a transfer of 4 GiB.</param>
    /// <returns>An empty list.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No transfer has so many fragments.</exception>
    public static ScatterGatherList WithCapacity(uint capacity) => capacity <= LargestCapacity
        ? new() { _elements = new ScatterGatherElement[capacity] }
        : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"allowed: 0 to {LargestCapacity}");

    /// <summary>Number of fragments.</summary>
    public uint NumberOfElements => (uint)_count;

    /// <summary>The fragments; their lengths add up to the length of the transfer. Valid until PutScatterGatherList.</summary>
    public ReadOnlySpan<ScatterGatherElement> Elements => _elements.AsSpan(0, _count);

    nuint ITracked.Address => 0;

    ObjectHistory? ITracked.History { get; set; }

    /// <summary>The system's part: what the list holds mapped; null once it is put.</summary>
    internal MapRegisters? Registers { get; set; }

    internal void Fill(ReadOnlySpan<MappedRun> runs, bool isOneElement)
    {
        _count = isOneElement ? Math.Min(runs.Length, 1) : runs.Length;
        if (_elements.Length < _count)
            _elements = new ScatterGatherElement[Math.Max(_count, 2 * _elements.Length)];
        uint total = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            total += runs[i].Length;
            if (i < _count)
                _elements[i] = new(runs[i].Logical, runs[i].Length);
        }

        if (isOneElement && _count == 1)
            _elements[0] = new(runs[0].Logical, total);
    }
}
