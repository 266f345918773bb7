namespace MdlRuntime.Devices;

/// <summary>What the hardware of a <see cref="NetworkDevice"/> can do: the data sheet its driver is written against.</summary>
public sealed record NetworkDeviceOptions
{
    /// <summary>The interrupt vector that the device is wired to.</summary>
    public uint InterruptVector { get; init; } = 0x33;

    /// <summary>Address lines of the device: 24, 32 or 64 bits of logical address.</summary>
    public int AddressBits { get; init; } = 64;

    /// <summary>Longest packet in bytes, 1 to 65536.</summary>
    public uint MaximumPacket { get; init; } = 9014;

    /// <summary>Virtual time that one packet takes to leave the device, in units of 100 ns, at least 0.</summary>
    public long TransmitTime { get; init; } = 100;

    /// <summary>Virtual time from the end of a packet's transmission to its reception, in units of 100 ns, at least 0.</summary>
    public long LoopTime { get; init; } = 1000;

    /// <summary>Virtual time by which an interrupt waits for more causes, in units of 100 ns; 0: not at all.</summary>
    public long InterruptDelay { get; init; }

    /// <summary>The highest logical address the device can drive.</summary>
    internal ulong HighestAddress => ulong.MaxValue >> (64 - AddressBits);

    /// <summary>Throws for a value that no device can be made with.</summary>
    internal void Validate()
    {
        if (AddressBits is not (24 or 32 or 64))
            throw new ArgumentOutOfRangeException(nameof(AddressBits), AddressBits, "allowed: 24, 32, 64");
        if (MaximumPacket is < 1 or > 65536)
            throw new ArgumentOutOfRangeException(nameof(MaximumPacket), MaximumPacket, "allowed: 1 to 65536");
        if (TransmitTime < 0)
            throw new ArgumentOutOfRangeException(nameof(TransmitTime), TransmitTime, "allowed: 0 and above");
        if (LoopTime < 0)
            throw new ArgumentOutOfRangeException(nameof(LoopTime), LoopTime, "allowed: 0 and above");
        if (InterruptDelay < 0)
            throw new ArgumentOutOfRangeException(nameof(InterruptDelay), InterruptDelay, "allowed: 0 and above");
    }
}
