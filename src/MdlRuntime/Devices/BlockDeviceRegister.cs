namespace MdlRuntime.Devices;

/// <summary>The 32-bit registers of a <see cref="BlockDevice"/>, by their byte offset in its register window.</summary>
public enum BlockDeviceRegister : uint
{
    /// <summary><see cref="BlockDeviceControl"/> bits; read and write.</summary>
    Control = 0x00,

    /// <summary><see cref="BlockDeviceStatus"/> bits; read only.</summary>
    Status = 0x04,

    /// <summary><see cref="BlockDeviceInterrupts"/> that are pending; writing a 1 clears that bit.</summary>
    InterruptStatus = 0x08,

    /// <summary>The <see cref="BlockDeviceError"/> of the last transfer; read only, cleared by the doorbell.</summary>
    Error = 0x0C,

    /// <summary>Bytes of the last transfer that were asked for and not moved; read only.</summary>
    Residual = 0x10,

    /// <summary>Position on the medium in bytes, bits 0 to 31.</summary>
    MediumOffsetLow = 0x14,

    /// <summary>Position on the medium in bytes, bits 32 to 63.</summary>
    MediumOffsetHigh = 0x18,

    /// <summary>Logical address of the memory, bits 0 to 31; without scatter/gather only.</summary>
    AddressLow = 0x1C,

    /// <summary>Logical address of the memory, bits 32 to 63; without scatter/gather only.</summary>
    AddressHigh = 0x20,

    /// <summary>Length of the transfer in bytes; without scatter/gather only.</summary>
    Length = 0x24,

    /// <summary>Descriptors of the table that make up the transfer; with scatter/gather only.</summary>
    DescriptorCount = 0x28,

    /// <summary>Writing a <see cref="BlockDeviceCommand"/> starts the transfer that the other registers describe; reads as 0.</summary>
    Doorbell = 0x2C,
}
