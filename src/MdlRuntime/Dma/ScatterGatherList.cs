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

    /// <summary>Where the list lies if the caller supplied the memory, and how many elements fit there.</summary>
    private nuint _buffer, _reserved;
    private uint _room;

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
    public uint NumberOfElements
    {
        get
        {
            if (_buffer != 0)
                Load();
            return (uint)_count;
        }
    }

    /// <summary>The fragments; their lengths add up to the length of the transfer. Valid until PutScatterGatherList.</summary>
    /// <remarks>A list in memory of the caller is read from there each time: what overwrites that memory changes the list.</remarks>
    public ReadOnlySpan<ScatterGatherElement> Elements
    {
        get
        {
            if (_buffer != 0)
                Load();
            return _elements.AsSpan(0, _count);
        }
    }

    nuint ITracked.Address => 0;

    ObjectHistory? ITracked.History { get; set; }

    /// <summary>The system's part: what the list holds mapped; null once it is put.</summary>
    internal MapRegisters? Registers { get; set; }

    /// <summary>What BuildMdlFromScatterGatherList made for it, to be freed with it.</summary>
    internal Mdl? Target { get; set; }

    /// <summary>Whether BuildMdlFromScatterGatherList was called for it.</summary>
    internal bool HasTarget { get; set; }

    /// <summary>Elements that a caller's list has room for.</summary>
    internal uint Capacity => (uint)_elements.Length;

    /// <summary>Whether the list is as the system left it: in memory of the caller the Reserved member may have been overwritten (DMA-037).</summary>
    internal bool IsIntact => _buffer == 0 || ListImage.ReadHeader(Processor.Current, _buffer).Reserved == _reserved;

    /// <summary>Makes the elements from what is mapped.</summary>
    /// <param name="runs">What is mapped, in order.</param>
    /// <param name="isOneElement">The runs follow each other on the bus.</param>
    internal void Fill(ReadOnlySpan<MappedRun> runs, bool isOneElement)
    {
        _count = isOneElement ? Math.Min(runs.Length, 1) : runs.Length;
        if (_elements.Length < _count)
            _elements = new ScatterGatherElement[Math.Max(_count, 2 * _elements.Length)];
        Span<ScatterGatherElement> elements = _elements.AsSpan(0, _count);
        for (int i = 0; i < elements.Length; i++)
            elements[i] = new(runs[i].Logical, runs[i].Length);
        if (!isOneElement || runs.Length < 2)
            return;

        uint total = 0;
        foreach (ref readonly MappedRun run in runs)
            total += run.Length;
        elements[0] = new(runs[0].Logical, total);
    }

    /// <summary>Moves the list to memory of the caller; it lives there from now on.</summary>
    internal void MoveTo(Processor processor, nuint buffer, uint room, nuint reserved)
    {
        ListImage.WriteHeader(processor, buffer, (uint)_count, reserved);
        ListImage.WriteElements(processor, buffer, _elements.AsSpan(0, _count));
        (_buffer, _room, _reserved) = (buffer, room, reserved);
    }

    /// <summary>The list is put: a stale use meets an empty one.</summary>
    internal void End()
    {
        (Registers, Target, HasTarget) = (null, null, false);
        if (_buffer != 0)
            (_buffer, _count) = (0, 0);
    }

    private void Load()
    {
        Processor processor = Processor.Current;
        _count = (int)Math.Min(ListImage.ReadHeader(processor, _buffer).Elements, _room);
        if (_elements.Length < _count)
            _elements = new ScatterGatherElement[_count];
        ListImage.ReadElements(processor, _buffer, _elements.AsSpan(0, _count));
    }
}
