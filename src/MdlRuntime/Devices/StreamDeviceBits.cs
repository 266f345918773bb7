namespace MdlRuntime.Devices;

/// <summary>Bits of <see cref="StreamDeviceRegister.Control"/>.</summary>
[Flags]
public enum StreamDeviceControl : uint
{
    /// <summary>No bit.</summary>
    None = 0,

    /// <summary>Blocks and the end of a transfer request an interrupt.</summary>
    InterruptEnable = 1,

    /// <summary>Abandons a transfer under way and clears FIFO and registers, this bit included.</summary>
    Reset = 2,
}

/// <summary>Bits of <see cref="StreamDeviceRegister.Status"/>.</summary>
[Flags]
public enum StreamDeviceStatus : uint
{
    /// <summary>No bit: the medium stands still.</summary>
    Idle = 0,

    /// <summary>The medium moves.</summary>
    Running = 1,
}

/// <summary>Bits of <see cref="StreamDeviceRegister.InterruptStatus"/>.</summary>
[Flags]
public enum StreamDeviceInterrupts : uint
{
    /// <summary>No bit: this device did not interrupt.</summary>
    None = 0,

    /// <summary>A transfer has ended; <see cref="StreamDeviceRegister.Residual"/> says how much of it did not happen.</summary>
    TransferDone = 1,

    /// <summary>A transfer has failed; <see cref="StreamDeviceRegister.Error"/> says why.</summary>
    TransferFailed = 2,

    /// <summary>A block of <see cref="StreamDeviceRegister.BlockLength"/> bytes has moved, and the transfer goes on.</summary>
    BlockDone = 4,
}

/// <summary>Values for <see cref="StreamDeviceRegister.Doorbell"/>.</summary>
public enum StreamDeviceCommand : uint
{
    /// <summary>From the medium to memory: record.</summary>
    ReadMedium = 1,

    /// <summary>From memory to the medium: play.</summary>
    WriteMedium = 2,

    /// <summary>The medium stops at once, without an interrupt; what the FIFO holds is lost.</summary>
    Stop = 3,
}
