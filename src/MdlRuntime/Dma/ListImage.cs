using System.Buffers.Binary;

namespace MdlRuntime;

/// <summary>A SCATTER_GATHER_LIST as it lies in the memory of a driver (DMA-036).</summary>
internal static class ListImage
{
    public const uint HeaderSize = 0x10, ElementSize = 0x18;

    /// <summary>What the system keeps behind the elements (DMA-261).</summary>
    private const uint PrivateSize = 0x40;

    private const int ReservedOffset = 8, LengthOffset = 8;

    /// <summary>Bytes that a list of so many elements takes.</summary>
    public static uint SizeOf(uint elements) => HeaderSize + PrivateSize + elements * ElementSize;

    /// <summary>Elements that fit into so many bytes, without the system's part.</summary>
    public static uint RoomIn(uint bytes) => bytes < HeaderSize ? 0 : (bytes - HeaderSize) / ElementSize;

    /// <summary>Writes the header: Reserved is how the system knows its list again (DMA-037).</summary>
    public static void WriteHeader(Processor processor, nuint address, uint elements, nuint reserved)
    {
        Span<byte> header = stackalloc byte[(int)HeaderSize];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, elements);
        BinaryPrimitives.WriteUInt64LittleEndian(header[ReservedOffset..], reserved);
        MemoryAccesses.CopyFrom(processor, address, header);
    }

    public static (uint Elements, nuint Reserved) ReadHeader(Processor processor, nuint address)
    {
        Span<byte> header = stackalloc byte[(int)HeaderSize];
        MemoryAccesses.CopyTo(processor, address, header);
        return (BinaryPrimitives.ReadUInt32LittleEndian(header), (nuint)BinaryPrimitives.ReadUInt64LittleEndian(header[ReservedOffset..]));
    }

    public static void WriteElements(Processor processor, nuint address, ReadOnlySpan<ScatterGatherElement> elements)
    {
        Span<byte> bytes = stackalloc byte[(int)ElementSize];
        bytes.Clear();
        address += HeaderSize;
        foreach (ScatterGatherElement element in elements)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, element.Address.QuadPart);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[LengthOffset..], element.Length);
            MemoryAccesses.CopyFrom(processor, address, bytes);
            address += ElementSize;
        }
    }

    public static void ReadElements(Processor processor, nuint address, Span<ScatterGatherElement> elements)
    {
        Span<byte> bytes = stackalloc byte[(int)ElementSize];
        address += HeaderSize;
        foreach (ref ScatterGatherElement element in elements)
        {
            MemoryAccesses.CopyTo(processor, address, bytes);
            element = new(new(BinaryPrimitives.ReadInt64LittleEndian(bytes)), BinaryPrimitives.ReadUInt32LittleEndian(bytes[LengthOffset..]));
            address += ElementSize;
        }
    }
}
