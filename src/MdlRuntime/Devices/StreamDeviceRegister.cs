namespace MdlRuntime.Devices;

/// <summary>The 32-bit registers of a <see cref="StreamDevice"/>, by their byte offset in its register window.</summary>
public enum StreamDeviceRegister : uint
{
    /// <summary><see cref="StreamDeviceControl"/> bits; read and write.</summary>
    Control = 0x00,

    /// <summary><see cref="StreamDeviceStatus"/> bits; read only.</summary>
    Status = 0x04,

    /// <summary><see cref="StreamDeviceInterrupts"/> that are pending; writing a 1 clears that bit.</summary>
    InterruptStatus = 0x08,

    /// <summary>The <see cref="StreamDeviceError"/> of the last transfer; read only, cleared by the doorbell.</summary>
    Error = 0x0C,

    /// <summary>Bytes of the last transfer that were asked for and not moved; 0 for one without a length. Read only.</summary>
    Residual = 0x10,

    /// <summary>After so many bytes, and so many again, the device interrupts; 0: at the end only.</summary>
    BlockLength = 0x14,

    /// <summary>Length of the transfer in bytes; 0: until the device is told to stop, or the medium ends.</summary>
    Length = 0x18,

    /// <summary>Bytes in the FIFO that the channel has not taken; read only.</summary>
    FifoLevel = 0x1C,

    /// <summary>Writing a <see cref="StreamDeviceCommand"/> starts or stops a transfer; reads as 0.</summary>
    Doorbell = 0x20,
}
