using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>The wire between a subordinate device and one channel of the system DMA controller.</summary>
public sealed class DmaRequestLine
{
    public static DmaRequestLine ForChannel(Machine machine, uint channel) => throw null!;
    /// <summary>Device to memory; returns the bytes the channel took (fewer at its terminal count, 0 when it is masked).</summary>
    public int Write(ReadOnlySpan<byte> source) => throw null!;
    /// <summary>Memory to device; returns the bytes the channel gave.</summary>
    public int Read(Span<byte> destination) => throw null!;
}
