namespace MdlRuntime.Devices;

/// <summary>What the hardware of a <see cref="BlockDevice"/> can do: the data sheet its driver is written against.</summary>
public sealed record BlockDeviceOptions
{
    /// <summary>The interrupt vector that the device is wired to.</summary>
    public uint InterruptVector { get; init; } = 0x31;

    /// <summary>True: a transfer is a table of descriptors. False: one address and one length.</summary>
    public bool ScatterGather { get; init; } = true;

    /// <summary>Descriptors in the table, 1 to 1024; ignored without scatter/gather.</summary>
    public uint MaximumElements { get; init; } = 64;

    /// <summary>Address lines of the device: 24, 32 or 64 bits of logical address.</summary>
    public int AddressBits { get; init; } = 64;

    /// <summary>What the logical address of every element must be a multiple of, in bytes: a power of two from 1 to 4096.</summary>
    public uint Alignment { get; init; } = 1;

    /// <summary>Virtual time from the doorbell to the end of a transfer, in units of 100 ns, at least 0.</summary>
    public long TransferTime { get; init; } = 1000;

    /// <summary>The highest logical address the device can drive.</summary>
    internal ulong HighestAddress => ulong.MaxValue >> (64 - AddressBits);

    internal uint TableSize => ScatterGather ? MaximumElements : 1;

    /// <summary>Throws for a value that no device can be made with.</summary>
    internal void Validate()
    {
        if (MaximumElements is < 1 or > 1024)
            throw new ArgumentOutOfRangeException(nameof(MaximumElements), MaximumElements, "allowed: 1 to 1024");
        if (AddressBits is not (24 or 32 or 64))
            throw new ArgumentOutOfRangeException(nameof(AddressBits), AddressBits, "allowed: 24, 32, 64");
        if (Alignment > PAGE_SIZE || !uint.IsPow2(Alignment))
            throw new ArgumentOutOfRangeException(nameof(Alignment), Alignment, "allowed: powers of two from 1 to 4096");
        if (TransferTime < 0)
            throw new ArgumentOutOfRangeException(nameof(TransferTime), TransferTime, "allowed: 0 and above");
    }
}
