using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>The wire between a subordinate device and one channel of the system DMA controller. System DMA is not modelled yet.</summary>
public sealed class DmaRequestLine
{
    private DmaRequestLine()
    {
    }

    /// <summary>Returns the wire to one channel of a machine's system DMA controller.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="channel">The channel, 0 to 7.</param>
    /// <returns>The line.</returns>
    /// <exception cref="NotModelledException">Always: system DMA is not modelled yet.</exception>
    public static DmaRequestLine ForChannel(Machine machine, uint channel) =>
        throw new NotModelledException($"{nameof(DmaRequestLine)}.{nameof(ForChannel)}");

    /// <summary>Device to memory.</summary>
    /// <param name="source">The bytes the device offers.</param>
    /// <returns>The bytes the channel took: fewer at its terminal count, 0 when it is masked.</returns>
    /// <exception cref="NotModelledException">Always: system DMA is not modelled yet.</exception>
    public int Write(ReadOnlySpan<byte> source) => throw new NotModelledException($"{nameof(DmaRequestLine)}.{nameof(Write)}");

    /// <summary>Memory to device.</summary>
    /// <param name="destination">Receives what the channel gives.</param>
    /// <returns>The bytes the channel gave.</returns>
    /// <exception cref="NotModelledException">Always: system DMA is not modelled yet.</exception>
    public int Read(Span<byte> destination) => throw new NotModelledException($"{nameof(DmaRequestLine)}.{nameof(Read)}");
}
