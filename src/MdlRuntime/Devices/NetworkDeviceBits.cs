namespace MdlRuntime.Devices;

/// <summary>Bits of <see cref="NetworkDeviceRegister.Control"/>.</summary>
[Flags]
public enum NetworkDeviceControl : uint
{
    /// <summary>No bit: the device leaves its rings alone.</summary>
    None = 0,

    /// <summary>The device works on its rings.</summary>
    Enable = 1,

    /// <summary>Causes request interrupts.</summary>
    InterruptEnable = 2,

    /// <summary>Forgets packets under way and clears every register, this bit included.</summary>
    Reset = 4,
}

/// <summary>Bits of <see cref="NetworkDeviceRegister.Status"/>.</summary>
[Flags]
public enum NetworkDeviceStatus : uint
{
    /// <summary>No bit: enabled or not, the device waits.</summary>
    Idle = 0,

    /// <summary>A packet is on its way.</summary>
    Busy = 1,

    /// <summary>A ring cannot be used any more; only a reset helps.</summary>
    Halted = 2,
}

/// <summary>Bits of <see cref="NetworkDeviceRegister.InterruptStatus"/>.</summary>
[Flags]
public enum NetworkDeviceInterrupts : uint
{
    /// <summary>No bit: this device did not interrupt.</summary>
    None = 0,

    /// <summary>Transmit descriptors came back.</summary>
    Transmitted = 1,

    /// <summary>Receive descriptors came back.</summary>
    Received = 2,

    /// <summary>A packet was dropped because no receive buffer was there.</summary>
    Overrun = 4,

    /// <summary>Something failed; <see cref="NetworkDeviceRegister.Error"/> says what.</summary>
    Failed = 8,
}

/// <summary>Values for <see cref="NetworkDeviceRegister.Command"/>.</summary>
public enum NetworkDeviceCommand : uint
{
    /// <summary>Gives all receive descriptors back, unused: <see cref="NetworkDescriptorFlags.Returned"/>.</summary>
    ReturnReceiveBuffers = 1,
}

/// <summary>Bits of the fourth 32-bit word of a descriptor.</summary>
[Flags]
public enum NetworkDescriptorFlags : uint
{
    /// <summary>No bit: the descriptor is the driver's.</summary>
    None = 0,

    /// <summary>The last descriptor of a packet to send, or of a buffer for one packet to receive.</summary>
    Last = 1,

    /// <summary>From the device: the packet was not moved.</summary>
    Failed = 2,

    /// <summary>From the device: the packet was longer than the buffer, and its rest is lost.</summary>
    Truncated = 4,

    /// <summary>From the device: it was asked to give the descriptor back unused.</summary>
    Returned = 8,

    /// <summary>The descriptor is the device's. The driver sets it last, and the device clears it last.</summary>
    Owned = 0x8000_0000,
}
