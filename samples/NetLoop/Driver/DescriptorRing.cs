using MdlRuntime.Devices;

namespace NetLoop;

/// <summary>
/// The driver's side of a descriptor ring: memory that it shares with the device. Nothing is mapped or flushed here; whose a descriptor is, its Owned flag
/// says.
/// </summary>
internal sealed class DescriptorRing(uint size)
{
    private nuint _base;
    private uint _producer;

    /// <summary>What the device is given.</summary>
    public PhysicalAddress Logical { get; private set; }

    public uint Size => size;

    /// <summary>Behind the last descriptor that was handed over.</summary>
    public uint Producer => _producer;

    private uint Length => size * NetworkDescriptor.Size;

    public bool TryAllocate(DmaAdapter adapter)
    {
        _base = adapter.AllocateCommonBuffer(Length, out PhysicalAddress logical, cacheEnabled: true);
        if (_base == 0)
            return false;

        Logical = logical;
        Clear();
        return true;
    }

    public void Free(DmaAdapter adapter)
    {
        if (_base != 0)
            adapter.FreeCommonBuffer(Length, Logical, _base, cacheEnabled: true);
        _base = 0;
    }

    /// <summary>Starts from the first descriptor again; the device is silent.</summary>
    public void Clear()
    {
        RtlZeroMemory(_base, Length);
        _producer = 0;
    }

    /// <summary>Hands a packet over: a descriptor for each piece, with its owner last.</summary>
    public void Add(Packet packet, ScatterGatherList list)
    {
        packet.FirstDescriptor = _producer;
        uint left = list.NumberOfElements;
        foreach (ScatterGatherElement element in list.Elements)
        {
            left--;
            packet.LastDescriptor = _producer;
            NetworkDescriptorFlags flags = NetworkDescriptorFlags.Owned | (left == 0 ? NetworkDescriptorFlags.Last : NetworkDescriptorFlags.None);
            nuint descriptor = At(_producer);
            VirtualMemory.Write(descriptor + NetworkDescriptor.AddressOffset, element.Address.QuadPart);
            VirtualMemory.Write(descriptor + NetworkDescriptor.LengthOffset, element.Length);
            VirtualMemory.Write(descriptor + NetworkDescriptor.FlagsOffset, (uint)flags);
            _producer = Next(_producer);
        }
    }

    /// <summary>What the device said about a packet; Owned as long as it has not given it back.</summary>
    public NetworkDescriptorFlags Outcome(Packet packet) => Flags(packet.LastDescriptor);

    /// <summary>Bytes that the device has moved for a packet that it gave back.</summary>
    public uint Moved(Packet packet)
    {
        uint moved = 0;
        for (uint at = packet.FirstDescriptor; ; at = Next(at))
        {
            moved += VirtualMemory.Read<uint>(At(at) + NetworkDescriptor.LengthOffset);
            if (at == packet.LastDescriptor)
                return moved;
        }
    }

    private NetworkDescriptorFlags Flags(uint index) => (NetworkDescriptorFlags)VirtualMemory.Read<uint>(At(index) + NetworkDescriptor.FlagsOffset);

    private nuint At(uint index) => _base + index * NetworkDescriptor.Size;

    private uint Next(uint index) => (index + 1) % size;
}
