using System.Runtime.InteropServices;

namespace MdlRuntime.Devices;

/// <summary>The device's side of one descriptor ring in memory.</summary>
internal sealed class NetworkRing(NetworkDevice device)
{
    /// <summary>Descriptors that a ring may have.</summary>
    private const uint LargestSize = 4096;

    private readonly List<NetworkDescriptor> _group = [];
    private uint _groupStart;

    public ulong Base { get; set; }

    public uint Size { get; set; }

    public uint Producer { get; set; }

    public uint Consumer { get; private set; }

    /// <summary>The descriptors of the packet or buffer that was taken last.</summary>
    public ReadOnlySpan<NetworkDescriptor> Group => CollectionsMarshal.AsSpan(_group);

    public bool IsEmpty => Producer == Consumer;

    public void Reset() => (Base, Size, Producer, Consumer) = (0, 0, 0, 0);

    /// <summary>
    /// Takes the descriptors up to the next one that is a last one; false when the driver has not handed over that many. An error halts the device.
    /// </summary>
    public bool TryTake(out NetworkDeviceError error)
    {
        _group.Clear();
        _groupStart = Consumer;
        error = NetworkDeviceError.None;
        if (IsEmpty)
            return false;

        error = Size is 0 or > LargestSize || Producer >= Size || device.Bus is null ? InvalidRing : NetworkDeviceError.None;
        if (error != NetworkDeviceError.None)
            return false;

        for (uint at = Consumer; at != Producer; at = Next(at))
        {
            NetworkDescriptor descriptor = Read(at, out error);
            if (error == NetworkDeviceError.None && (descriptor.Flags & NetworkDescriptorFlags.Owned) == 0)
                error = NetworkDeviceError.DescriptorNotOwned;
            if (error != NetworkDeviceError.None)
                return false;

            _group.Add(descriptor);
            if ((descriptor.Flags & NetworkDescriptorFlags.Last) == 0)
                continue;

            Consumer = Next(at);
            return true;
        }

        // A full ring without an end can never be completed.
        if (_group.Count + 1 == Size)
            error = NetworkDeviceError.RingInvalid;
        return false;
    }

    /// <summary>Gives the group back: each descriptor with the bytes stored there, the last one with what became of the whole.</summary>
    public NetworkDeviceError GiveBack(uint stored, NetworkDescriptorFlags outcome)
    {
        uint at = _groupStart;
        for (int i = 0; i < _group.Count; i++, at = Next(at))
        {
            uint length = Math.Min(stored, _group[i].Length);
            stored -= length;
            NetworkDescriptorFlags last = _group[i].Flags & NetworkDescriptorFlags.Last;
            NetworkDescriptorFlags flags = last == 0 ? NetworkDescriptorFlags.None : last | outcome;
            NetworkDeviceError error = Write(at, new(_group[i].Address, length, flags));
            if (error != NetworkDeviceError.None)
                return error;
        }

        return NetworkDeviceError.None;
    }

    private NetworkDeviceError InvalidRing => device.Bus is null ? NetworkDeviceError.RingFault : NetworkDeviceError.RingInvalid;

    private uint Next(uint index) => index + 1 == Size ? 0 : index + 1;

    private PhysicalAddress AddressOf(uint index) => new((long)(Base + index * NetworkDescriptor.Size));

    private NetworkDescriptor Read(uint index, out NetworkDeviceError error)
    {
        Span<byte> bytes = stackalloc byte[(int)NetworkDescriptor.Size];
        error = NetworkDeviceError.None;
        try
        {
            device.Bus!.Read(AddressOf(index), bytes);
        }
        catch (BusFaultException)
        {
            error = NetworkDeviceError.RingFault;
        }

        return NetworkDescriptor.Read(bytes);
    }

    private NetworkDeviceError Write(uint index, NetworkDescriptor descriptor)
    {
        Span<byte> bytes = stackalloc byte[(int)NetworkDescriptor.Size];
        descriptor.Write(bytes);
        try
        {
            device.Bus!.Write(AddressOf(index), bytes);
            return NetworkDeviceError.None;
        }
        catch (BusFaultException)
        {
            return NetworkDeviceError.RingFault;
        }
    }
}
