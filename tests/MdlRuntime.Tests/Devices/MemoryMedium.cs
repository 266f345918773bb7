using MdlRuntime.Devices;

namespace MdlRuntime.Tests.Devices;

/// <summary>A medium in host memory that can be told to move less than asked, or to fail.</summary>
internal sealed class MemoryMedium(byte[] bytes) : IBlockMedium
{
    public byte[] Bytes => bytes;

    public long Length => bytes.Length;

    public bool IsReadOnly { get; set; }

    /// <summary>The most bytes that the next calls move.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Thrown by the call with this number, counted from 1.</summary>
    public (int Call, Exception Exception)? Failure { get; set; }

    public int Calls { get; private set; }

    public long Read(long offset, IReadOnlyList<Memory<byte>> destination)
    {
        BeginCall();
        long moved = 0;
        for (int i = 0; i < destination.Count; i++)
        {
            Memory<byte> piece = destination[i];
            int count = (int)Math.Min(piece.Length, Limit - moved);
            bytes.AsSpan((int)(offset + moved), count).CopyTo(piece.Span);
            moved += count;
        }

        return moved;
    }

    public long Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> source)
    {
        BeginCall();
        long moved = 0;
        for (int i = 0; i < source.Count; i++)
        {
            ReadOnlyMemory<byte> piece = source[i];
            int count = (int)Math.Min(piece.Length, Limit - moved);
            piece.Span[..count].CopyTo(bytes.AsSpan((int)(offset + moved)));
            moved += count;
        }

        return moved;
    }

    private void BeginCall()
    {
        Calls++;
        if (Failure is { } failure && failure.Call == Calls)
            throw failure.Exception;
    }
}
