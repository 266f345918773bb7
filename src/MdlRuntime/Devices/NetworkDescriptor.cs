using System.Buffers.Binary;

namespace MdlRuntime.Devices;

/// <summary>One entry of a ring, as it lies in memory: 64 bits of logical address, 32 bits of length, 32 bits of flags.</summary>
/// <param name="Address">Logical address of the bytes.</param>
/// <param name="Length">How many bytes; of a receive descriptor that came back: how many were stored.</param>
/// <param name="Flags">Whose it is, and what became of it.</param>
public readonly record struct NetworkDescriptor(PhysicalAddress Address, uint Length, NetworkDescriptorFlags Flags)
{
    /// <summary>Size in bytes.</summary>
    public const uint Size = 16;

    /// <summary>Where <see cref="Address"/>, <see cref="Length"/> and <see cref="Flags"/> lie, in bytes.</summary>
    public const uint AddressOffset = 0, LengthOffset = 8, FlagsOffset = 12;

    internal static NetworkDescriptor Read(ReadOnlySpan<byte> bytes) => new(
        new(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[(int)LengthOffset..]),
        (NetworkDescriptorFlags)BinaryPrimitives.ReadUInt32LittleEndian(bytes[(int)FlagsOffset..]));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Address.QuadPart);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[(int)LengthOffset..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[(int)FlagsOffset..], (uint)Flags);
    }
}
