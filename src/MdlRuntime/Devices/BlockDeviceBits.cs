namespace MdlRuntime.Devices;

/// <summary>Bits of <see cref="BlockDeviceRegister.Control"/>.</summary>
[Flags]
public enum BlockDeviceControl : uint
{
    /// <summary>No bit.</summary>
    None = 0,

    /// <summary>The end of a transfer requests an interrupt.</summary>
    InterruptEnable = 1,

    /// <summary>Abandons a transfer under way and clears every register and descriptor, this bit included.</summary>
    Reset = 2,
}

/// <summary>Bits of <see cref="BlockDeviceRegister.Status"/>.</summary>
[Flags]
public enum BlockDeviceStatus : uint
{
    /// <summary>No bit: the device waits for its doorbell.</summary>
    Idle = 0,

    /// <summary>A transfer is under way.</summary>
    Busy = 1,
}

/// <summary>Bits of <see cref="BlockDeviceRegister.InterruptStatus"/>.</summary>
[Flags]
public enum BlockDeviceInterrupts : uint
{
    /// <summary>No bit: this device did not interrupt.</summary>
    None = 0,

    /// <summary>A transfer has ended; <see cref="BlockDeviceRegister.Residual"/> says how much of it did not happen.</summary>
    TransferDone = 1,

    /// <summary>A transfer has failed; <see cref="BlockDeviceRegister.Error"/> says why.</summary>
    TransferFailed = 2,
}

/// <summary>Values for <see cref="BlockDeviceRegister.Doorbell"/>.</summary>
public enum BlockDeviceCommand : uint
{
    /// <summary>From the medium to memory.</summary>
    ReadMedium = 1,

    /// <summary>From memory to the medium.</summary>
    WriteMedium = 2,
}
