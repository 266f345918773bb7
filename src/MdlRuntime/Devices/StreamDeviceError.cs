namespace MdlRuntime.Devices;

/// <summary>Values of <see cref="StreamDeviceRegister.Error"/>.</summary>
public enum StreamDeviceError : uint
{
    /// <summary>The transfer went well, even if it was short.</summary>
    None = 0,

    /// <summary>The doorbell got a value that is no <see cref="StreamDeviceCommand"/>.</summary>
    UnknownCommand = 1,

    /// <summary>The doorbell started a transfer before the last had ended: both are given up.</summary>
    DoorbellWhileBusy = 2,

    /// <summary>The channel did not take what the medium gave in time: it was masked, at its end, or set for the other direction.</summary>
    Overrun = 3,

    /// <summary>The channel did not give what the medium needed in time.</summary>
    Underrun = 4,

    /// <summary>There is no medium.</summary>
    NotReady = 5,

    /// <summary>The medium cannot be read.</summary>
    AccessDenied = 6,

    /// <summary>The medium refuses to be written.</summary>
    WriteProtected = 7,

    /// <summary>The medium failed.</summary>
    MediumError = 8,
}
