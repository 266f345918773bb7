using DmaDisk;
using MdlRuntime.Devices;

namespace NetLoop;

/// <summary>What the driver keeps per device. Routines at DISPATCH_LEVEL and above use it, so all of it is made before the first request.</summary>
internal sealed class NetExtension
{
    /// <summary>Descriptors of a ring: a power of two, and little enough for one page, which is found more easily than several (DMA-219, DMA-222).</summary>
    private const uint RingSize = 64;

    /// <summary>Receive buffers that are mapped at a time: each holds map registers until a packet comes.</summary>
    private const uint ReceiveLimit = 4;

    public NetExtension(NetworkDevice hardware, PhysicalAddress registers)
    {
        (Hardware, RegisterAddress) = (hardware, registers);
        // The longest packet, at the worst place in its first page.
        uint elements = ADDRESS_AND_SIZE_TO_SPAN_PAGES(PAGE_SIZE - 1, hardware.Options.MaximumPacket);
        uint room = (RingSize - 1) / elements;
        Transmit = new(this, NetworkDeviceRegister.TransmitBaseLow, RingSize, room);
        Receive = new(this, NetworkDeviceRegister.ReceiveBaseLow, RingSize, Math.Min(ReceiveLimit, room));
    }

    public NetworkDevice Hardware { get; }

    public PhysicalAddress RegisterAddress { get; }

    public RemoveLock RemoveLock { get; } = new();

    public DeviceObject Device { get; set; } = null!;

    public DeviceObject LowerDevice { get; set; } = null!;

    public DmaAdapter Adapter { get; set; } = null!;

    public PacketRing Transmit { get; }

    public PacketRing Receive { get; }

    /// <summary>Where the registers are mapped.</summary>
    public nuint RegisterBase { get; set; }

    public KInterrupt? Interrupt { get; set; }

    public uint Read(NetworkDeviceRegister register) => VirtualMemory.Read<uint>(RegisterBase + (nuint)register);

    public void Write(NetworkDeviceRegister register, uint value) => VirtualMemory.Write(RegisterBase + (nuint)register, value);
}
