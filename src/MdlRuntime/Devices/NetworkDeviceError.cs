namespace MdlRuntime.Devices;

/// <summary>Values of <see cref="NetworkDeviceRegister.Error"/>.</summary>
public enum NetworkDeviceError : uint
{
    /// <summary>Nothing has failed.</summary>
    None = 0,

    /// <summary>A descriptor has no bytes or more than the device can take, or a packet is longer than the device allows. The packet comes back failed.</summary>
    DescriptorLength = 1,

    /// <summary>A buffer reaches beyond the address lines of the device. The packet comes back failed.</summary>
    DescriptorReach = 2,

    /// <summary>A buffer is not mapped for the device. The packet comes back failed.</summary>
    BusFault = 3,

    /// <summary>The driver has handed over a descriptor that it kept for itself. The device halts.</summary>
    DescriptorNotOwned = 4,

    /// <summary>A ring has no descriptors or too many, an index lies behind its end, or it holds a packet without an end. The device halts.</summary>
    RingInvalid = 5,

    /// <summary>A ring is not mapped for the device, or the device is not connected to memory. The device halts.</summary>
    RingFault = 6,

    /// <summary>The command register got a value that is no <see cref="NetworkDeviceCommand"/>.</summary>
    UnknownCommand = 7,
}
