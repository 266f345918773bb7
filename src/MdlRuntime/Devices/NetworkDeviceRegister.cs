namespace MdlRuntime.Devices;

/// <summary>The registers of a <see cref="NetworkDevice"/>, 32 bits each. The value is the offset in bytes from the start of the register window.</summary>
public enum NetworkDeviceRegister : uint
{
    /// <summary><see cref="NetworkDeviceControl"/> bits.</summary>
    Control = 0x00,

    /// <summary><see cref="NetworkDeviceStatus"/> bits; read only.</summary>
    Status = 0x04,

    /// <summary><see cref="NetworkDeviceInterrupts"/> that are pending; writing a 1 clears that bit.</summary>
    InterruptStatus = 0x08,

    /// <summary>The last <see cref="NetworkDeviceError"/>; writing anything clears it.</summary>
    Error = 0x0C,

    /// <summary>Logical address of the transmit ring, bits 0 to 31.</summary>
    TransmitBaseLow = 0x10,

    /// <summary>Logical address of the transmit ring, bits 32 to 63.</summary>
    TransmitBaseHigh = 0x14,

    /// <summary>Descriptors of the transmit ring.</summary>
    TransmitSize = 0x18,

    /// <summary>Index behind the last descriptor that the driver has handed over; writing it makes the device look.</summary>
    TransmitProducer = 0x1C,

    /// <summary>Index of the next descriptor that the device takes; read only.</summary>
    TransmitConsumer = 0x20,

    /// <summary>Logical address of the receive ring, bits 0 to 31.</summary>
    ReceiveBaseLow = 0x24,

    /// <summary>Logical address of the receive ring, bits 32 to 63.</summary>
    ReceiveBaseHigh = 0x28,

    /// <summary>Descriptors of the receive ring.</summary>
    ReceiveSize = 0x2C,

    /// <summary>Index behind the last descriptor that the driver has handed over.</summary>
    ReceiveProducer = 0x30,

    /// <summary>Index of the next descriptor that the device takes; read only.</summary>
    ReceiveConsumer = 0x34,

    /// <summary>Packets sent since the last reset; read only.</summary>
    PacketsSent = 0x38,

    /// <summary>Packets received into memory since the last reset; read only.</summary>
    PacketsReceived = 0x3C,

    /// <summary>Packets that found no receive buffer since the last reset; read only.</summary>
    PacketsDropped = 0x40,

    /// <summary>Writing a <see cref="NetworkDeviceCommand"/> executes it; reads as 0.</summary>
    Command = 0x44,
}
