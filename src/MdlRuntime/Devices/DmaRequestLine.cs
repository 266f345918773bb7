using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>The wire between a subordinate device and one channel of the system DMA controller.</summary>
/// <remarks>
/// <para>
/// Callable by the host between runs and by code that the machine runs, at any IRQL; the bytes have moved before the call returns. A call
/// is the device holding the line active until its bytes have gone or the channel stops; so it moves the same bytes in demand mode and in
/// single mode.
/// </para>
/// <para>
/// Words go over channels 5 to 7: an odd byte at the end is neither taken nor given. In auto-initialize mode the channel goes on at the start of
/// its buffer after the terminal count, and takes or gives everything.
/// </para>
/// </remarks>
public sealed class DmaRequestLine
{
    private readonly SystemDmaChannel _channel;

    internal DmaRequestLine(SystemDmaChannel channel) => _channel = channel;

    /// <summary>
    /// Raised when a driver's MapTransfer has programmed and opened the channel, before it returns: what a device that holds the line active
    /// without being asked for data sees of it. A careful device waits until its driver has programmed it.
    /// </summary>
    public event Action? Opened;

    /// <summary>The channel, 0 to 3 or 5 to 7.</summary>
    public uint Channel => _channel.Number;

    /// <summary>Returns the wire to one channel of a machine's system DMA controller.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="channel">The channel: 0 to 3 move bytes, 5 to 7 move words.</param>
    /// <returns>The line; the same one for every call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such channel, or it is channel 4, which connects the two halves of the controller.</exception>
    public static DmaRequestLine ForChannel(Machine machine, uint channel)
    {
        ArgumentNullException.ThrowIfNull(machine);
        machine.ThrowIfUnusable();
        return machine.System.Layer<SystemDmaController>()[channel]?.Line
            ?? throw new ArgumentOutOfRangeException(nameof(channel), channel, "allowed: 0 to 3, 5 to 7");
    }

    /// <summary>Device to memory.</summary>
    /// <param name="source">The bytes the device offers.</param>
    /// <returns>The bytes the channel took: fewer at its terminal count, 0 when it is masked or programmed for the other direction.</returns>
    /// <exception cref="BugCheckException">
    /// The machine has stopped; or strict verifier: the channel is programmed for the other direction, or for memory that is not mapped any more (0xE6/0x26).
    /// </exception>
    public int Write(ReadOnlySpan<byte> source)
    {
        _channel.System.ThrowIfHalted();
        int taken = _channel.Write(source);
        _channel.System.Trace("DmaRequestLine.Write", this, _channel.Number, (ulong)source.Length, (ulong)taken);
        return taken;
    }

    /// <summary>Memory to device.</summary>
    /// <param name="destination">Receives what the channel gives.</param>
    /// <returns>The bytes the channel gave: fewer at its terminal count, 0 when it is masked or programmed for the other direction.</returns>
    /// <exception cref="BugCheckException">
    /// The machine has stopped; or strict verifier: the channel is programmed for the other direction, or for memory that is not mapped any more (0xE6/0x26).
    /// </exception>
    public int Read(Span<byte> destination)
    {
        _channel.System.ThrowIfHalted();
        int given = _channel.Read(destination);
        _channel.System.Trace("DmaRequestLine.Read", this, _channel.Number, (ulong)destination.Length, (ulong)given);
        return given;
    }

    internal void Open() => Opened?.Invoke();
}
