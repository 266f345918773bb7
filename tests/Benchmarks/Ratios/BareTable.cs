using System.Runtime.CompilerServices;

namespace Benchmarks;

/// <summary>
/// The floor for access by virtual address: a two-level table, a presence check and the load, over the frames of the machine that is
/// measured against it.
/// </summary>
internal sealed class BareTable
{
    private const int LeafShift = 9, LeafSize = 1 << LeafShift, PageShift = 12;

    private readonly struct Entry(uint frame, ushort flags)
    {
        public readonly uint Frame = frame;
        public readonly ushort Flags = flags;
    }

    private readonly Entry[]?[] _table;
    private readonly byte[] _memory;

    public BareTable(ReadOnlySpan<nuint> frames)
    {
        _table = new Entry[]?[(frames.Length + LeafSize - 1) / LeafSize];
        uint last = 0;
        for (int i = 0; i < frames.Length; i++)
        {
            Entry[] leaf = _table[i >> LeafShift] ??= new Entry[LeafSize];
            leaf[i & (LeafSize - 1)] = new((uint)frames[i], flags: 1);
            last = Math.Max(last, (uint)frames[i]);
        }

        // One page more than the frames need, so that every value of 8 bytes has room.
        _memory = GC.AllocateArray<byte>((int)(last + 2) << PageShift, pinned: true);
    }

    public ulong Read(ReadOnlySpan<uint> offsets, int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            foreach (uint offset in offsets)
                sum += Read(offset);
        }

        return sum;
    }

    private ulong Read(uint offset)
    {
        uint page = offset >> PageShift;
        Entry[]? leaf = _table[page >> LeafShift];
        if (leaf is null)
            return 0;
        ref readonly Entry entry = ref leaf[page & (LeafSize - 1)];
        if (entry.Flags != 1)
            return 0;
        return Unsafe.ReadUnaligned<ulong>(ref _memory[(int)((entry.Frame << PageShift) | (offset & 0xFFF))]);
    }
}
